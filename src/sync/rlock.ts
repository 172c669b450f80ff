/** A lock that its owner may take again. */
import { inspectAsText } from '../base/format.ts';
import { checkFunction } from '../base/check.ts';
import { getCurrent } from '../core/main-greenlet.ts';
import type { RawGreenlet } from '../core/raw-greenlet.ts';
import { pendingInterrupt, rejectedQuietly } from '../core/checkpoint.ts';
import { type AcquireOptions, type Permit, Semaphore, checkAcquire } from './semaphore.ts';

/**
 * A re-entrant lock: the greenlet that holds it may take it again, and must release it as often. gevent: `lock.RLock`.
 *
 * @example
 * const lock = new RLock();
 * await lock.use(() => lock.use(() => 'no deadlock'));
 */
export class RLock {
  readonly #lock = new Semaphore(1);
  #owner: RawGreenlet | undefined = undefined;
  #depth = 0;

  /** True while somebody holds it. */
  locked(): boolean {
    return this.#depth > 0;
  }

  /** Takes it if it is free, or the caller's own, and says whether. Never parks. */
  tryAcquire(): boolean {
    if (this.#isMine()) this.#depth += 1;
    else if (this.#lock.tryAcquire()) this.#own();
    else return false;
    return true;
  }

  /**
   * Takes it, parking while another greenlet holds it. Resolves to true; to false when `timeout` was over first, or at
   * once with `blocking: false`.
   */
  acquire(options: AcquireOptions = {}): Promise<boolean> {
    checkAcquire(options);
    const reason = pendingInterrupt();
    if (reason !== undefined) return rejectedQuietly(reason);
    return this.tryAcquire() ? Promise.resolve(true) : this.#waitFor(options);
  }

  async #waitFor(options: AcquireOptions): Promise<boolean> {
    const isTaken = await this.#lock.acquire(options);
    if (isTaken) this.#own();
    return isTaken;
  }

  /**
   * Gives it back once; when that was the last time, the first waiter is woken. Never parks.
   *
   * @throws {Error} the caller does not hold it
   */
  release(): void {
    if (!this.#isMine())
      throw new Error(`Cannot release ${String(this)}: ${String(getCurrent())} does not hold it`);
    this.#depth -= 1;
    if (this.#depth > 0) return;
    this.#owner = undefined;
    this.#lock.release();
  }

  /** Runs `fn` with the lock held. Parks for it, and as `fn` does. */
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

  /** Takes it for the rest of a block: `using permit = await lock.held()`. Parks until it is free. */
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

  toString(): string {
    return `<${this.constructor.name} ${this.#owner === undefined ? 'free' : `held ${this.#depth} times by ${String(this.#owner)}`}>`;
  }

  #isMine(): boolean {
    return this.#depth > 0 && this.#owner === getCurrent();
  }

  #own(): void {
    this.#owner = getCurrent();
    this.#depth = 1;
  }
}
inspectAsText(RLock);
