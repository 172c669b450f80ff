/**
 * A first-in, first-out queue in one array, bent into a ring:
 *
 *      head            tail
 *        v               v
 *   [ .  a  b  c  d  e   .  . ]      length 5, capacity 8 (always a power of two)
 *
 * `push` and `shift` are O(1); the array doubles when it is full and never shrinks below what was once needed
 * at the same time, except that an emptied large ring gives its memory back.
 */
const INITIAL_CAPACITY = 64;
const LARGE_CAPACITY = 65_536;

export class Ring<T> {
  #slots: (T | undefined)[] = new Array(INITIAL_CAPACITY);
  #mask = INITIAL_CAPACITY - 1;
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length > this.#mask) this.#grow();
    this.#slots[(this.#head + this.#length) & this.#mask] = item;
    this.#length += 1;
  }

  /** The oldest item, left where it is. */
  peek(): T | undefined {
    return this.#slots[this.#head];
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & this.#mask;
    this.#length -= 1;
    if (this.#length === 0 && this.#mask >= LARGE_CAPACITY) this.clear();
    return item;
  }

  /** Takes out the item at `index` (0 is the oldest); what stood before it moves up. O(index). */
  removeAt(index: number): T | undefined {
    if (index < 0 || index >= this.#length) return undefined;
    const taken = this.#slots[(this.#head + index) & this.#mask];
    for (let at = index; at > 0; at -= 1) {
      this.#slots[(this.#head + at) & this.#mask] = this.#slots[(this.#head + at - 1) & this.#mask];
    }
    this.shift();
    return taken;
  }

  /** The items, oldest first. */
  toArray(): T[] {
    return Array.from(
      { length: this.#length },
      (_, index) => this.#slots[(this.#head + index) & this.#mask] as T,
    );
  }

  clear(): void {
    this.#slots = new Array(INITIAL_CAPACITY);
    this.#mask = INITIAL_CAPACITY - 1;
    this.#head = 0;
    this.#length = 0;
  }

  #grow(): void {
    const capacity = this.#slots.length;
    const slots: (T | undefined)[] = new Array(capacity * 2);
    for (let index = 0; index < this.#length; index += 1) {
      slots[index] = this.#slots[(this.#head + index) & this.#mask];
    }
    this.#slots = slots;
    this.#mask = slots.length - 1;
    this.#head = 0;
  }
}
