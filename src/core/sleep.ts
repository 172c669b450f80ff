/** Giving way: for a time, for a turn, until the loop is idle. */
import { NO_OPTIONS, checkFlag, checkInteger, checkOptions, checkSeconds } from '../base/check.ts';
import { setImmediate } from '../base/native.ts';
import { scheduler } from './scheduler.ts';
import type { Seconds } from './timeout.ts';
import { giveWay } from './turn.ts';
import { Waiter } from './waiter.ts';

/** What `sleep` takes beside the seconds. */
export interface SleepOptions {
  /** False: the sleeper does not keep the process, or `wait()`, alive. Default true. */
  ref?: boolean;
}

/**
 * Parks the greenlet for at least `seconds`. Zero (the default), and less, lets everybody run who is ready, and
 * comes back; more takes at least one turn of the event loop. gevent: `sleep`.
 *
 * @throws {TypeError | RangeError} not a number, or NaN
 * @example
 * await sleep(0.5);
 */
export function sleep(seconds: Seconds = 0, options: SleepOptions = NO_OPTIONS): Promise<void> {
  if (seconds === 0 && options === NO_OPTIONS) return giveWay();
  checkSeconds(seconds, 'sleep(seconds)');
  checkOptions(options, 'sleep(options)');
  checkFlag(options.ref, 'sleep({ ref })');
  if (seconds <= 0) return giveWay();
  return new Waiter<void>().park(undefined, {
    seconds,
    isTimerUnref: options.ref === false,
    about: 'sleep()',
  });
}

/**
 * Parks until the event loop has nothing ready: every greenlet that could run has run, and a turn of the loop
 * brought nothing new. Does not wait for timers. gevent: `idle`.
 *
 * @param priority for programs that pass one: Node's loop has a single priority
 */
export function idle(priority = 0): Promise<void> {
  checkInteger(priority, 'idle(priority)', Number.MIN_SAFE_INTEGER);
  return untilIdle();
}

async function untilIdle(): Promise<void> {
  do {
    const waiter = new Waiter<void>();
    setImmediate(() => waiter.switch());
    await waiter.park(undefined, { about: 'idle()' });
  } while (scheduler.readyCount > 0);
}
