/**
 * Waiting for any of several things. Each is watched only while somebody waits, and what a wait finds is what holds at
 * the moment when its greenlet goes on: what another one took in between is not reported, and the wait goes on.
 *
 *   thing ──callback──► Watch ──ready?──► every wait of the set ──► find(): the result, or not yet
 */
import { setImmediate } from '../base/native.ts';
import { pendingInterrupt, rejectedQuietly } from '../core/checkpoint.ts';
import { giveWay } from '../core/turn.ts';
import { NOT_YET } from '../core/wait-options.ts';
import { WaitList } from '../core/wait-list.ts';
import { Waiter } from '../core/waiter.ts';
import { closedError } from './socket-names.ts';
import type { ReadyCallback, Source, Watchable } from './watchable.ts';

/** What a wait is for, as bits. */
export const READ = 1;
export const WRITE = 2;
export const FAILURE = 4;
export const HANGUP = 8;

/** @internal One thing, and what of it is waited for. */
export class Watch<T> {
  /** What the owner of the set knows it as. */
  readonly item: T;
  readonly source: Source;
  readonly wants: number;
  #watched: Watchable | undefined = undefined;
  #callback: ReadyCallback | undefined = undefined;

  constructor(item: T, source: Source, wants: number) {
    this.item = item;
    this.source = source;
    this.wants = wants;
  }

  get isClosed(): boolean {
    return this.source.closed;
  }

  /** Which of `wants` would not park now. */
  get ready(): number {
    const { wants } = this;
    const { watchable } = this.source;
    let ready = 0;
    if ((wants & READ) !== 0 && watchable.isReadable) ready |= READ;
    if ((wants & WRITE) !== 0 && watchable.isWritable) ready |= WRITE;
    if ((wants & FAILURE) !== 0 && watchable.hasFailed) ready |= FAILURE;
    if ((wants & HANGUP) !== 0 && watchable.isHungUp === true) ready |= HANGUP;
    return ready;
  }

  /** As {@link ready}. @throws {SocketError} EBADF: it is closed */
  get readyIfOpen(): number {
    if (this.isClosed) throw closedError();
    return this.ready;
  }

  start(onChange: (watch: Watch<T>, error?: Error) => void): void {
    if (this.#callback !== undefined || this.isClosed) return;
    const callback = (error?: Error): void => {
      this.#follow();
      onChange(this, error);
    };
    const { watchable } = this.source;
    watchable.watch(callback, (this.wants & READ) !== 0);
    this.#watched = watchable;
    this.#callback = callback;
    this.source.hold?.();
  }

  stop(): void {
    if (this.#callback === undefined) return;
    this.#watched?.unwatch(this.#callback);
    this.#watched = undefined;
    this.#callback = undefined;
    this.source.release?.();
  }

  /** A socket that was connected or bound meanwhile is another thing to watch. */
  #follow(): void {
    if (this.#callback === undefined || this.isClosed) return;
    const { watchable } = this.source;
    if (watchable === this.#watched) return;
    this.#watched?.unwatch(this.#callback);
    this.#watched = watchable;
    watchable.watch(this.#callback, (this.wants & READ) !== 0);
  }
}

/** @internal */
export class WatchSet<T> {
  readonly #watches = new Set<Watch<T>>();
  readonly #waiters: WaitList;
  /** How many wait here, or are about to. */
  #waits = 0;
  readonly #onChange = (watch: Watch<T>, error?: Error): void => {
    if (error !== undefined && !watch.isClosed) this.wake(error);
    else if (watch.isClosed || watch.ready !== 0) this.wake();
  };

  /** @param call the call that waits, as text */
  constructor(call: string) {
    this.#waiters = new WaitList(call, this);
  }

  /** Adds a thing; those who wait already wait for it too. */
  add(watch: Watch<T>): void {
    if (this.#waits > 0) watch.start(this.#onChange);
    this.#watches.add(watch);
    if (this.#waits > 0) this.#onChange(watch);
  }

  delete(watch: Watch<T>): void {
    this.#watches.delete(watch);
    watch.stop();
  }

  /** Has everybody who waits look again, or raises an error in them. */
  wake(error?: Error): void {
    for (const waiter of [...this.#waiters]) {
      if (error === undefined) (waiter as Waiter).switch();
      else (waiter as Waiter).throw(error);
    }
  }

  /**
   * Parks until `find` finds something, for `seconds` at most; then gives what `nothing` gives, or throws. With 0
   * seconds it looks once, after a turn of the event loop. Whatever it finds, the others get a turn first: a loop of
   * waits for what is always ready starves nobody.
   */
  wait<R>(find: () => R | typeof NOT_YET, nothing: () => R, seconds: number | undefined): Promise<R> {
    const reason = pendingInterrupt();
    return reason === undefined ? this.#wait(find, nothing, seconds) : rejectedQuietly(reason);
  }

  async #wait<R>(find: () => R | typeof NOT_YET, nothing: () => R, seconds: number | undefined): Promise<R> {
    this.#waits += 1;
    try {
      if (this.#waits === 1) for (const watch of this.#watches) watch.start(this.#onChange);
      if (seconds === 0) await turnOfLoop();
      else if (find() !== NOT_YET) await giveWay();
      const found = find();
      if (found !== NOT_YET) return found;
      if (seconds === 0) return nothing();
      return await new Waiter<R>().park(this.#waiters, { collect: find, seconds, late: nothing });
    } finally {
      this.#waits -= 1;
      if (this.#waits === 0) for (const watch of this.#watches) watch.stop();
    }
  }

  toString(): string {
    const names = Array.from(this.#watches, ({ item }) => nameOf(item));
    if (names.length === 0) return 'nothing';
    return names.length > 3
      ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
      : names.join(', ');
  }
}

/** @internal Something that is waited for, in a few words. */
export function nameOf(item: unknown): string {
  if (typeof item === 'number') return `descriptor ${item}`;
  const text = String(item);
  return text === '[object Object]' ? (item as object).constructor.name : text;
}

/** What is in the kernel by now has arrived afterwards: the phase in which the loop looks has passed once, whole. */
async function turnOfLoop(): Promise<void> {
  for (let phase = 0; phase < 2; phase += 1) {
    const waiter = new Waiter<void>();
    setImmediate(() => waiter.switch());
    await waiter.park(undefined, { about: 'a turn of the event loop' });
  }
}
