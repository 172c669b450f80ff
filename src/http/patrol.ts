import type { Seconds } from '../core/timeout.ts';
import { Timer, type TimerTarget } from '../core/timers.ts';

/** Looks in the time given. */
export const LOOKS = 4;

/**
 * @internal Looks at everything from time to time: cheaper than a timer for each, when most are looked at for nothing. What
 * was found the same at {@link LOOKS} looks has been so for the time given, and for less than a quarter more.
 */
export class Patrol implements TimerTarget {
  readonly #period: Seconds;
  readonly #look: () => void;
  readonly #timer: Timer = new Timer(this, false);

  constructor(seconds: Seconds, look: () => void) {
    this.#period = seconds / LOOKS;
    this.#look = look;
  }

  start(): void {
    if (this.#period !== Infinity && !this.#timer.pending) this.#timer.start(this.#period);
  }

  stop(): void {
    this.#timer.stop();
  }

  onTimer(): void {
    this.#timer.start(this.#period);
    this.#look();
  }
}
