/** A queue between greenlets: the calls that all queues have. */
import { inspectAsText } from '../base/format.ts';
import { NO_OPTIONS, checkIterable } from '../base/check.ts';
import { Empty, Full } from '../base/errors.ts';
import { underLimit } from '../core/time-limit.ts';
import { pendingInterrupt, rejectedQuietly } from '../core/checkpoint.ts';
import { NOT_YET } from '../core/wait-options.ts';
import { Waiter } from '../core/waiter.ts';
import { Exchange, Peeker, type Receiving } from './exchange.ts';
import { FifoStore, type ItemStore } from './item-store.ts';
import {
  type QueueOptions,
  type QueueStatistics,
  checkMaxsize,
  checkQueueOptions,
  orEmpty,
  raiseEmpty,
  raiseFull,
} from './queue-options.ts';

const DONE: Promise<void> = Promise.resolve();

/**
 * First in, first out, without `join` and `shutdown`. gevent: `queue.SimpleQueue`.
 *
 * An item that is a promise is awaited on its way out, as every value that an async function returns.
 */
export class SimpleQueue<T = unknown> implements AsyncIterable<T> {
  readonly #exchange: Exchange<T>;
  // What every unbounded wait here is made with: one object, not one a wait.
  readonly #getting: Receiving<T> = { collect: () => this.#exchange.take() };
  readonly #peeking: Receiving<T> = { collect: () => this.#exchange.peek() };

  /**
   * @param maxsize how many items it holds at most; undefined or negative: any number; 0: none, a channel
   * @param items what it holds to begin with
   * @throws {TypeError | RangeError} `maxsize` is not an integer, or `items` not an iterable
   */
  constructor(maxsize?: number, items: Iterable<T> = [], store: ItemStore<T> = new FifoStore()) {
    checkIterable<T>(items, 'Queue(items)');
    this.#exchange = new Exchange(this, store, checkMaxsize(maxsize), {
      onAdded: () => this.onAdded(),
      refuseGet: () => this.refuseGet(),
    });
    for (const item of items) store.push(item);
  }

  /** How many items are in it; in a channel, those that were handed over and whose getter has not run yet. */
  qsize(): number {
    return this.#exchange.items.length;
  }

  /** The same as {@link qsize}. */
  get length(): number {
    return this.qsize();
  }

  /** True when it holds nothing. */
  empty(): boolean {
    return this.qsize() === 0;
  }

  /** True when nothing more fits in; always, for a channel. */
  full(): boolean {
    const { maxsize } = this.#exchange;
    return maxsize !== undefined && this.qsize() >= maxsize;
  }

  /** How many items it holds at most; undefined for any number. Raising it lets waiting putters in. */
  get maxsize(): number | undefined {
    return this.#exchange.maxsize;
  }

  set maxsize(maxsize: number | undefined) {
    this.#exchange.maxsize = checkMaxsize(maxsize);
    this.#exchange.admitPutters();
  }

  /**
   * Adds an item; parks while the queue is full, in the order of the calls.
   *
   * @throws {Full} no room within `timeout` seconds, or at once with `block: false`
   * @throws {RangeError} a negative `timeout`
   */
  put(item: T, options: QueueOptions = NO_OPTIONS): Promise<void> {
    const limit = checkQueueOptions(options, 'put');
    const reason = pendingInterrupt();
    if (reason !== undefined) return rejectedQuietly(reason);
    const refusal = this.refusePut();
    if (refusal !== undefined) return Promise.reject(refusal);
    if (this.#exchange.hasRoom()) {
      this.#exchange.add(item);
      return DONE;
    }
    if (options.block === false) {
      return this.#exchange.handOver(item) ? DONE : Promise.reject(new Full());
    }
    return limit === undefined
      ? this.#exchange.parkPutter(item)
      : underLimit(limit, (seconds) => this.#exchange.parkPutter(item, { seconds, late: raiseFull }));
  }

  /** Adds an item. Never parks. @throws {Full} there is no room */
  putNowait(item: T): void {
    const refusal = this.refusePut();
    if (refusal !== undefined) throw refusal;
    if (this.#exchange.hasRoom()) this.#exchange.add(item);
    else if (!this.#exchange.handOver(item)) throw new Full();
  }

  /**
   * Takes the next item out; parks while there is none, in the order of the calls.
   *
   * @throws {Empty} no item within `timeout` seconds, or at once with `block: false`
   * @throws {RangeError} a negative `timeout`
   */
  get(options: QueueOptions = NO_OPTIONS): Promise<T> {
    return this.#receive(options, 'get', this.#getting);
  }

  /** Takes the next item out. Never parks. @throws {Empty} there is none */
  getNowait(): T {
    return orEmpty(this.#exchange.take());
  }

  /** As {@link get}, and leaves the item where it is. */
  peek(options: QueueOptions = NO_OPTIONS): Promise<T> {
    return this.#receive(options, 'peek', this.#peeking);
  }

  /** The next item, left where it is. Never parks. @throws {Empty} there is none */
  peekNowait(): T {
    return orEmpty(this.#exchange.peek());
  }

  /** A queue of the same kind with the same items and bound. */
  copy(): this {
    return new (this.constructor as new (maxsize: number | undefined, items: T[]) => this)(
      this.#exchange.maxsize,
      this.toArray(),
    );
  }

  /** The items, in the order in which they came. */
  toArray(): T[] {
    return this.#exchange.items.toArray();
  }

  statistics(): QueueStatistics {
    return Object.freeze({
      size: this.qsize(),
      maxsize: this.#exchange.maxsize,
      getters: this.#exchange.getters.size,
      putters: this.#exchange.putters.size,
    });
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
    const { maxsize } = this.#exchange;
    const bound = maxsize === undefined ? '' : ` of ${maxsize}`;
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
    this.#exchange.wakeAll(putterError);
  }

  /** @internal Throws the items away; answers how many there were. */
  protected drain(): number {
    const { items } = this.#exchange;
    const count = items.length;
    while (items.length > 0) items.take();
    return count;
  }

  /** @internal Those who wait for an item. */
  protected get waitingGetters(): number {
    return this.#exchange.getters.size;
  }

  /** @internal Those who wait for room. */
  protected get waitingPutters(): number {
    return this.#exchange.putters.size;
  }

  #receive(options: QueueOptions, name: string, receiving: Receiving<T>): Promise<T> {
    const limit = checkQueueOptions(options, name);
    const reason = pendingInterrupt();
    if (reason !== undefined) return rejectedQuietly(reason);
    try {
      const item = receiving.collect();
      if (item !== NOT_YET) return Promise.resolve(item);
    } catch (error) {
      return Promise.reject(error);
    }
    if (options.block === false) return Promise.reject(new Empty());
    const waiter = receiving === this.#peeking ? new Peeker<T>() : new Waiter<T>();
    if (limit === undefined) return waiter.park(this.#exchange.getters, receiving);
    return underLimit(limit, (seconds) =>
      waiter.park(this.#exchange.getters, { ...receiving, seconds, late: raiseEmpty }),
    );
  }
}
inspectAsText(SimpleQueue);
