/** Time that passes only when nobody has anything to do: tests of waits that take no time and have one outcome. */
import { checkFunction, checkOptions, checkSeconds, mismatch } from '../base/check.ts';
import { setImmediate } from '../base/native.ts';
import { scheduler } from '../core/scheduler.ts';
import { type Clock, Timers, replaceTimers } from '../core/timers.ts';

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

class VirtualClock implements Clock {
  milliseconds: number;

  constructor(seconds: number) {
    this.milliseconds = seconds * 1000;
  }

  now(): number {
    return this.milliseconds;
  }

  wakeAt(): void {
    // Time is moved by hand.
  }

  setRef(): void {
    // No timer of the runtime stands behind this clock.
  }
}

/**
 * Runs `fn` with a clock of its own: whenever every greenlet waits, and a turn of the real event loop brought nothing
 * new, time jumps to the next timer. Real sockets and files work, and do not hold time up. Parks as `fn` does.
 *
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

async function runInVirtualTime<T>(fn: (time: VirtualTime) => T | Promise<T>, start: number): Promise<T> {
  const clock = new VirtualClock(start);
  const timers = new Timers(() => clock);
  let isWaitingForTurn = false;

  const advance = (): void => {
    isWaitingForTurn = false;
    const { next } = timers;
    if (scheduler.readyCount > 0 || scheduler.slice !== undefined || next === undefined || next === Infinity)
      return;
    clock.milliseconds = Math.max(clock.milliseconds, next);
    timers.fire();
  };
  const onIdle = (): void => {
    if (isWaitingForTurn || timers.size === 0) return;
    isWaitingForTurn = true;
    setImmediate(advance);
  };

  const outerTimers = replaceTimers(timers);
  const outerOnIdle = scheduler.onIdle;
  scheduler.onIdle = onIdle;
  try {
    return await fn({ now: () => clock.milliseconds / 1000 });
  } finally {
    scheduler.onIdle = outerOnIdle;
    replaceTimers(outerTimers);
  }
}
