/** Time that passes only when nobody has anything to do: tests of waits that take no time and have one outcome. */
import { checkFunction, checkOptions, checkSeconds, mismatch } from '../base/check.ts';
import { getHub } from '../core/hub.ts';
import { scheduler } from '../core/scheduler.ts';
import { replaceTimers } from '../core/timers.ts';
import { VirtualTimers } from './virtual-timers.ts';

/** The clock that a virtual-time test is given. */
export interface VirtualTime {
  /** Seconds that have passed since the beginning. */
  now(): number;
}

/** How a virtual clock begins. */
export interface VirtualTimeOptions {
  /** Seconds at which the clock begins. Default 0. */
  start?: number;
}

let isInForce = false;

/**
 * Runs `fn` with a clock of its own: whenever every greenlet waits, and a turn of the real event loop brought nothing
 * new, time jumps to the next timer. Real sockets and files work, and do not hold time up. Parks as `fn` does.
 *
 * Nobody stays asleep in a time that is over: when `fn` has ended, timers that still run are stopped, and the waits
 * behind them raise a GreenletExit, so that greenlets which are asleep end as if killed. Their `finally` blocks still
 * have virtual time. There is one virtual time at once, in the whole thread.
 *
 * @throws {Error} a virtual time is in force already; or somebody cannot be ended
 * @example
 * await withVirtualTime(async (time) => {
 *   await sleep(3600);
 *   assert.equal(time.now(), 3600); // at once
 * });
 */
export function withVirtualTime<T>(
  fn: (time: VirtualTime) => T | Promise<T>,
  options: VirtualTimeOptions = {},
): Promise<T> {
  checkFunction(fn, 'withVirtualTime(fn)');
  checkOptions(options, 'withVirtualTime(options)');
  const { start = 0 } = options;
  checkSeconds(start, 'withVirtualTime({ start })');
  if (start === Infinity)
    throw new RangeError(mismatch('withVirtualTime({ start })', 'a finite number of seconds', start));
  return runInVirtualTime(fn, start);
}

/** @internal There is one clock for all: two virtual times at once would each put back what the other one left. */
export function refuseSecondVirtualTime(): void {
  if (isInForce)
    throw new Error('Cannot begin a virtual time: one is already in force; await it first, or use its clock');
}

async function runInVirtualTime<T>(fn: (time: VirtualTime) => T | Promise<T>, start: number): Promise<T> {
  refuseSecondVirtualTime();
  isInForce = true;
  const timers = new VirtualTimers(start);
  const outerTimers = replaceTimers(timers);
  const outerOnIdle = scheduler.onIdle;
  scheduler.onIdle = timers.advanceSoon;
  let isClean = false;
  let asleep: readonly string[] = [];
  let result: T;
  try {
    result = await fn({ now: () => timers.seconds });
  } finally {
    isClean = await timers.end();
    if (!isClean) asleep = getHub().waits();
    scheduler.onIdle = outerOnIdle;
    replaceTimers(outerTimers);
    isInForce = false;
  }
  if (!isClean)
    throw new Error(
      `withVirtualTime(fn): fn has ended, and somebody goes back to sleep however often it is interrupted:\n${asleep.join('\n')}`,
    );
  return result;
}
