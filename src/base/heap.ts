/**
 * A 4-ary min-heap whose items know their own place, so that any of them can be removed in O(log n):
 *
 *                 0
 *      1      2      3      4          children of i: 4i+1 .. 4i+4
 *   5..8   9..12  13..16  17..20       parent of i:   (i-1) >> 2
 *
 * Four children a node make the tree half as deep as a binary one, and they lie in one cache line. Removing a
 * late deadline (the timeout that never fires) touches only the last levels.
 */
export interface HeapItem {
  /** Where the item lies in its heap; -1 when it is in none. Written by the heap alone. */
  heapIndex: number;
}

const LARGE = 65_536;

export class Heap<T extends HeapItem> {
  #items: T[] = [];
  /** It has been large: the memory for that is given back when it is empty. */
  #wasLarge = false;
  readonly #before: (a: T, b: T) => boolean;

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  /** The first item in order, left where it is. */
  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
    if (this.#items.length > LARGE) this.#wasLarge = true;
  }

  pop(): T | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  remove(item: T): void {
    const items = this.#items;
    const index = item.heapIndex;
    if (index < 0) return;
    item.heapIndex = -1;
    const last = items.pop() as T;
    if (last === item) {
      if (items.length === 0 && this.#wasLarge) this.#reset();
      return;
    }
    const parent = items[(index - 1) >> 2];
    if (index > 0 && parent !== undefined && this.#before(last, parent)) this.#rise(last, index);
    else this.#sink(last, index);
  }

  /** The items in no particular order. */
  values(): readonly T[] {
    return this.#items;
  }

  #reset(): void {
    this.#items = [];
    this.#wasLarge = false;
  }

  #rise(item: T, from: number): void {
    const items = this.#items;
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 2;
      const parent = items[parentIndex] as T;
      if (!this.#before(item, parent)) break;
      items[index] = parent;
      parent.heapIndex = index;
      index = parentIndex;
    }
    items[index] = item;
    item.heapIndex = index;
  }

  #sink(item: T, from: number): void {
    const items = this.#items;
    const { length } = items;
    let index = from;
    for (;;) {
      const firstChild = index * 4 + 1;
      if (firstChild >= length) break;
      const pastLastChild = Math.min(firstChild + 4, length);
      let best = firstChild;
      for (let child = firstChild + 1; child < pastLastChild; child += 1) {
        if (this.#before(items[child] as T, items[best] as T)) best = child;
      }
      const candidate = items[best] as T;
      if (!this.#before(candidate, item)) break;
      items[index] = candidate;
      candidate.heapIndex = index;
      index = best;
    }
    items[index] = item;
    item.heapIndex = index;
  }
}
