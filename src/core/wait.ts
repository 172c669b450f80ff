/** Waiting for any or all of several things, or for the end of the loop. */
import { checkInteger, checkOptions } from '../base/check.ts';
import { getHub } from './hub.ts';
import { mainGreenlet } from './main-greenlet.ts';
import { currentScopeOrMain } from './scope.ts';
import { type TimeLimit, type WaitLimit, checkTimeLimit, underLimit } from './time-limit.ts';
import { WaitList } from './wait-list.ts';
import { type Waitable, checkWaitables } from './waitable.ts';
import { Waiter, pendingInterrupt, rejectedQuietly } from './waiter.ts';

export interface WaitOptions extends WaitLimit {
  /** Come back when this many are ready. Default: all. */
  count?: number | undefined;
}

/**
 * Parks until all of `objects` (or `count` of them) are ready, or the time is up. Resolves to those that are ready,
 * in the order in which they became so. gevent: `wait`.
 *
 * Without objects, which only main may do, parks until the event loop has nothing left, and resolves to true; or to
 * false when the time was up first.
 */
export function wait(objects?: undefined, options?: WaitOptions): Promise<boolean>;
export function wait<W extends Waitable>(objects: Iterable<W>, options?: WaitOptions): Promise<W[]>;
export function wait<W extends Waitable>(objects?: Iterable<W>, options: WaitOptions = {}): Promise<W[] | boolean> {
  checkOptions(options, 'wait(options)');
  if (objects !== undefined) return collect(iwait(objects, options));
  if (currentScopeOrMain().root !== mainGreenlet) {
    throw new TypeError('wait() without objects waits for the end of the loop: only main can outlive all greenlets');
  }
  return getHub().join(options);
}

/**
 * The objects as they become ready, until all (or `count`) were given, or the time is up: quietly. Parks at each
 * step. Leaving the loop early gives back every link. gevent: `iwait`.
 *
 * @example
 * for await (const ready of iwait([a, b, c], { timeout: 5 })) console.log(ready);
 */
export function iwait<W extends Waitable>(objects: Iterable<W>, options: WaitOptions = {}): AsyncIterableIterator<W> & AsyncDisposable {
  const list = checkWaitables<W>(objects, 'iwait(objects)');
  checkOptions(options, 'iwait(options)');
  const limit = checkTimeLimit(options.timeout, 'iwait({ timeout })');
  const count = options.count === undefined ? list.length : checkInteger(options.count, 'iwait({ count })', 0);
  return new ReadyObjects(list, Math.min(count, list.length), limit);
}

/** @internal The iterator behind `iwait`, `wait` and `joinAll`. */
class ReadyObjects<W extends Waitable> implements AsyncIterableIterator<W>, AsyncDisposable {
  /** Those linked to, each with a callback of its own: an object may stand in the list twice. */
  readonly #links = new Map<() => void, W>();
  readonly #ready: W[] = [];
  readonly #waiting: WaitList = new WaitList(() => `wait() for ${this.#links.size} objects`);
  readonly #limit: TimeLimit | undefined;
  readonly #startedAt: number;
  #left: number;

  constructor(objects: readonly W[], count: number, limit: TimeLimit | undefined) {
    this.#left = count;
    this.#limit = limit;
    this.#startedAt = getHub().loop.now();
    if (count === 0) return;
    for (const object of objects) {
      const callback = (): void => this.#onReady(callback, object);
      this.#links.set(callback, object);
      object.rawLink(callback);
    }
  }

  next(): Promise<IteratorResult<W, undefined>> {
    if (this.#left === 0) return Promise.resolve(this.#end());
    if (this.#ready.length > 0) {
      const reason = pendingInterrupt();
      return reason === undefined ? Promise.resolve(this.#give()) : this.#fail(reason);
    }
    const giveUp = (): IteratorResult<W, undefined> => this.#end();
    return underLimit<IteratorResult<W, undefined>>(
      this.#remaining(),
      (seconds) => new Waiter<IteratorResult<W, undefined>>().park({ list: this.#waiting, seconds, late: giveUp, collect: () => this.#give() }),
      giveUp,
    ).catch((error: unknown) => this.#fail(error));
  }

  /** Gives back the links that are left. */
  return(): Promise<IteratorResult<W, undefined>> {
    return Promise.resolve(this.#end());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #onReady(callback: () => void, object: W): void {
    if (!this.#links.delete(callback)) return;
    this.#ready.push(object);
    const waiter = this.#waiting.first;
    if (waiter instanceof Waiter) waiter.switch();
  }

  #give(): IteratorResult<W, undefined> {
    const value = this.#ready.shift() as W;
    this.#left -= 1;
    if (this.#left === 0) this.#end();
    return { done: false, value };
  }

  #end(): IteratorReturnResult<undefined> {
    this.#left = 0;
    for (const [callback, object] of this.#links) object.unlink(callback);
    this.#links.clear();
    return { done: true, value: undefined };
  }

  #fail(error: unknown): Promise<never> {
    this.#end();
    return rejectedQuietly<never>(error);
  }

  /** Seconds count from the beginning, not from each step. */
  #remaining(): TimeLimit | undefined {
    if (typeof this.#limit !== 'number') return this.#limit;
    return Math.max(0, this.#limit - (getHub().loop.now() - this.#startedAt));
  }
}

async function collect<W>(objects: AsyncIterable<W>): Promise<W[]> {
  const list: W[] = [];
  for await (const object of objects) list.push(object);
  return list;
}
