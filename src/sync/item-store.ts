/** How a queue keeps its items: which of them comes out next. */
import { Heap, type HeapItem } from '../base/heap.ts';
import { Ring } from '../base/ring.ts';

/** @internal */
export interface ItemStore<T> {
  readonly length: number;
  push(item: T): void;
  take(): T;
  peek(): T;
  /** All items, in an order in which pushing them again gives the same store. */
  toArray(): T[];
}

/** @internal Oldest first. */
export class FifoStore<T> implements ItemStore<T> {
  readonly #ring = new Ring<T>();

  get length(): number {
    return this.#ring.length;
  }

  push(item: T): void {
    this.#ring.push(item);
  }

  take(): T {
    return this.#ring.shift() as T;
  }

  peek(): T {
    return this.#ring.peek() as T;
  }

  toArray(): T[] {
    return this.#ring.toArray();
  }
}

/** @internal Newest first. */
export class LifoStore<T> implements ItemStore<T> {
  readonly #items: T[] = [];

  get length(): number {
    return this.#items.length;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  take(): T {
    return this.#items.pop() as T;
  }

  peek(): T {
    return this.#items.at(-1) as T;
  }

  toArray(): T[] {
    return [...this.#items];
  }
}

interface Entry<T> extends HeapItem {
  readonly item: T;
  readonly order: number;
}

/** @internal Lowest first; of equals, the one that came first. */
export class PriorityStore<T> implements ItemStore<T> {
  #heap: Heap<Entry<T>>;
  #pushed = 0;
  /** While an item comes in, one that cannot be ordered is refused. Those that are in must come out again. */
  #isRefusing = false;
  readonly #before: (a: Entry<T>, b: Entry<T>) => boolean;

  constructor(compare: (a: T, b: T) => number) {
    this.#before = (a, b) => {
      try {
        const difference = compare(a.item, b.item);
        return difference < 0 || (difference === 0 && a.order < b.order);
      } catch (error) {
        // Two items that never met on their way in.
        if (this.#isRefusing) throw error;
        return a.order < b.order;
      }
    };
    this.#heap = new Heap(this.#before);
  }

  get length(): number {
    return this.#heap.size;
  }

  push(item: T): void {
    const entries = this.#heap.size;
    this.#pushed += 1;
    const entry: Entry<T> = { item, order: this.#pushed, heapIndex: -1 };
    this.#isRefusing = true;
    try {
      // Also compares it when it is the only one, so that what cannot be ordered is refused at once.
      this.#before(entry, entry);
      this.#heap.push(entry);
    } catch (error) {
      this.#isRefusing = false;
      if (entries > 0) this.#rebuildWithout(entry);
      throw error;
    }
    this.#isRefusing = false;
  }

  take(): T {
    return (this.#heap.pop() as Entry<T>).item;
  }

  peek(): T {
    return (this.#heap.peek() as Entry<T>).item;
  }

  toArray(): T[] {
    return this.#inOrderOfArrival().map((entry) => entry.item);
  }

  /** A comparison threw half-way: the item is left out, and the rest put in order again. */
  #rebuildWithout(left: Entry<T>): void {
    const entries = new Set(this.#inOrderOfArrival());
    entries.delete(left);
    this.#heap = new Heap(this.#before);
    for (const entry of entries) this.#heap.push(entry);
  }

  #inOrderOfArrival(): Entry<T>[] {
    return [...this.#heap.values()].sort((a, b) => a.order - b.order);
  }
}
