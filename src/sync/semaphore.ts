/** Counted permits, handed out in the order in which they were asked for. */
import { inspectAsText } from '../base/format.ts';
import { NO_OPTIONS, checkFlag, checkFunction, checkInteger, checkOptions } from '../base/check.ts';
import { Links } from '../core/links.ts';
import { runCallback } from '../core/callback.ts';
import { getCurrent } from '../core/main-greenlet.ts';
import type { RawGreenlet } from '../core/raw-greenlet.ts';
import { type TimeLimit, type WaitLimit, checkTimeLimit, underLimit } from '../core/time-limit.ts';
import { WaitList, type WaitNode } from '../core/wait-list.ts';
import { passOn, pendingInterrupt, rejectedQuietly } from '../core/checkpoint.ts';
import { NOT_YET } from '../core/wait-options.ts';
import { Waiter } from '../core/waiter.ts';

/** How long `acquire` waits, and whether. */
export interface AcquireOptions extends WaitLimit {
  /** False: answer at once whether a permit was free. Default true. */
  blocking?: boolean;
}

/** Holds a permit until it is disposed of: `using permit = await semaphore.held()`. */
export interface Permit extends Disposable {
  /** Gives the permit back; a second time does nothing. */
  release(): void;
}

/**
 * A number of permits. `acquire()` takes one, and parks while there is none; `release()` gives one back. Waiters are
 * served in the order in which they came; a caller that comes between a release and the wake-up it causes may be
 * quicker, and the woken waiter then waits on at its place. gevent: `lock.Semaphore`.
 *
 * @example
 * const slots = new Semaphore(3);
 * await slots.use(() => download(url));
 */
export class Semaphore {
  #counter: number;
  #owner: RawGreenlet | undefined = undefined;
  readonly #waiters: WaitList = new WaitList('acquire()', this);
  readonly #links: Links = new Links('wait()', this);
  readonly #acquiring = { collect: (): true | typeof NOT_YET => this.#take() || NOT_YET };

  /** @throws {TypeError | RangeError} `value` is not an integer of at least 0 */
  constructor(value = 1) {
    this.#counter = checkInteger(value, 'Semaphore(value)', 0);
  }

  /** Permits that are free. */
  get counter(): number {
    return this.#counter;
  }

  /** True while no permit is free. */
  locked(): boolean {
    return this.#counter <= 0;
  }

  /** True while a permit is free. */
  ready(): boolean {
    return this.#counter > 0;
  }

  /** Takes a permit if one is free, and says whether. Never parks. */
  tryAcquire(): boolean {
    return this.#take();
  }

  /**
   * Takes a permit, parking until one is free. Resolves to true; to false when `timeout` was over first, or at once
   * with `blocking: false`. A permit taken by hand stays taken when the greenlet is killed: prefer {@link use}.
   */
  acquire(options: AcquireOptions = NO_OPTIONS): Promise<boolean> {
    const limit = checkAcquire(options);
    const reason = pendingInterrupt();
    if (reason !== undefined) return rejectedQuietly(reason);
    if (this.#take()) return Promise.resolve(true);
    if (options.blocking === false) return Promise.resolve(false);
    if (limit === undefined) return new Waiter<boolean>().park(this.#waiters, this.#acquiring);
    return underLimit(
      limit,
      (seconds) => new Waiter<boolean>().park(this.#waiters, { ...this.#acquiring, seconds, late: gaveUp }),
      gaveUp,
    );
  }

  /** Gives a permit back and wakes the first waiter. Answers how many are free now. Never parks. */
  release(): number {
    this.#counter += 1;
    this.#owner = undefined;
    const first: WaitNode | undefined = this.#waiters.first;
    if (first instanceof Waiter) first.switch();
    if (this.#links.size > 0) runCallback(() => this.#notify());
    return this.#counter;
  }

  /**
   * Parks until a permit is free, without taking it. Resolves to the number that is free; 0 when the time was up, or
   * somebody was quicker.
   */
  wait(options: WaitLimit = {}): Promise<number> {
    checkOptions(options, 'wait(options)');
    const limit = checkTimeLimit(options.timeout, 'wait({ timeout })');
    const count = (): number => this.#counter;
    if (this.#counter > 0) {
      return passOn(this.#counter);
    }
    return underLimit(
      limit,
      (seconds) => new Waiter<number>().park(this.#links, { seconds, late: count, collect: count }),
      count,
    );
  }

  /** Calls `callback` with this semaphore on the hub when a permit is free; once, and it must not wait. Never parks. */
  rawLink(callback: (source: this) => void): void {
    checkFunction(callback, 'rawLink(callback)');
    if (!this.#links.has(callback)) this.#links.link(callback, callback);
    if (this.#counter > 0) runCallback(() => this.#notify());
  }

  /** Undoes {@link rawLink}; an unknown callback is ignored. */
  unlink(callback: (source: this) => void): void {
    checkFunction(callback, 'unlink(callback)');
    this.#links.unlink(callback);
  }

  /**
   * Runs `fn` with a permit, which is given back however `fn` ends. Parks for the permit, and as `fn` does.
   *
   * @example
   * await lock.use(async () => { counter += await next(); });
   */
  use<R>(fn: () => R | Promise<R>): Promise<R> {
    checkFunction(fn, 'use(fn)');
    return this.#use(fn);
  }

  async #use<R>(fn: () => R | Promise<R>): Promise<R> {
    await this.acquire();
    try {
      return await fn();
    } finally {
      this.release();
    }
  }

  /** Takes a permit for the rest of a block: `using permit = await lock.held()`. Parks until one is free. */
  async held(): Promise<Permit> {
    await this.acquire();
    let isHeld = true;
    const release = (): void => {
      if (!isHeld) return;
      isHeld = false;
      this.release();
    };
    return { release, [Symbol.dispose]: release };
  }

  /** How many wait or are linked. */
  linkCount(): number {
    return this.#waiters.size + this.#links.size;
  }

  toString(): string {
    const owner =
      this.#owner === undefined
        ? ''
        : `, held by ${String(this.#owner)}${this.#owner.dead ? ', which has ended' : ''}`;
    return `<${this.constructor.name} ${this.#counter} free${owner}>`;
  }

  #take(): boolean {
    if (this.#counter <= 0) return false;
    this.#counter -= 1;
    // Of the last permit one can say who has it: LoopExit names a lock that its dead owner never gave back.
    if (this.#counter === 0) this.#owner = getCurrent();
    return true;
  }

  #notify(): void {
    if (this.#counter > 0) this.#links.notify(this, this.#counter);
  }
}
inspectAsText(Semaphore);

/** A semaphore that refuses to hold more permits than it began with. gevent: `lock.BoundedSemaphore`. */
export class BoundedSemaphore extends Semaphore {
  readonly #bound: number;

  constructor(value = 1) {
    super(value);
    this.#bound = value;
  }

  /** @throws {RangeError} every permit is free already */
  override release(): number {
    if (this.counter >= this.#bound)
      throw new RangeError(
        `Cannot release ${this.constructor.name}: counter ${this.counter} is at its bound`,
      );
    return super.release();
  }
}

/** Looks like a semaphore and never makes anybody wait. gevent: `lock.DummySemaphore`. */
export class DummySemaphore {
  // Takes a value as Semaphore does, so that one can stand for the other.
  constructor(value?: number) {
    if (value !== undefined) checkInteger(value, 'DummySemaphore(value)', 0);
  }

  /** Always 1. */
  get counter(): number {
    return 1;
  }

  /** Always false. */
  locked(): boolean {
    return false;
  }

  /** Always true. */
  ready(): boolean {
    return true;
  }

  /** Always true. */
  tryAcquire(): boolean {
    return true;
  }

  /** Resolves to true at once. */
  acquire(options: AcquireOptions = NO_OPTIONS): Promise<boolean> {
    checkAcquire(options);
    return passOn(true);
  }

  /** Does nothing. */
  release(): number {
    return 1;
  }

  /** Resolves to 1 at once. */
  wait(options: WaitLimit = {}): Promise<number> {
    checkOptions(options, 'wait(options)');
    checkTimeLimit(options.timeout, 'wait({ timeout })');
    return passOn(1);
  }

  /** Calls `callback` on the hub in this turn. */
  rawLink(callback: (source: this) => void): void {
    checkFunction(callback, 'rawLink(callback)');
    runCallback(() => callback(this));
  }

  /** Does nothing: what was linked has been called. */
  unlink(callback: (source: this) => void): void {
    checkFunction(callback, 'unlink(callback)');
  }

  /** Runs `fn`. Parks as it does. */
  use<R>(fn: () => R | Promise<R>): Promise<R> {
    checkFunction(fn, 'use(fn)');
    return call(fn);
  }

  /** A permit that gives nothing back. */
  held(): Promise<Permit> {
    const release = (): void => {};
    return passOn({ release, [Symbol.dispose]: release });
  }
}

function gaveUp(): boolean {
  return false;
}

async function call<R>(fn: () => R | Promise<R>): Promise<R> {
  const reason = pendingInterrupt();
  if (reason !== undefined) throw reason;
  return await fn();
}

/** @internal The options of `acquire`, before anything is taken; answers the limit. */
export function checkAcquire(options: AcquireOptions): TimeLimit | undefined {
  checkOptions(options, 'acquire(options)');
  checkFlag(options.blocking, 'acquire({ blocking })');
  return checkTimeLimit(options.timeout, 'acquire({ timeout })');
}
