/**
 * A queue between greenlets.
 *
 *   put ──► [ putters: parked while full ] ──► [ items ] ──► [ getters: parked while empty ] ──► get
 *
 * An item that comes wakes the first getter, which takes it when its turn in the ready queue comes: somebody who asks
 * in between may be quicker, and the getter then waits on at its place. A slot that comes free takes the first
 * putter's item there and then. With `maxsize` 0 there is no slot: a getter takes straight from a putter.
 */
import { checkBoolean, checkIterable, checkOptions, mismatch } from '../base/check.ts';
import { Empty, Full } from '../base/errors.ts';
import { type WaitLimit, checkTimeLimit, underLimit } from '../core/time-limit.ts';
import { WaitList } from '../core/wait-list.ts';
import { NOT_YET, Waiter, pendingInterrupt, rejectedQuietly } from '../core/waiter.ts';
import { FifoStore, type ItemStore } from './item-store.ts';

export interface QueueOptions extends WaitLimit {
  /** False: raise Full or Empty at once. Default true. */
  block?: boolean;
}

/** What `queue.statistics()` answers. */
export interface QueueStatistics {
  readonly size: number;
  readonly maxsize: number | undefined;
  /** Greenlets that wait for an item, and for room. */
  readonly getters: number;
  readonly putters: number;
}

class Putter<T> extends Waiter<void> {
  readonly item: T;

  constructor(item: T) {
    super();
    this.item = item;
  }
}

const DONE: Promise<void> = Promise.resolve();

/**
 * First in, first out, without `join` and `shutdown`. gevent: `queue.SimpleQueue`.
 *
 * An item that is a promise is awaited on its way out, as every value that an async function returns.
 */
export class SimpleQueue<T = unknown> implements AsyncIterable<T> {
  #maxsize: number | undefined;
  readonly #items: ItemStore<T>;
  readonly #getters: WaitList = new WaitList(() => `${this.constructor.name}.get() of ${String(this)}`);
  readonly #putters: WaitList = new WaitList(() => `${this.constructor.name}.put() of ${String(this)}`);
  readonly #collectItem = (): T | typeof NOT_YET => this.#takeNext();
  readonly #collectPeek = (): T | typeof NOT_YET => this.#peekNext();

  /**
   * @param maxsize how many items it holds at most; undefined or negative: any number; 0: none, a channel
   * @param items what it holds to begin with
   * @throws {TypeError | RangeError} `maxsize` is not an integer, or `items` not an iterable
   */
  constructor(maxsize?: number, items: Iterable<T> = [], store: ItemStore<T> = new FifoStore()) {
    checkIterable<T>(items, 'Queue(items)');
    this.#maxsize = checkMaxsize(maxsize);
    this.#items = store;
    for (const item of items) store.push(item);
  }

  /** How many items are in it. */
  qsize(): number {
    return this.#maxsize === 0 ? 0 : this.#items.length;
  }

  /** The same as {@link qsize}. */
  get length(): number {
    return this.qsize();
  }

  /** True when it holds nothing; always, for a channel. */
  empty(): boolean {
    return this.qsize() === 0;
  }

  /** True when nothing more fits in; always, for a channel. */
  full(): boolean {
    return this.#maxsize !== undefined && this.qsize() >= this.#maxsize;
  }

  /** How many items it holds at most; undefined for any number. Raising it lets waiting putters in. */
  get maxsize(): number | undefined {
    return this.#maxsize;
  }

  set maxsize(maxsize: number | undefined) {
    this.#maxsize = checkMaxsize(maxsize);
    this.#admitPutters();
  }

  /**
   * Adds an item; parks while the queue is full, in the order of the calls.
   *
   * @throws {Full} no room within `timeout` seconds, or at once with `block: false`
   * @throws {RangeError} a negative `timeout`
   */
  put(item: T, options: QueueOptions = {}): Promise<void> {
    const limit = checkQueueOptions(options, 'put');
    const reason = pendingInterrupt();
    if (reason !== undefined) return rejectedQuietly(reason);
    const refusal = this.refusePut();
    if (refusal !== undefined) return Promise.reject(refusal);
    if (this.#hasRoom()) {
      this.#add(item);
      return DONE;
    }
    if (options.block === false) {
      return this.#handOver(item) ? DONE : Promise.reject(new Full());
    }
    return underLimit(limit, (seconds) => {
      const putter = new Putter(item);
      const wait = putter.park({ list: this.#putters, seconds, late: raiseFull });
      if (this.#maxsize === 0) this.#wakeGetter();
      return wait;
    });
  }

  /** Adds an item. Never parks. @throws {Full} there is no room */
  putNowait(item: T): void {
    const refusal = this.refusePut();
    if (refusal !== undefined) throw refusal;
    if (this.#hasRoom()) this.#add(item);
    else if (!this.#handOver(item)) throw new Full();
  }

  /**
   * Takes the next item out; parks while there is none, in the order of the calls.
   *
   * @throws {Empty} no item within `timeout` seconds, or at once with `block: false`
   * @throws {RangeError} a negative `timeout`
   */
  get(options: QueueOptions = {}): Promise<T> {
    return this.#receive(options, 'get', this.#collectItem);
  }

  /** Takes the next item out. Never parks. @throws {Empty} there is none */
  getNowait(): T {
    return orEmpty(this.#takeNext());
  }

  /** As {@link get}, and leaves the item where it is. */
  peek(options: QueueOptions = {}): Promise<T> {
    return this.#receive(options, 'peek', this.#collectPeek);
  }

  /** The next item, left where it is. Never parks. @throws {Empty} there is none */
  peekNowait(): T {
    return orEmpty(this.#peekNext());
  }

  /** A queue of the same kind with the same items and bound. */
  copy(): this {
    return new (this.constructor as new (maxsize: number | undefined, items: T[]) => this)(this.#maxsize, this.toArray());
  }

  /** The items, in the order in which they came. */
  toArray(): T[] {
    return this.#items.toArray();
  }

  statistics(): QueueStatistics {
    return Object.freeze({ size: this.qsize(), maxsize: this.#maxsize, getters: this.#getters.size, putters: this.#putters.size });
  }

  /** Takes items out for ever, or until the queue is shut down and empty. Parks as {@link get} does. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (;;) {
      if (this.isAtEnd()) return;
      let item: T;
      try {
        item = await this.get();
      } catch (error) {
        if (this.isAtEnd() && error === this.refuseGet()) return;
        throw error;
      }
      yield item;
    }
  }

  toString(): string {
    const bound = this.#maxsize === undefined ? '' : ` of ${this.#maxsize}`;
    return `<${this.constructor.name} size ${this.qsize()}${bound}>`;
  }

  /** @internal Why nothing may be put in any more. */
  protected refusePut(): Error | undefined {
    return undefined;
  }

  /** @internal Why an empty queue will never have an item again: the same error each time. */
  protected refuseGet(): Error | undefined {
    return undefined;
  }

  /** @internal True when there will be no further item. */
  protected isAtEnd(): boolean {
    return false;
  }

  /** @internal An item went in. */
  protected onAdded(): void {
    // Queues that count their tasks do it here.
  }

  /** @internal Wakes everybody who waits: what they wait for may have become impossible. */
  protected wakeAll(putterError: Error): void {
    while (this.#putters.first instanceof Waiter) this.#putters.first.throw(putterError);
    while (this.#getters.first instanceof Waiter) this.#getters.first.switch();
  }

  /** @internal Throws the items away; answers how many there were. */
  protected drain(): number {
    const count = this.#items.length;
    while (this.#items.length > 0) this.#items.take();
    return count;
  }

  /** @internal Those who wait for an item. */
  protected get waitingGetters(): number {
    return this.#getters.size;
  }

  /** @internal Those who wait for room. */
  protected get waitingPutters(): number {
    return this.#putters.size;
  }

  #receive(options: QueueOptions, name: string, collect: () => T | typeof NOT_YET): Promise<T> {
    const limit = checkQueueOptions(options, name);
    const reason = pendingInterrupt();
    if (reason !== undefined) return rejectedQuietly(reason);
    try {
      const item = collect();
      if (item !== NOT_YET) return Promise.resolve(item);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    if (options.block === false) return Promise.reject(new Empty());
    return underLimit(limit, (seconds) => new Waiter<T>().park({ list: this.#getters, seconds, late: raiseEmpty, collect }));
  }

  #hasRoom(): boolean {
    return this.#maxsize === undefined || this.#items.length < this.#maxsize;
  }

  #add(item: T): void {
    this.#items.push(item);
    this.onAdded();
    this.#wakeGetter();
  }

  /** Without room, an item can still go straight to a getter that waits at a channel. */
  #handOver(item: T): boolean {
    if (this.#maxsize !== 0 || this.#getters.first === undefined) return false;
    this.#add(item);
    return true;
  }

  #wakeGetter(): void {
    const { first } = this.#getters;
    if (first instanceof Waiter) first.switch();
  }

  #takeNext(): T | typeof NOT_YET {
    if (this.#items.length > 0) {
      const item = this.#items.take();
      if (this.#putters.size > 0) this.#admitPutters();
      return item;
    }
    const putter = this.#putters.first;
    if (putter instanceof Putter) {
      putter.switch();
      this.onAdded();
      return putter.item as T;
    }
    return this.#nothing();
  }

  #peekNext(): T | typeof NOT_YET {
    if (this.#items.length > 0) {
      // The item is still there for whoever waits next.
      this.#wakeGetter();
      return this.#items.peek();
    }
    const putter = this.#putters.first;
    return putter instanceof Putter ? (putter.item as T) : this.#nothing();
  }

  #nothing(): typeof NOT_YET {
    const refusal = this.refuseGet();
    if (refusal !== undefined) throw refusal;
    return NOT_YET;
  }

  #admitPutters(): void {
    for (let putter = this.#putters.first; putter instanceof Putter && this.#hasRoom(); putter = this.#putters.first) {
      try {
        this.#add(putter.item as T);
        putter.switch();
      } catch (error) {
        putter.throw(error);
      }
    }
  }
}

function checkMaxsize(maxsize: unknown): number | undefined {
  if (maxsize === undefined) return undefined;
  if (typeof maxsize !== 'number') throw new TypeError(mismatch('Queue(maxsize)', 'an integer', maxsize));
  if (maxsize === Infinity) return undefined;
  if (!Number.isInteger(maxsize)) throw new RangeError(mismatch('Queue(maxsize)', 'an integer', maxsize));
  return maxsize < 0 ? undefined : maxsize;
}

function checkQueueOptions(options: QueueOptions, name: string): ReturnType<typeof checkTimeLimit> {
  checkOptions(options, `${name}(options)`);
  if (options.block !== undefined) checkBoolean(options.block, `${name}({ block })`);
  const limit = checkTimeLimit(options.timeout, `${name}({ timeout })`);
  if (typeof limit === 'number' && limit < 0) throw new RangeError(mismatch(`${name}({ timeout })`, 'a number of seconds of at least 0', limit));
  return limit;
}

function orEmpty<T>(item: T | typeof NOT_YET): T {
  if (item === NOT_YET) throw new Empty();
  return item;
}

function raiseFull(): never {
  throw new Full();
}

function raiseEmpty(): never {
  throw new Empty();
}
