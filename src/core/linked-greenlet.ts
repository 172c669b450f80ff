/** A greenlet whose end others can be told of: its outcome, and the links to it. */
import { checkFunction } from '../base/check.ts';
import type { GreenletExit } from '../base/errors.ts';
import { type LinkKind, type Receiver, checkReceiver, makeLink, makeLinkedGreenlet } from './link.ts';
import { type Bookmark, Links } from './links.ts';
import { getCurrent } from './main-greenlet.ts';
import { RawGreenlet } from './raw-greenlet.ts';
import { currentScopeOrMain } from './scope.ts';

/** What Greenlet is made of, beside waiting and killing. */
export abstract class LinkedGreenlet<T> extends RawGreenlet {
  #links: Links | undefined = undefined;

  /** True once it has ended, in whatever way. */
  ready(): boolean {
    return this.dead;
  }

  /** True when it has ended without an error; a killed one has. */
  successful(): boolean {
    return this.state === 'succeeded';
  }

  /** What it returned, or the GreenletExit that ended it; undefined while it runs, and after a failure. */
  get value(): T | GreenletExit | undefined {
    return this.state === 'succeeded' ? (this.result as T) : undefined;
  }

  /** The error that ended it; undefined without one. */
  get exception(): unknown {
    return this.state === 'failed' ? this.result : undefined;
  }

  /** `[class, error, stack]` after a failure, else empty. gevent: `exc_info`. */
  get excInfo(): readonly unknown[] {
    return this.excTriple;
  }

  /**
   * Has `receiver` told when it has ended: a function is called with it, in a greenlet of its own; a greenlet (the
   * current one, when left out) gets a LinkedExited raised; an AsyncResult takes over the outcome. Never parks.
   */
  link(receiver?: Receiver<this>): void {
    this.#link('any', receiver);
  }

  /** As {@link link}, when it ends without an error; a killed one does. */
  linkValue(receiver?: Receiver<this>): void {
    this.#link('value', receiver);
  }

  /** As {@link link}, when an error ends it. */
  linkException(receiver?: Receiver<this>): void {
    this.#link('exception', receiver);
  }

  /** Calls `callback` with it on the hub when it has ended; the callback must not wait. Never parks. */
  rawLink(callback: (source: this) => void): void {
    checkFunction(callback, 'rawLink(callback)');
    this.endLinks().link(callback, callback);
    if (this.dead) this.#links?.notify(this);
  }

  /** @internal Bookkeeping that is done before anybody who came later is told. */
  addBookmark(bookmark: Bookmark): void {
    this.endLinks().add(bookmark);
  }

  /** Undoes a `link` or `rawLink` with this receiver; the current greenlet, when left out. Never parks. */
  unlink(receiver: Receiver<this> | ((source: this) => void) = getCurrent()): void {
    checkReceiver(receiver, 'unlink(receiver)');
    this.#links?.unlink(receiver);
  }

  /** Undoes every link. Never parks. */
  unlinkAll(): void {
    this.#links?.unlinkAll();
  }

  /** True while somebody is linked to it, or waits for its end. */
  hasLinks(): boolean {
    return this.#links !== undefined && this.#links.size > 0;
  }

  /** @internal */
  protected override onEnd(): void {
    this.#links?.notify(this);
  }

  /** @internal Those who are told of its end. */
  protected endLinks(): Links {
    this.#links ??= new Links('the end', this);
    return this.#links;
  }

  #link(when: LinkKind, receiver: Receiver<this> | undefined): void {
    const target = receiver === undefined ? (getCurrent() as Receiver<this>) : receiver;
    const call = makeLink(when, target);
    if (this.dead && (target as unknown) === currentScopeOrMain().root) return call(this, true);
    this.endLinks().link(target, (source: this) => call(source, false), makeLinkedGreenlet(when, target));
    if (this.dead) this.#links?.notify(this);
  }
}
