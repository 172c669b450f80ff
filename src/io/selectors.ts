/** Selectors: things that are registered with events and data of the user's, and waited for together. */
import { mismatch } from '../base/check.ts';
import { inspectAsText } from '../base/format.ts';
import { type TimeLimit, underLimit } from '../core/time-limit.ts';
import { NOT_YET } from '../core/wait-options.ts';
import { SocketError } from '../inet/errors.ts';
import { KeyError } from './key-error.ts';
import { type Pollable, checkPollable, sourceOf } from './pollable.ts';
import { Registrations, numberOf } from './registrations.ts';
import { checkWaitLimit } from './wait-limit.ts';
import type { Source } from './watchable.ts';
import { FAILURE, HANGUP, READ, WRITE, Watch, WatchSet, nameOf } from './watch-set.ts';

/** A read, or an accept, would not park. */
export const EVENT_READ = 1;
/** A write would not park. */
export const EVENT_WRITE = 2;

/** One registration: a plain, frozen object. */
export interface SelectorKey<D = unknown> {
  /** What was registered. */
  readonly fileobj: Pollable;
  /** The number of its descriptor when it was registered; -1 where it has none. */
  readonly fd: number;
  /** The events that are waited for. */
  readonly events: number;
  /** What the user keeps with it: a callback, the state of a connection. */
  readonly data: D;
}

/**
 * Waits for any of the things that are registered. What can be registered is what `select` takes. A `select()` that
 * one greenlet is in sees what others register, modify and unregister meanwhile. gevent: `selectors.GeventSelector`.
 *
 * @example
 * const selector = new DefaultSelector<() => void>();
 * selector.register(sock, EVENT_READ, () => console.log('something has come'));
 * for (const [key] of await selector.select(5)) key.data();
 */
export class GeventSelector<D = unknown> {
  readonly #set: WatchSet<Pollable> = new WatchSet<Pollable>('select()');
  readonly #registered = new Registrations<Pollable, Registration<D>>();
  #isClosed = false;

  /**
   * Adds a thing, with the events to wait for and data of your own. Never parks.
   *
   * @param events EVENT_READ, EVENT_WRITE, or both, added up
   * @throws {KeyError} it is registered already
   * @throws {RangeError} no such events
   * @throws {TypeError | SocketError} what cannot be waited for, as in `select`; the selector was closed
   */
  register(fileobj: Pollable, events: number, data?: D): SelectorKey<D> {
    checkPollable(fileobj, 'register(fileobj)');
    checkEvents(events, 'register(events)');
    this.#checkOpen('register');
    if (this.#registered.get(fileobj) !== undefined)
      throw new KeyError(`Cannot register ${nameOf(fileobj)}: it is registered already`);
    return this.#add(sourceOf(fileobj, 'register(fileobj)', (events & EVENT_READ) !== 0), {
      fileobj,
      fd: numberOf(fileobj),
      events,
      data: data as D,
    });
  }

  /** Takes a thing out; closed ones too. Never parks. @throws {KeyError} it is not registered */
  unregister(fileobj: Pollable): SelectorKey<D> {
    checkPollable(fileobj, 'unregister(fileobj)');
    const registration = this.#find('unregister', fileobj);
    this.#registered.delete(registration);
    this.#set.delete(registration);
    return registration.key;
  }

  /**
   * Gives a registered thing other events and other data. Never parks.
   *
   * @throws {KeyError} it is not registered
   * @throws {RangeError} no such events
   */
  modify(fileobj: Pollable, events: number, data?: D): SelectorKey<D> {
    checkPollable(fileobj, 'modify(fileobj)');
    checkEvents(events, 'modify(events)');
    const registration = this.#find('modify', fileobj);
    const { key, source } = registration;
    return this.#add(source, { ...key, events, data: data as D });
  }

  /**
   * Parks until something that is registered is ready, and answers all that is, in the order of registration: each
   * key, with its events that hold. What was closed, or has failed, counts as ready for all its events: the next call
   * will tell. When the time is up: an empty list.
   *
   * @param timeout in seconds. 0, and less, looks once, after a turn of the event loop; left out, it waits for ever
   * @throws {SocketError} EBADF: the selector was closed, or is closed while it waits
   */
  select(timeout?: TimeLimit): Promise<[key: SelectorKey<D>, events: number][]> {
    const isPast = typeof timeout === 'number' && timeout < 0;
    const limit = checkWaitLimit(isPast ? 0 : timeout, 'select(timeout)');
    this.#checkOpen('select');
    const nothing = (): [SelectorKey<D>, number][] => [];
    const find = (): [SelectorKey<D>, number][] | typeof NOT_YET => {
      this.#checkOpen('select');
      const found: [SelectorKey<D>, number][] = [];
      for (const registration of this.#registered.values()) {
        const { events } = registration;
        if (events !== 0) found.push([registration.key, events]);
      }
      return found.length > 0 ? found : NOT_YET;
    };
    return underLimit(limit, (seconds) => this.#set.wait(find, nothing, seconds), nothing);
  }

  /** Takes everything out; a `select()` that somebody is in raises EBADF. What was registered stays open. Never parks. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const registration of this.#registered.values()) this.#set.delete(registration);
    this.#registered.clear();
    this.#set.wake();
  }

  /** The key of a thing. @throws {KeyError} it is not registered */
  getKey(fileobj: Pollable): SelectorKey<D> {
    checkPollable(fileobj, 'getKey(fileobj)');
    return this.#find('get the key of', fileobj).key;
  }

  /** All keys by what was registered, as they are now; undefined when the selector is closed. */
  getMap(): ReadonlyMap<Pollable, SelectorKey<D>> | undefined {
    if (this.#isClosed) return undefined;
    return new Map(Array.from(this.#registered.values(), ({ key }) => [key.fileobj, key]));
  }

  /** Closes it at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  toString(): string {
    return `<${this.constructor.name} ${this.#isClosed ? 'closed' : `of ${this.#registered.size}`}>`;
  }

  #add(source: Source, key: SelectorKey<D>): SelectorKey<D> {
    const registration = new Registration<D>(source, Object.freeze(key));
    // If this fails, the old one stays.
    this.#set.add(registration);
    const old = this.#registered.replace(registration);
    if (old !== undefined) this.#set.delete(old);
    return key;
  }

  #find(call: string, fileobj: Pollable): Registration<D> {
    this.#checkOpen(call);
    const found = this.#registered.get(fileobj);
    if (found === undefined) throw new KeyError(`Cannot ${call} ${nameOf(fileobj)}: it is not registered`);
    return found;
  }

  #checkOpen(call: string): void {
    if (!this.#isClosed) return;
    throw new SocketError(`Cannot ${call}: the selector was closed (EBADF)`, { code: 'EBADF' });
  }
}
inspectAsText(GeventSelector);

class Registration<D> extends Watch<Pollable> {
  readonly key: SelectorKey<D>;

  constructor(source: Source, key: SelectorKey<D>) {
    const reading = (key.events & EVENT_READ) === 0 ? 0 : READ;
    const writing = (key.events & EVENT_WRITE) === 0 ? 0 : WRITE;
    super(key.fileobj, source, reading | writing | FAILURE | HANGUP);
    this.key = key;
  }

  get events(): number {
    const { events } = this.key;
    if (this.isClosed) return events;
    const { ready } = this;
    if ((ready & (FAILURE | HANGUP)) !== 0) return events;
    return ready & (READ | WRITE);
  }
}

function checkEvents(events: unknown, name: string): void {
  if (events === EVENT_READ || events === EVENT_WRITE || events === (EVENT_READ | EVENT_WRITE)) return;
  throw new RangeError(mismatch(name, 'EVENT_READ, EVENT_WRITE, or both', events));
}
