/** What `link` does for each kind of receiver. */
import { mismatch } from '../base/check.ts';
import {
  GreenletExit,
  LinkedCompleted,
  type LinkedExited,
  LinkedFailed,
  LinkedKilled,
} from '../base/errors.ts';
import { RawGreenlet } from './raw-greenlet.ts';

/** The method by which an object takes over the outcome of what it is linked to. AsyncResult has it. */
export const linkTarget: unique symbol = Symbol('gevent.linkTarget');

/** Something that ends with a value or an error. */
export interface LinkSource {
  successful(): boolean;
  readonly value: unknown;
  readonly exception: unknown;
}

/** An object that can be linked to. */
export interface LinkTarget {
  [linkTarget](source: LinkSource): void;
}

/** What `link` accepts: a function, a greenlet, or an object with `[linkTarget]`. */
export type Receiver<S> = ((source: S) => unknown) | RawGreenlet | LinkTarget;

/** @internal When a link is told. */
export type LinkKind = 'any' | 'value' | 'exception';

/**
 * @internal What to call when the source has ended. With `isImmediate`, the receiver is the caller itself, and what
 * would be raised in it is thrown.
 */
export function makeLink<S extends LinkSource>(
  when: LinkKind,
  receiver: Receiver<S>,
): (source: S, isImmediate: boolean) => void {
  checkReceiver(receiver, 'link(receiver)');
  const tell = teller(receiver);
  return (source, isImmediate) => {
    if (isWanted(when, source)) tell(source, isImmediate);
  };
}

/** @internal Refuses what can be no receiver. */
export function checkReceiver(value: unknown, name: string): void {
  if (value instanceof RawGreenlet || isLinkTarget(value) || typeof value === 'function') return;
  throw new TypeError(mismatch(name, 'a function, a greenlet or an object with [linkTarget]', value));
}

/** @internal For a function as receiver: makes the greenlet that calls it, to begin in the link's own place. */
export function makeLinkedGreenlet<S extends LinkSource>(
  when: LinkKind,
  receiver: Receiver<S>,
): ((source: S) => RawGreenlet | undefined) | undefined {
  if (typeof receiver !== 'function') return undefined;
  return (source) => {
    if (!isWanted(when, source)) return undefined;
    const greenlet = new RawGreenlet(receiver, [source]);
    greenlet.startInPlace();
    return greenlet;
  };
}

function isWanted(when: LinkKind, source: LinkSource): boolean {
  return when === 'any' || (when === 'value') === source.successful();
}

function teller<S extends LinkSource>(receiver: unknown): (source: S, isImmediate: boolean) => void {
  if (receiver instanceof RawGreenlet) {
    return (source, isImmediate) => {
      const error = linkedExited(source);
      if (isImmediate) throw error;
      receiver.throw(error);
    };
  }
  if (isLinkTarget(receiver)) return (source) => receiver[linkTarget](source);
  // A function begins in a greenlet of its own: makeLinkedGreenlet.
  return () => {};
}

function linkedExited(source: LinkSource): LinkedExited {
  if (!source.successful()) return new LinkedFailed(source, source.exception);
  return source.value instanceof GreenletExit ? new LinkedKilled(source) : new LinkedCompleted(source);
}

function isLinkTarget(value: unknown): value is LinkTarget {
  return typeof value === 'object' && value !== null && linkTarget in value;
}
