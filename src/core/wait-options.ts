/** How a wait is bounded, and how it ends. */

/** @internal Answered by `collect` when somebody else was quicker: the waiter parks again at its place. */
export const NOT_YET: unique symbol = Symbol('gevent.notYet');

/** @internal How a wait is bounded, and what it gives. */
export interface WaitOptions<T> {
  /** Seconds after which the wait gives up. */
  readonly seconds?: number | undefined;
  /** The seconds do not keep the process alive. */
  readonly isTimerUnref?: boolean | undefined;
  /** What the wait gives when its time is up: returned, or thrown. */
  readonly late?: (() => T) | undefined;
  /** Makes the result at the moment of waking, in place of the value given to `switch`. */
  readonly collect?: (() => T | typeof NOT_YET) | undefined;
  /** Told when an interruption ends the wait: gives back what was taken for it. Must not throw. */
  readonly abandon?: (() => void) | undefined;
  /** What is waited for, as text, where no list says so. */
  readonly about?: string | undefined;
}
