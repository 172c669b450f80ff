/** A bounded set of running greenlets. */
import { checkFlag, checkFunction, checkInteger, checkOptions } from '../base/check.ts';
import { PoolFull } from '../base/errors.ts';
import type { Greenlet } from '../core/greenlet.ts';
import { type WaitLimit, checkTimeLimit } from '../core/time-limit.ts';
import { passOn, pendingInterrupt, rejectedQuietly } from '../core/checkpoint.ts';
import { Semaphore } from '../sync/semaphore.ts';
import type { StartMember, TryStartMember } from './imap.ts';
import { Members, type MembersOptions, checkGreenlet } from './members.ts';

/** How long a pool is waited for, and whether. */
export interface PoolAddOptions extends WaitLimit {
  /** False: raise PoolFull at once when there is no slot. Default true. */
  blocking?: boolean;
}

/**
 * Runs at most `size` greenlets at a time: whoever wants to start one more waits for a slot. gevent: `pool.Pool`.
 *
 * @example
 * const pool = new Pool(10);
 * for (const url of urls) await pool.spawn(download, url); // parks while ten are running
 * await pool.join();
 */
export class Pool extends Members {
  /** How many members there may be; undefined for any number. */
  readonly size: number | undefined;
  readonly #slots: Semaphore | undefined;

  /**
   * @param size how many members there may be; undefined for any number
   * @throws {TypeError | RangeError} `size` is not an integer of at least 1
   */
  constructor(size?: number, options?: MembersOptions) {
    if (size !== undefined) checkInteger(size, 'Pool(size)', 1);
    super(options);
    this.size = size;
    this.#slots = size === undefined ? undefined : new Semaphore(size);
  }

  /** True when no slot is free. */
  override full(): boolean {
    return this.freeCount() <= 0;
  }

  /** How many slots are free; 1 when there is no bound. gevent: `free_count`. */
  freeCount(): number {
    return this.#slots?.counter ?? 1;
  }

  /** Parks until a slot is free, without taking it. Resolves to the number that is free; 0 when the time was up. */
  waitAvailable(options: WaitLimit = {}): Promise<number> {
    checkOptions(options, 'waitAvailable(options)');
    checkTimeLimit(options.timeout, 'waitAvailable({ timeout })');
    return this.#slots?.wait(options) ?? passOn(1);
  }

  /**
   * Starts `fn(...args)` as a member and resolves to it; parks while no slot is free. Whoever is killed while parked
   * here takes no slot. A pool that was closed rejects, with a free slot or without.
   */
  spawn<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Greenlet<Awaited<R>>> {
    checkFunction(fn, 'Pool.spawn(fn)');
    try {
      return Promise.resolve(this.startMember(fn, args, false) as Greenlet<Awaited<R>>);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Makes a member of a greenlet; parks while no slot is free.
   *
   * @throws {PoolFull} no slot within `timeout` seconds, or at once with `blocking: false`; the greenlet is no member
   */
  add(greenlet: Greenlet<unknown>, options: PoolAddOptions = {}): Promise<void> {
    checkAdd(greenlet, options, 'add');
    return this.#add(greenlet, options);
  }

  /** {@link add}, and starts the greenlet; one that found no slot is not started. */
  start(greenlet: Greenlet<unknown>, options: PoolAddOptions = {}): Promise<void> {
    checkAdd(greenlet, options, 'start');
    return this.#addAndStart(greenlet, options);
  }

  /** @internal */
  protected override tryStartMember: TryStartMember = (fn, args, isQuiet) => {
    this.checkOpen();
    if (this.#slots !== undefined && !this.#slots.tryAcquire()) return undefined;
    return this.#startNow(fn, args, isQuiet);
  };

  /** @internal */
  protected override startMember: StartMember = (fn, args, isQuiet) => {
    const reason = pendingInterrupt();
    if (reason !== undefined) return rejectedQuietly(reason);
    const member = this.tryStartMember(fn, args, isQuiet);
    if (member !== undefined || this.#slots === undefined) return member as Greenlet<unknown>;
    return this.#slots.acquire().then(() => this.#startNow(fn, args, isQuiet));
  };

  /** @internal Calls `callback` on the hub when a slot is free, once; who takes the slot is not settled by that. */
  linkAvailable(callback: () => void): void {
    this.#slots?.rawLink(callback);
  }

  /** @internal Undoes {@link linkAvailable}. */
  unlinkAvailable(callback: () => void): void {
    this.#slots?.unlink(callback);
  }

  /** @internal */
  protected override onForgotten(): void {
    this.#slots?.release();
  }

  #startNow(
    fn: (...args: never[]) => unknown,
    args: readonly unknown[],
    isQuiet: boolean,
  ): Greenlet<unknown> {
    let greenlet: Greenlet<unknown>;
    try {
      greenlet = this.make(fn, args, isQuiet);
    } catch (error) {
      this.#slots?.release();
      throw error;
    }
    this.#fill(greenlet);
    greenlet.start();
    return greenlet;
  }

  async #add(greenlet: Greenlet<unknown>, options: PoolAddOptions): Promise<void> {
    this.checkOpen();
    const isFree = this.#slots?.acquire(options) ?? passOn(true);
    if (!(await isFree)) throw new PoolFull();
    this.#fill(greenlet);
  }

  async #addAndStart(greenlet: Greenlet<unknown>, options: PoolAddOptions): Promise<void> {
    await this.#add(greenlet, options);
    greenlet.start();
  }

  /** A slot has been taken for the greenlet; one that needs none gives it back. */
  #fill(greenlet: Greenlet<unknown>): void {
    try {
      if (!this.track(greenlet)) this.#slots?.release();
    } catch (error) {
      this.#slots?.release();
      throw error;
    }
  }
}

function checkAdd(greenlet: unknown, options: PoolAddOptions, name: string): void {
  checkGreenlet(greenlet, `Pool.${name}(greenlet)`);
  checkOptions(options, `Pool.${name}(options)`);
  checkFlag(options.blocking, `Pool.${name}({ blocking })`);
  checkTimeLimit(options.timeout, `Pool.${name}({ timeout })`);
}
