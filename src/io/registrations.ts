/** What is registered with a poll object or a selector, found by the thing itself or by its descriptor's number. */
import type { Watch } from './watch-set.ts';

/** @internal */
export class Registrations<T, W extends Watch<T>> {
  readonly #byItem = new Map<T, W>();
  // An entry of something that was closed stays until its number comes again.
  readonly #byNumber = new Map<number, W>();

  get size(): number {
    return this.#byItem.size;
  }

  /** As it was registered, or by number where it was registered as an object, or the other way round. */
  get(item: T): W | undefined {
    const found = this.#byItem.get(item);
    if (found !== undefined) return found;
    const number = numberOf(item);
    const same = this.#byNumber.get(number);
    // The number of something that was closed since may be another's now.
    return same !== undefined && this.#byItem.has(same.item) && numberOf(same.item) === number
      ? same
      : undefined;
  }

  /** Adds it, in the place of the one that is the same thing; answers that. */
  replace(watch: W): W | undefined {
    const old = this.get(watch.item);
    if (old !== undefined && old.item !== watch.item) this.delete(old);
    this.#byItem.set(watch.item, watch);
    const number = numberOf(watch.item);
    if (number >= 0) this.#byNumber.set(number, watch);
    return old;
  }

  delete(watch: W): void {
    this.#byItem.delete(watch.item);
    const number = numberOf(watch.item);
    if (this.#byNumber.get(number) === watch) this.#byNumber.delete(number);
  }

  clear(): void {
    this.#byItem.clear();
    this.#byNumber.clear();
  }

  values(): IterableIterator<W> {
    return this.#byItem.values();
  }
}

/** @internal The number of a descriptor; -1 for what has none, or not any more. */
export function numberOf(item: unknown): number {
  if (typeof item === 'number') return item;
  const { fileno } = item as { fileno?: unknown };
  const number: unknown = typeof fileno === 'function' ? fileno.call(item) : -1;
  return typeof number === 'number' ? number : -1;
}
