/** The event loop as gevent shows it: the hub's `loop`, with its clock, timers and callbacks. */
import { checkFlag, checkFunction, checkOptions, checkSeconds } from '../base/check.ts';
import { HubCallback, runCallback } from './callback.ts';
import { scheduler } from './scheduler.ts';
import { Timer, type TimerTarget, currentTimers } from './timers.ts';

/** A timer that calls a function on the hub. gevent: the watcher that `loop.timer()` makes. */
export class LoopTimer implements TimerTarget {
  readonly #seconds: number;
  readonly #timer: Timer;
  #callback: HubCallback | undefined = undefined;

  /** @internal */
  constructor(seconds: number, ref: boolean) {
    this.#seconds = seconds;
    this.#timer = new Timer(this, ref);
  }

  /** True while it is going to fire. */
  get pending(): boolean {
    return this.#timer.pending;
  }

  /** Starts it: `callback(...args)` runs on the hub, and must not wait. */
  start<A extends unknown[]>(callback: (...args: A) => unknown, ...args: A): this {
    checkFunction(callback, 'timer.start(callback)');
    // Made now: it runs with the stores of whoever starts the timer.
    this.#callback = new HubCallback<unknown[]>(callback as (...args: unknown[]) => unknown, args);
    this.#timer.start(this.#seconds);
    return this;
  }

  stop(): void {
    this.#timer.stop();
    this.#callback?.stop();
    this.#callback = undefined;
  }

  /** The same as {@link stop}. */
  close(): void {
    this.stop();
  }

  /** @internal */
  onTimer(): void {
    if (this.#callback !== undefined) scheduler.push(this.#callback);
  }
}

/** What `loop.statistics()` answers. */
export interface LoopStatistics {
  /** Entries that are ready to run. */
  readonly ready: number;
  /** Timers that run, and those among them that keep the process alive. */
  readonly timers: number;
  readonly referencedTimers: number;
  /** Slices run since the library was loaded. */
  readonly slices: number;
}

/** The event loop of a hub. gevent: `ILoop`. */
export class Loop {
  /** There is one loop in a thread, and this is it. */
  readonly default = true;
  /** Seconds between the moments a timer can tell apart. */
  readonly approxTimerResolution = 0.001;

  /** Seconds on the clock that timers go by; it never goes backwards. */
  now(): number {
    return currentTimers().clock.now() / 1000;
  }

  /** Does nothing: the clock is read afresh each time. gevent: `update_now`. */
  updateNow(): void {
    // Kept for programs that call it.
  }

  /** A timer for `after` seconds; start it with a function to call on the hub. */
  timer(after: number, options: { ref?: boolean } = {}): LoopTimer {
    checkSeconds(after, 'loop.timer(after)');
    checkOptions(options, 'loop.timer(options)');
    checkFlag(options.ref, 'loop.timer({ ref })');
    return new LoopTimer(after, options.ref !== false);
  }

  /** Calls `callback(...args)` on the hub when its turn comes; it must not wait. Never parks. */
  runCallback<A extends unknown[]>(callback: (...args: A) => unknown, ...args: A): HubCallback<A> {
    checkFunction(callback, 'loop.runCallback(callback)');
    return runCallback(callback, ...args);
  }

  /** A frozen picture of the queue and the timers. */
  statistics(): LoopStatistics {
    const timers = currentTimers();
    return Object.freeze({
      ready: scheduler.readyCount,
      timers: timers.size,
      referencedTimers: timers.referenced,
      slices: scheduler.slices,
    });
  }
}
