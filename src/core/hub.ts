/** The hub: what picks who runs next, where errors end that nobody caught, and the end of the loop. */
import { checkFunction, checkOptions, mismatch } from '../base/check.ts';
import { config } from '../base/config.ts';
import { GreenletExit, HubDestroyed, KeyboardInterrupt, SystemExit } from '../base/errors.ts';
import { errorName, errorText } from '../base/format.ts';
import { setImmediate, wallClock } from '../base/native.ts';
import { type HubCallback, runCallback } from './callback.ts';
import { aliveCount, aliveGreenlets } from './census.ts';
import { Loop } from './loop.ts';
import { loopEndWaiters, onLoopEnd, parkedLines } from './loop-end.ts';
import { mainGreenlet } from './main-greenlet.ts';
import { quietOwnRejections } from './quiet-rejections.ts';
import { RawGreenlet } from './raw-greenlet.ts';
import { scheduler } from './scheduler.ts';
import { setHubScope } from './hub-scope.ts';
import { pendingInterrupts } from './interruption.ts';
import { type WaitLimit, checkTimeLimit, underLimit } from './time-limit.ts';
import { currentTimers } from './timers.ts';
import { uncaught } from './uncaught.ts';
import { Waiter } from './waiter.ts';

/** Something that errors are written to: `process.stderr`, mostly. */
export interface ErrorStream {
  write(text: string): unknown;
}

/** What `hub.statistics()` answers. */
export interface HubStatistics {
  /** Greenlets that were started and have not ended, and the most there ever were at once. */
  readonly alive: number;
  readonly peak: number;
  /** Interruptions that wait for the next wait of their scope. */
  readonly pendingInterrupts: number;
}

/** The greenlet of the event loop. Made by {@link getHub}; there is one in a thread. gevent: `Hub`. */
export class Hub extends RawGreenlet {
  /** Errors that are raised in main instead of being printed. gevent: `SYSTEM_ERROR`. */
  systemErrors: readonly (abstract new (...args: never[]) => Error)[] = [KeyboardInterrupt, SystemExit];
  /** Errors that are not printed. gevent: `NOT_ERROR`. */
  notErrors: readonly (abstract new (...args: never[]) => Error)[] = [GreenletExit, SystemExit];
  /** Where uncaught errors are printed; undefined prints none. */
  exceptionStream: ErrorStream | undefined = undefined;
  /** The event loop. */
  readonly loop: Loop = new Loop();
  #leave: (() => void) | undefined = undefined;

  /** @internal */
  constructor() {
    super();
    this.state = 'running';
    this.exceptionStream = { write: (text) => process.stderr.write(text) };
    this.#enter();
  }

  /**
   * Told of every error that ended a greenlet, a link or a hub callback; by default it prints the error, or raises
   * a system error in main. Assign or override it to have errors your way; what it throws is printed.
   *
   * @param context what failed: the greenlet, or the callback
   */
  handleError(context: unknown, error: unknown): void {
    if (isOneOf(error, this.systemErrors)) this.handleSystemError(error as Error);
    if (!isOneOf(error, this.notErrors)) this.printException(context, error);
  }

  /** Raises an error in main. */
  handleSystemError(error: Error): void {
    if (!(error instanceof Error))
      throw new TypeError(mismatch('handleSystemError(error)', 'an Error', error));
    mainGreenlet.interrupt(error);
  }

  /** Prints an error: its stack, a line with time, context and class, and an empty line. */
  printException(context: unknown, error: unknown): void {
    const time = new Date(wallClock()).toISOString();
    this.exceptionStream?.write(
      `${errorText(error)}\n${time} ${this.#format(context)} failed with ${errorName(error)}\n\n`,
    );
  }

  /** Calls `callback(...args)` on the hub when its turn comes; it must not wait. Never parks. */
  runCallback<A extends unknown[]>(callback: (...args: A) => unknown, ...args: A): HubCallback<A> {
    checkFunction(callback, 'hub.runCallback(callback)');
    return runCallback(callback, ...args);
  }

  /**
   * Parks until the loop has nothing left: all greenlets have ended, no timer runs, no handle is open. Resolves to
   * false when `timeout` was too short for that. gevent: `Hub.join`.
   */
  join(options: WaitLimit = {}): Promise<boolean> {
    checkOptions(options, 'hub.join(options)');
    const limit = checkTimeLimit(options.timeout, 'hub.join({ timeout })');
    const gaveUp = (): boolean => false;
    // A bound on the wait must not itself keep the loop from ending.
    return underLimit(
      limit,
      (seconds) => new Waiter<boolean>().park(loopEndWaiters, { seconds, late: gaveUp, isTimerUnref: true }),
      gaveUp,
    );
  }

  /** Every greenlet that was started and has not ended, in start order. */
  greenlets(): RawGreenlet[] {
    return [...aliveGreenlets()] as RawGreenlet[];
  }

  /** A line for each parked wait: who waits, for what, and where it was spawned. */
  waits(): string[] {
    return parkedLines();
  }

  statistics(): HubStatistics {
    return Object.freeze({ ...aliveCount(), pendingInterrupts: pendingInterrupts.count });
  }

  /** Kills every greenlet, stops every timer, and lets go of the process; `getHub()` then makes a new hub. Never parks. */
  destroy(): void {
    if (this.#leave === undefined) return;
    this.#leave();
    this.#leave = undefined;
    currentTimers().clear();
    const reason = new HubDestroyed();
    for (const greenlet of this.greenlets()) greenlet.throw(reason);
    if (current === this) current = undefined;
  }

  /** @internal Takes its place again, after a fork. */
  reinit(): void {
    this.#leave?.();
    this.#enter();
  }

  /** @internal */
  override isRootOfTrees(): boolean {
    return true;
  }

  override toString(): string {
    return `<${this.constructor.name} "${this.name}">`;
  }

  protected override defaultName(): string {
    return 'hub';
  }

  #enter(): void {
    const onBeforeExit = (): void => {
      // The runtime looks for new work of its own kind only: what woke somebody must show up as such.
      if (onLoopEnd(this)) setImmediate(() => {});
      else this.#exitWithUnraised();
    };
    process.on('beforeExit', onBeforeExit);
    const stopQuieting = quietOwnRejections();
    setHubScope(this);
    uncaught.sink = this;
    this.#leave = () => {
      process.off('beforeExit', onBeforeExit);
      stopQuieting();
    };
  }

  /** A system error that main has no wait left to raise ends the program all the same. */
  #exitWithUnraised(): void {
    const error = mainGreenlet.takePending();
    if (error instanceof SystemExit) process.exitCode = error.code;
    else if (isOneOf(error, this.systemErrors)) throw error as Error;
  }

  /** Always refused: nothing waits in the hub. */
  override throw(): never {
    throw new TypeError('Cannot raise in the hub: it never waits');
  }

  #format(context: unknown): string {
    if (typeof context === 'function') return `<callback ${context.name || '(anonymous)'}>`;
    return config.formatContext(context);
  }
}

let current: Hub | undefined = new Hub();

/** The hub of this thread; made when there is none. gevent: `get_hub`. */
export function getHub(): Hub {
  current ??= new Hub();
  return current;
}

/** Prepares the hub for a new process, after a fork. gevent: `reinit`. */
export function reinit(): void {
  getHub().reinit();
}

/** Parks until the loop has nothing left to do. gevent 0.13: `shutdown`; today's name is `wait()`. */
export async function shutdown(): Promise<void> {
  await getHub().join();
}

/** Seconds of running greenlets after which the event loop gets a turn. gevent: `getswitchinterval`. */
export function getSwitchInterval(): number {
  return scheduler.switchInterval;
}

/**
 * Bounds how long greenlets that are always ready may keep the event loop from looking at timers and sockets.
 * gevent: `setswitchinterval`.
 *
 * @throws {TypeError | RangeError} not a positive number of seconds
 */
export function setSwitchInterval(seconds: number): void {
  const expected = 'a number of seconds of more than 0';
  if (typeof seconds !== 'number')
    throw new TypeError(mismatch('setSwitchInterval(seconds)', expected, seconds));
  if (!(seconds > 0)) throw new RangeError(mismatch('setSwitchInterval(seconds)', expected, seconds));
  scheduler.switchInterval = seconds;
}

function isOneOf(error: unknown, classes: readonly (abstract new (...args: never[]) => Error)[]): boolean {
  return classes.some((errorClass) => error instanceof errorClass);
}
