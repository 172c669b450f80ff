/** Time limits as functions. */
import { checkFunction, checkOptions, checkSeconds, mismatch } from '../base/check.ts';
import { wallClock } from '../base/native.ts';
import { type Seconds, Timeout } from './timeout.ts';

/** What `withTimeout` takes beside the limit and the function. */
export interface WithTimeoutOptions<V> {
  /** What to answer when the time is up, in place of raising. */
  timeoutValue?: V;
}

/**
 * Runs `fn` and raises a {@link Timeout} in it after `seconds`. Parks as `fn` does. Only what `fn` waits for is
 * reached, not what the greenlet does beside it. gevent: `with_timeout`.
 *
 * @param seconds the limit; undefined sets none
 * @param options.timeoutValue given instead of raising, for this limit alone: a shorter one around passes through
 * @throws {Timeout} the time was up, and no `timeoutValue` was given
 * @example
 * const page = await withTimeout(5, () => download(url), { timeoutValue: undefined });
 */
export function withTimeout<T, V = never>(
  seconds: Seconds | undefined,
  fn: () => T | Promise<T>,
  options: WithTimeoutOptions<V> = {},
): Promise<T | V> {
  if (seconds !== undefined) checkSeconds(seconds, 'withTimeout(seconds)');
  checkFunction(fn, 'withTimeout(fn)');
  checkOptions(options, 'withTimeout(options)');
  const timeout = new Timeout(seconds);
  if ('timeoutValue' in options) return orElse(timeout, fn, options.timeoutValue);
  return timeout.run(fn) as Promise<T>;
}

/**
 * As {@link withTimeout}, with a point in time: limits that are handed down do not add up.
 *
 * @param deadline a Date, or seconds since 1970
 */
export function withDeadline<T, V = never>(
  deadline: Date | Seconds,
  fn: () => T | Promise<T>,
  options: WithTimeoutOptions<V> = {},
): Promise<T | V> {
  return withTimeout(secondsUntil(deadline), fn, options);
}

function secondsUntil(deadline: unknown): Seconds {
  const at = deadline instanceof Date ? deadline.getTime() / 1000 : deadline;
  if (typeof at !== 'number')
    throw new TypeError(mismatch('withDeadline(deadline)', 'a Date or seconds since 1970', deadline));
  if (deadline instanceof Date && Number.isNaN(at))
    throw new RangeError(mismatch('withDeadline(deadline)', 'a valid Date', deadline));
  checkSeconds(at, 'withDeadline(deadline)');
  return Math.max(0, at - wallClock() / 1000);
}

async function orElse<T, V>(timeout: Timeout, fn: () => T | Promise<T>, timeoutValue: V): Promise<T | V> {
  try {
    return (await timeout.run(fn)) as T;
  } catch (error) {
    if (error === timeout) return timeoutValue;
    throw error;
  }
}
