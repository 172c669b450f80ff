/** Waiting for any or all of several things, or for the end of the loop. */
import { checkInteger, checkOptions } from '../base/check.ts';
import { Ring } from '../base/ring.ts';
import { Greenlet } from './greenlet.ts';
import { Bookmark } from './links.ts';
import { getHub } from './hub.ts';
import { mainGreenlet } from './main-greenlet.ts';
import { Scope, currentScopeOrMain } from './scope.ts';
import { type Seconds, Timeout } from './timeout.ts';
import { type TimeLimit, type WaitLimit, checkTimeLimit, underLimit } from './time-limit.ts';
import { WaitList } from './wait-list.ts';
import { type Waitable, checkWaitables } from './waitable.ts';
import { pendingInterrupt, rejectedQuietly } from './checkpoint.ts';
import { NOT_YET } from './wait-options.ts';
import { Waiter } from './waiter.ts';

/** How long to wait, and for how many. */
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
export function wait<W extends Waitable>(
  objects?: Iterable<W>,
  options: WaitOptions = {},
): Promise<W[] | boolean> {
  checkOptions(options, 'wait(options)');
  if (objects !== undefined) return readyObjects('wait', objects, options).all();
  if (options.count !== undefined) checkInteger(options.count, 'wait({ count })', 0);
  if (currentScopeOrMain().root !== mainGreenlet) {
    throw new TypeError(
      'wait() without objects waits for the end of the loop: only main can outlive all greenlets',
    );
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
export function iwait<W extends Waitable>(
  objects: Iterable<W>,
  options: WaitOptions = {},
): AsyncIterableIterator<W> & AsyncDisposable {
  return readyObjects('iwait', objects, options);
}

/** @internal */
export function readyObjects<W extends Waitable>(
  name: string,
  objects: Iterable<W>,
  options: WaitOptions,
): ReadyObjects<W> {
  const list = checkWaitables<W>(objects, `${name}(objects)`);
  checkOptions(options, `${name}(options)`);
  const limit = checkTimeLimit(options.timeout, `${name}({ timeout })`);
  const count =
    options.count === undefined ? list.length : checkInteger(options.count, `${name}({ count })`, 0);
  return new ReadyObjects(list, Math.min(count, list.length), limit);
}

/** @internal The iterator behind `iwait`, `wait` and `joinAll`. */
export class ReadyObjects<W extends Waitable> implements AsyncIterableIterator<W>, AsyncDisposable {
  /** What is not ready yet; an object may stand there twice. */
  #links: ReadyLink<W>[] = [];
  readonly #ready = new Ring<W>();
  readonly #waiting: WaitList = new WaitList('wait() for several objects');
  readonly #limit: TimeLimit | undefined;
  readonly #startedAt: number;
  #timeout: Timeout | undefined = undefined;
  #timeoutScope: Scope | undefined = undefined;
  #left: number;
  /** How many must be ready before whoever waits is woken. */
  #wanted = 1;

  constructor(objects: readonly W[], count: number, limit: TimeLimit | undefined) {
    this.#left = count;
    this.#startedAt = getHub().loop.now();
    this.#limit = count > 0 && limit instanceof Timeout && !limit.pending ? this.#own(limit) : limit;
    if (count === 0) return;
    this.#links = objects.map((object) => new ReadyLink(object, this));
    for (const link of this.#links) link.make();
  }

  /** @internal One of them is ready. */
  onReady(object: W): void {
    this.#ready.push(object);
    const waiter = this.#waiting.first;
    if (waiter instanceof Waiter && this.#ready.length >= this.#wanted) waiter.switch();
  }

  /** All of them at once: parks until the count is there, or the time is up, and gives those that are ready. */
  all(): Promise<W[]> {
    this.#wanted = this.#left;
    if (this.#ready.length >= this.#left) return this.#unlessInterrupted(() => this.#giveAll());
    const giveAll = (): W[] => this.#giveAll();
    const options = { late: giveAll, collect: giveAll, abandon: () => this.#end() };
    return underLimit<W[]>(
      this.#limit,
      (seconds) => new Waiter<W[]>().park(this.#waiting, { ...options, seconds }),
      giveAll,
    );
  }

  next(): Promise<IteratorResult<W, undefined>> {
    if (this.#left === 0) return Promise.resolve(this.#end());
    if (this.#ready.length > 0) return this.#unlessInterrupted(() => this.#give());
    const giveUp = (): IteratorResult<W, undefined> => this.#end();
    const options = { late: giveUp, collect: () => this.#step(), abandon: () => this.#end() };
    return underLimit<IteratorResult<W, undefined>>(
      this.#remaining(),
      (seconds) => new Waiter<IteratorResult<W, undefined>>().park(this.#waiting, { ...options, seconds }),
      giveUp,
    );
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

  #giveAll(): W[] {
    const list = this.#ready.toArray().slice(0, this.#left);
    this.#end();
    return list;
  }

  #give(): IteratorResult<W, undefined> {
    const value = this.#ready.shift() as W;
    this.#left -= 1;
    if (this.#left === 0) this.#end();
    return { done: false, value };
  }

  /** What a woken `next()` gives: another one may have been quicker. */
  #step(): IteratorResult<W, undefined> | typeof NOT_YET {
    if (this.#left === 0) return this.#end();
    return this.#ready.length > 0 ? this.#give() : NOT_YET;
  }

  #end(): IteratorReturnResult<undefined> {
    this.#left = 0;
    for (const link of this.#links) link.cut();
    this.#links = [];
    this.#timeout?.cancel();
    this.#timeoutScope?.close();
    while (this.#waiting.first instanceof Waiter) this.#waiting.first.switch();
    return { done: true, value: undefined };
  }

  /** A Timeout that does not run yet bounds the whole, and not each step: it runs in a scope where nothing waits. */
  #own(timeout: Timeout): Seconds | undefined {
    this.#timeout = timeout;
    this.#timeoutScope = new Scope(currentScopeOrMain());
    timeout.startIn(this.#timeoutScope);
    return timeout.seconds;
  }

  #unlessInterrupted<R>(give: () => R): Promise<R> {
    const reason = pendingInterrupt();
    if (reason === undefined) return Promise.resolve(give());
    this.#end();
    return rejectedQuietly(reason);
  }

  /** Seconds count from the beginning, not from each step. */
  #remaining(): TimeLimit | undefined {
    if (typeof this.#limit !== 'number') return this.#limit;
    return Math.max(0, this.#limit - (getHub().loop.now() - this.#startedAt));
  }
}

/** Our link to one object. A greenlet has our bookmark among those who wait for it; anything else calls us on the hub. */
class ReadyLink<W extends Waitable> extends Bookmark {
  readonly #object: W;
  readonly #owner: ReadyObjects<W>;
  #callback: (() => void) | undefined = undefined;
  #isCut = false;

  constructor(object: W, owner: ReadyObjects<W>) {
    super();
    this.#object = object;
    this.#owner = owner;
  }

  make(): void {
    const object: Waitable = this.#object;
    if (!(object instanceof Greenlet)) {
      this.#callback = () => this.tell();
      object.rawLink(this.#callback);
    } else if (object.dead) this.tell();
    else object.addBookmark(this);
  }

  override tell(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#owner.onReady(this.#object);
  }

  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.list?.remove(this);
    if (this.#callback !== undefined) this.#object.unlink(this.#callback);
  }
}
