/** What the calls of the queues take, and what they raise when they may not wait any longer. */
import { NO_OPTIONS, checkBoolean, checkOptions, mismatch } from '../base/check.ts';
import { Empty, Full } from '../base/errors.ts';
import { type WaitLimit, checkTimeLimit } from '../core/time-limit.ts';
import { NOT_YET } from '../core/wait-options.ts';

/** How long `put`, `get` and `peek` wait, and whether. */
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

/** @internal */
export function checkMaxsize(maxsize: unknown): number | undefined {
  if (maxsize === undefined) return undefined;
  if (typeof maxsize !== 'number') throw new TypeError(mismatch('Queue(maxsize)', 'an integer', maxsize));
  if (maxsize === Infinity) return undefined;
  if (!Number.isInteger(maxsize)) throw new RangeError(mismatch('Queue(maxsize)', 'an integer', maxsize));
  return maxsize < 0 ? undefined : maxsize;
}

/** @internal */
export function checkQueueOptions(options: QueueOptions, name: string): ReturnType<typeof checkTimeLimit> {
  if (options === NO_OPTIONS) return undefined;
  checkOptions(options, `${name}(options)`);
  if (options.block !== undefined) checkBoolean(options.block, `${name}({ block })`);
  const limit = checkTimeLimit(options.timeout, `${name}({ timeout })`);
  if (typeof limit === 'number' && limit < 0)
    throw new RangeError(mismatch(`${name}({ timeout })`, 'a number of seconds of at least 0', limit));
  return limit;
}

/** @internal */
export function orEmpty<T>(item: T | typeof NOT_YET): T {
  if (item === NOT_YET) throw new Empty();
  return item;
}

/** @internal */
export function raiseFull(): never {
  throw new Full();
}

/** @internal */
export function raiseEmpty(): never {
  throw new Empty();
}
