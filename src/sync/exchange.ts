/**
 * How items get from those who put to those who get.
 *
 *   put ──► [ putters: parked while full ] ──► [ items ] ──► [ getters: parked while empty ] ──► get
 *
 * An item that comes wakes the first getter, which takes it when its turn in the ready queue comes: somebody who asks
 * in between may be quicker, and the getter then waits on at its place. A slot that comes free takes the first
 * putter's item there and then. With `maxsize` 0 there is no slot: a getter takes straight from a putter.
 */
import { WaitList } from '../core/wait-list.ts';
import { NOT_YET, type WaitOptions } from '../core/wait-options.ts';
import { Waiter } from '../core/waiter.ts';
import type { ItemStore } from './item-store.ts';

/** @internal What a queue adds to the exchange. */
export interface ExchangeHooks {
  /** An item went in. */
  onAdded(): void;
  /** Why there will never be an item again. */
  refuseGet(): Error | undefined;
}

/** @internal How a wait for an item ends. */
export interface Receiving<T> {
  readonly collect: () => T | typeof NOT_YET;
}

class Putter<T> extends Waiter<void> {
  readonly item: T;

  constructor(item: T) {
    super();
    this.item = item;
  }
}

/** @internal Waits among the getters, and takes nothing. */
export class Peeker<T> extends Waiter<T> {}

/** @internal */
export class Exchange<T> {
  maxsize: number | undefined;
  readonly items: ItemStore<T>;
  readonly getters: WaitList;
  readonly putters: WaitList;
  readonly #hooks: ExchangeHooks;

  constructor(
    queue: { toString(): string },
    items: ItemStore<T>,
    maxsize: number | undefined,
    hooks: ExchangeHooks,
  ) {
    this.items = items;
    this.maxsize = maxsize;
    this.getters = new WaitList('get()', queue);
    this.putters = new WaitList('put()', queue);
    this.#hooks = hooks;
  }

  parkPutter(item: T, options?: WaitOptions<void>): Promise<void> {
    // Its turn comes when we have parked: by then the item is there.
    if (this.maxsize === 0) this.#wakeGetter();
    return new Putter(item).park(this.putters, options);
  }

  /** Wakes everybody who waits: what they wait for may have become impossible. */
  wakeAll(putterError: Error): void {
    while (this.putters.first instanceof Waiter) this.putters.first.throw(putterError);
    while (this.getters.first instanceof Waiter) this.getters.first.switch();
  }

  hasRoom(): boolean {
    return this.maxsize === undefined || this.items.length < this.maxsize;
  }

  add(item: T): void {
    this.items.push(item);
    this.#hooks.onAdded();
    this.#wakeGetter();
  }

  /** Without room, an item can still go straight to a getter that waits at a channel. One that peeks does not count. */
  handOver(item: T): boolean {
    if (this.maxsize !== 0 || !this.#hasTaker()) return false;
    this.items.push(item);
    this.#hooks.onAdded();
    // The getter leaves the list at once: it is there for one item. Who peeks in front of it sees the item too.
    while (this.getters.first instanceof Peeker) this.getters.first.switch();
    this.#wakeGetter();
    return true;
  }

  #hasTaker(): boolean {
    for (const waiter of this.getters) if (!(waiter instanceof Peeker)) return true;
    return false;
  }

  #wakeGetter(): void {
    const { first } = this.getters;
    if (first instanceof Waiter) first.switch();
  }

  take(): T | typeof NOT_YET {
    if (this.items.length > 0) {
      const item = this.items.take();
      if (this.putters.size > 0) this.admitPutters();
      return item;
    }
    const putter = this.putters.first;
    if (putter instanceof Putter) {
      putter.switch();
      this.#hooks.onAdded();
      return putter.item as T;
    }
    return this.#nothing();
  }

  peek(): T | typeof NOT_YET {
    if (this.items.length > 0) {
      // The item is still there for whoever waits next.
      this.#wakeGetter();
      return this.items.peek();
    }
    const putter = this.putters.first;
    if (!(putter instanceof Putter)) return this.#nothing();
    this.#wakeGetter();
    return putter.item as T;
  }

  #nothing(): typeof NOT_YET {
    const refusal = this.#hooks.refuseGet();
    if (refusal !== undefined) throw refusal;
    return NOT_YET;
  }

  admitPutters(): void {
    for (
      let putter = this.putters.first;
      putter instanceof Putter && this.hasRoom();
      putter = this.putters.first
    ) {
      try {
        this.add(putter.item as T);
        putter.switch();
      } catch (error) {
        putter.throw(error);
      }
    }
  }
}
