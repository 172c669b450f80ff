/** A time limit on whatever a scope waits for. */
import {
  checkError,
  checkFlag,
  checkFunction,
  checkOptions,
  checkSeconds,
  type ErrorClass,
  isErrorClass,
  mismatch,
} from '../base/check.ts';
import { nameErrorClass } from '../base/errors.ts';
import { formatSeconds } from '../base/format.ts';
import { type CallSite, sampleCallSite } from './call-site.ts';
import { Scope, currentScopeOrMain } from './scope.ts';
import { Timer, type TimerTarget } from './timers.ts';

/** A number of seconds; fractions allowed. */
export type Seconds = number;

/** What a Timeout raises: itself (undefined, or a text that it adds), silently (false), or an error of yours. */
export type TimeoutException = false | string | Error | ErrorClass;

/** What a Timeout takes beside its seconds and its error. */
export interface TimeoutOptions {
  /** False: the running timer does not keep the process alive. Default true. */
  ref?: boolean;
}

/**
 * An object with the shape of an error (`instanceof Error`, name, message, stack) that the engine did not build as one.
 * Most timeouts are cancelled and never seen, and building an error costs ten times what a Timeout costs beside.
 */
const ErrorShape: new () => Error = function ErrorShape() {} as unknown as new () => Error;
Object.defineProperty(ErrorShape, 'prototype', { value: Error.prototype });

/**
 * Raises itself (or the error given) at the waits of the scope it is started in, when `seconds` have passed.
 * Making one starts nothing: {@link start} it, or give it a function with {@link run}. gevent: `Timeout`.
 *
 * A Timeout that you catch may be somebody else's: compare it (`error === timeout`), and throw it again if so.
 *
 * @example
 * const timeout = new Timeout(5);
 * try {
 *   await timeout.run(() => download(url));
 * } catch (error) {
 *   if (error !== timeout) throw error;
 *   console.log('five seconds were not enough');
 * }
 */
export class Timeout extends ErrorShape implements TimerTarget {
  declare readonly code: string;
  /** Seconds until it fires; undefined never fires. */
  readonly seconds: Seconds | undefined;
  /** What it was told to raise. */
  readonly exception: TimeoutException | undefined;
  readonly #timer: Timer;
  #scope: Scope | undefined = undefined;
  #reason: Error | undefined = undefined;
  #isClosed = false;
  #startedAt: CallSite | undefined = undefined;

  /**
   * @param seconds when to fire; undefined never does, zero and less fires in the next turn of the event loop
   * @param exception what to raise in place of itself; `false` makes {@link run} swallow it
   * @throws {TypeError | RangeError} for anything else
   */
  constructor(seconds?: Seconds, exception?: TimeoutException, options: TimeoutOptions = {}) {
    if (seconds !== undefined) checkSeconds(seconds, 'Timeout(seconds)');
    checkException(exception);
    checkOptions(options, 'Timeout(options)');
    checkFlag(options.ref, 'Timeout({ ref })');
    super();
    this.seconds = seconds;
    this.exception = exception;
    this.#timer = new Timer(this, options.ref !== false);
  }

  /** Makes a Timeout and starts it; starts the Timeout given unless it runs already. Never parks. */
  static startNew(
    timeout?: Seconds | Timeout,
    exception?: TimeoutException,
    options?: TimeoutOptions,
  ): Timeout {
    const started = timeout instanceof Timeout ? timeout : new this(timeout, exception, options);
    if (!started.pending) started.start();
    return started;
  }

  /** `5 seconds`, with ` (silent)` or the text it was given behind. */
  override get message(): string {
    return timeoutText(this.seconds, this.exception);
  }

  /** Where it was started, once it has fired and where that is known. */
  override get stack(): string {
    return String(this);
  }

  override set stack(text: string) {
    Object.defineProperty(this, 'stack', {
      value: text,
      writable: true,
      configurable: true,
      enumerable: false,
    });
  }

  /** True while it is going to fire. */
  get pending(): boolean {
    return this.#timer.pending;
  }

  /**
   * Starts it for the current scope: the greenlet's own, or that of the `withTimeout` around. Never parks.
   *
   * @throws {Error} it is running already, or was closed
   */
  start(): void {
    this.startIn(currentScopeOrMain().nearestOpen());
  }

  /** @internal */
  startIn(scope: Scope): void {
    this.#checkStartable();
    this.#scope = scope;
    this.#reason = undefined;
    this.#startedAt = sampleCallSite();
    if (this.seconds !== undefined) this.#timer.start(this.seconds);
  }

  /** Stops it. If it has fired and nothing has raised it yet, it never will be. Never parks. */
  cancel(): void {
    this.#timer.stop();
    if (this.#reason !== undefined) this.#scope?.retract(this.#reason);
    this.#scope = undefined;
  }

  /** Stops it for good. */
  close(): void {
    this.cancel();
    this.#isClosed = true;
  }

  /**
   * Runs `fn` under this time limit, in a scope of its own: what runs beside it is not reached. Parks as `fn` does.
   * When it was made with `false`, its own firing resolves to undefined; a foreign timeout always passes through.
   */
  run<T>(fn: () => T | Promise<T>): Promise<T | undefined> {
    checkFunction(fn, 'Timeout.run(fn)');
    return this.#run(fn);
  }

  async #run<T>(fn: () => T | Promise<T>): Promise<T | undefined> {
    this.#checkStartable();
    const scope = new Scope(currentScopeOrMain());
    this.startIn(scope);
    try {
      return await scope.run(fn);
    } catch (error) {
      if (this.exception === false && this.isOwn(error)) return undefined;
      throw error;
    } finally {
      this.cancel();
      scope.close();
    }
  }

  /** True for the very error that this Timeout raised: itself, or what it was given to raise. */
  isOwn(error: unknown): boolean {
    return error === this || (error !== undefined && error === this.#reason);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  override toString(): string {
    return `Timeout: ${this.message}`;
  }

  #checkStartable(): void {
    if (this.#isClosed) throw new Error(`Cannot start ${String(this)}: it was closed`);
    if (this.pending) throw new Error(`Cannot start ${String(this)}: it is running already`);
  }

  /** Runtimes report only errors whose stack is their own property. */
  #takeStack(): void {
    const frames = this.#startedAt?.frames ?? [];
    this.stack = [String(this), ...frames.map((frame) => `    started ${frame}`)].join('\n');
  }

  /** @internal */
  onTimer(): void {
    const { exception } = this;
    this.#reason = exception instanceof Error || isErrorClass(exception) ? toRaise(exception) : this;
    if (this.#reason === this) this.#takeStack();
    const scope = this.#scope;
    if (scope !== undefined && !scope.closed) scope.interrupt(this.#reason);
  }
}
nameErrorClass(Timeout, 'Timeout', 'GEVENT_TIMEOUT', true);

/** The error itself, an instance of its class, or what making one threw. */
function toRaise(exception: Error | ErrorClass): Error {
  try {
    return checkError(exception, 'exception');
  } catch (error) {
    return error instanceof Error
      ? error
      : new Error(`Cannot make a ${(exception as ErrorClass).name} to raise`, { cause: error });
  }
}

function timeoutText(seconds: Seconds | undefined, exception: TimeoutException | undefined): string {
  const text = seconds === undefined ? 'never' : formatSeconds(seconds);
  if (exception === false) return `${text} (silent)`;
  if (typeof exception === 'string') return `${text}: ${exception}`;
  return text;
}

function checkException(exception: unknown): void {
  const isFine =
    exception === undefined ||
    exception === false ||
    typeof exception === 'string' ||
    exception instanceof Error ||
    isErrorClass(exception);
  if (!isFine)
    throw new TypeError(
      mismatch('Timeout(exception)', 'an Error, a class of errors, a text or false', exception),
    );
}
