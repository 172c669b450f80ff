/** A set of running greenlets. */
import { checkFunction, checkIterable, checkOptions } from '../base/check.ts';
import type { Greenlet } from '../core/greenlet.ts';
import { passOn, pendingInterrupt, rejectedQuietly } from '../core/checkpoint.ts';
import { type WaitLimit, checkTimeLimit } from '../core/time-limit.ts';
import type { StartMember, TryStartMember } from './imap.ts';
import { Members, type MembersOptions, checkGreenlet } from './members.ts';

/**
 * Keeps track of greenlets from their start to their end. gevent: `pool.Group`; 0.13 also called it `GreenletSet`.
 *
 * @example
 * const group = new Group();
 * for (const url of urls) group.spawn(download, url);
 * await group.join();
 */
export class Group extends Members {
  /** @param greenlets members to begin with */
  constructor(greenlets: Iterable<Greenlet<unknown>> = [], options?: MembersOptions) {
    super(options);
    checkIterable<Greenlet<unknown>>(greenlets, 'Group(greenlets)');
    const list = [...greenlets];
    for (const greenlet of list) checkGreenlet(greenlet, 'Group(greenlets)');
    for (const greenlet of list) this.track(greenlet);
  }

  /** Always false: a group has no bound. */
  override full(): boolean {
    return false;
  }

  /** Makes a member of a greenlet; one that has ended is none. Never parks. */
  add(greenlet: Greenlet<unknown>): void {
    checkGreenlet(greenlet, 'Group.add(greenlet)');
    this.track(greenlet);
  }

  /** Makes a member of a greenlet and starts it. Never parks. */
  start(greenlet: Greenlet<unknown>): void {
    checkGreenlet(greenlet, 'Group.start(greenlet)');
    this.track(greenlet);
    greenlet.start();
  }

  /** Starts `fn(...args)` as a member. Never parks. */
  spawn<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Greenlet<Awaited<R>> {
    checkFunction(fn, 'Group.spawn(fn)');
    const greenlet = this.make(fn, args, false);
    this.start(greenlet);
    return greenlet as Greenlet<Awaited<R>>;
  }

  /** Resolves to 1 at once: there is always room. */
  waitAvailable(options: WaitLimit = {}): Promise<number> {
    checkOptions(options, 'waitAvailable(options)');
    checkTimeLimit(options.timeout, 'waitAvailable({ timeout })');
    return passOn(1);
  }

  /** @internal */
  protected override tryStartMember: TryStartMember = (fn, args, isQuiet) =>
    this.#startNow(fn, args, isQuiet);

  /** @internal */
  protected override startMember: StartMember = (fn, args, isQuiet) => {
    const reason = pendingInterrupt();
    return reason === undefined ? this.#startNow(fn, args, isQuiet) : rejectedQuietly(reason);
  };

  #startNow(
    fn: (...args: never[]) => unknown,
    args: readonly unknown[],
    isQuiet: boolean,
  ): Greenlet<unknown> {
    const greenlet = this.make(fn, args, isQuiet);
    this.start(greenlet);
    return greenlet;
  }
}
