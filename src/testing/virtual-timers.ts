/** The timers of a virtual clock: time jumps to the next one when nobody has anything to do. */
import { GreenletExit } from '../base/errors.ts';
import { setImmediate } from '../base/native.ts';
import { scheduler } from '../core/scheduler.ts';
import { type Clock, type Timer, Timers } from '../core/timers.ts';
import { Waiter } from '../core/waiter.ts';

class VirtualClock implements Clock {
  milliseconds: number;

  constructor(seconds: number) {
    this.milliseconds = seconds * 1000;
  }

  now(): number {
    return this.milliseconds;
  }

  wakeAt(): void {
    // Time is moved by `VirtualTimers`, which sees each timer that is added, the late ones too.
  }

  setRef(): void {
    // No timer of the runtime stands behind this clock.
  }
}

/** How often those who are asleep in the end are woken, and the seconds they have in between to come to an end. */
const ENDINGS = 10;
const SECONDS_TO_END = 60;
const TURNS_TO_END = 1000;

/** @internal */
export class VirtualTimers extends Timers {
  readonly #clock: VirtualClock;
  readonly #running: Set<Timer> = new Set();
  #isWaitingForTurn = false;

  constructor(start: number) {
    const clock = new VirtualClock(start);
    super(() => clock);
    this.#clock = clock;
  }

  /** Seconds on the virtual clock. */
  get seconds(): number {
    return this.#clock.milliseconds / 1000;
  }

  override add(timer: Timer): void {
    super.add(timer);
    this.#running.add(timer);
    // Code outside every slice starts it, and the scheduler will not tell us that it is idle: it is.
    if (isIdle()) this.advanceSoon();
  }

  override remove(timer: Timer): void {
    super.remove(timer);
    this.#running.delete(timer);
  }

  /** Moves the time when a turn of the real loop has brought nothing new. */
  readonly advanceSoon = (): void => {
    if (this.#isWaitingForTurn || this.size === 0) return;
    this.#isWaitingForTurn = true;
    setImmediate(this.#advance);
  };

  readonly #advance = (): void => {
    this.#isWaitingForTurn = false;
    const { next } = this;
    if (!isIdle() || next === undefined || next === Infinity) return;
    this.#clock.milliseconds = Math.max(this.#clock.milliseconds, next);
    this.fire();
  };

  /**
   * Stops the timers that are left, and ends the waits behind them with a GreenletExit. Whoever waits on, in a `finally`
   * perhaps, has a while for it. Resolves to false when somebody went back to sleep each time.
   */
  async end(): Promise<boolean> {
    // Who is ready has its turn first: it may be about to go to sleep.
    if (scheduler.readyCount > 0) await turn();
    for (let ending = 0; ending < ENDINGS && this.size > 0; ending += 1) {
      this.#interruptAll();
      const deadline = this.seconds + SECONDS_TO_END;
      for (let turns = 0; turns < TURNS_TO_END && this.seconds < deadline; turns += 1) {
        await turn();
        if (this.size === 0 && isIdle()) break;
      }
    }
    const isClean = this.size === 0;
    this.clear();
    return isClean;
  }

  #interruptAll(): void {
    for (const timer of [...this.#running]) {
      timer.stop();
      if (timer.target instanceof Waiter) timer.target.interrupt(new GreenletExit('virtual time has ended'));
    }
  }
}

/** Nobody runs, and nobody is ready to. */
function isIdle(): boolean {
  return scheduler.readyCount === 0 && scheduler.slice === undefined;
}

/** A turn of the real loop, which no interruption cuts short. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
