/** A queue that gives the lowest item first. */
import { checkFunction, checkOptions } from '../base/check.ts';
import { describeValue } from '../base/format.ts';
import { PriorityStore } from './item-store.ts';
import { Queue, type QueueSetup } from './queue.ts';

/** What a priority queue begins with, beside its items. */
export interface PrioritySetup<T> extends QueueSetup<T> {
  /** Orders two items: negative when the first comes out before the second. */
  compare?: (a: T, b: T) => number;
}

/**
 * Lowest first; of equals, the one that came first. Numbers, bigints, strings, booleans and Dates have their natural
 * order, arrays that of their first difference, as Python's tuples: `[priority, data]`. gevent: `queue.PriorityQueue`.
 *
 * @example
 * const queue = new PriorityQueue<[number, string]>();
 * queue.putNowait([2, 'later']);
 * queue.putNowait([1, 'now']);
 * console.log(queue.getNowait()); // [1, 'now']
 */
export class PriorityQueue<T = unknown> extends Queue<T> {
  readonly #compare: (a: T, b: T) => number;

  /** @throws {TypeError} an initial item cannot be ordered */
  constructor(maxsize?: number, items: Iterable<T> = [], setup: PrioritySetup<T> = {}) {
    checkOptions(setup, 'PriorityQueue(setup)');
    const { compare = compareValues } = setup;
    checkFunction(compare, 'PriorityQueue({ compare })');
    super(maxsize, items, { ...setup, store: new PriorityStore<T>(compare) });
    this.#compare = compare;
  }

  override copy(): this {
    const copyClass = this.constructor as new (
      maxsize: number | undefined,
      items: T[],
      setup: PrioritySetup<T>,
    ) => this;
    return new copyClass(this.maxsize, this.toArray(), { compare: this.#compare });
  }
}

function compareValues(a: unknown, b: unknown): number {
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b);
  const [left, right] = [toComparable(a), toComparable(b)];
  const isMixed = typeof left !== typeof right && !(isNumeric(left) && isNumeric(right));
  if (isMixed)
    throw new TypeError(
      `Cannot order ${describeValue(a)} and ${describeValue(b)}: give the PriorityQueue a compare function`,
    );
  if (left < right) return -1;
  return left > right ? 1 : 0;
}

function compareArrays(a: readonly unknown[], b: readonly unknown[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    if (a[index] === b[index]) continue;
    const difference = compareValues(a[index], b[index]);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function toComparable(value: unknown): number | bigint | string {
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'number' && !Number.isNaN(value)) return value;
  if (typeof value === 'bigint' || typeof value === 'string') return value;
  throw new TypeError(`Cannot order ${describeValue(value)}: give the PriorityQueue a compare function`);
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}
