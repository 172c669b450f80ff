/** What Group and Pool have in common: members, from their start to their end. */
import { inspectAsText } from '../base/format.ts';
import { checkFunction, checkFlag, checkOptions, type ErrorClass, mismatch } from '../base/check.ts';
import { GreenletExit } from '../base/errors.ts';
import { Greenlet } from '../core/greenlet.ts';
import { type KillOptions, type KillOutcome, splitKillArguments } from '../core/kill-options.ts';
import { joinOrKill, runBeside } from '../core/beside.ts';
import { Bookmark } from '../core/links.ts';
import { currentScope } from '../core/main-greenlet.ts';
import { interruptions } from '../core/interruption.ts';
import { getHub } from '../core/hub.ts';
import { type WaitLimit, checkTimeLimit, underLimit } from '../core/time-limit.ts';
import { WaitList } from '../core/wait-list.ts';
import { passOn } from '../core/checkpoint.ts';
import { Waiter } from '../core/waiter.ts';
import { GroupMapping } from './mapping.ts';

/** A class of greenlets that a group makes its members of. */
export type MemberClass = new (fn: (...args: never[]) => unknown, ...args: unknown[]) => Greenlet<unknown>;

/** What a group or pool is made with. */
export interface MembersOptions {
  /** What `spawn` makes, in place of Greenlet. */
  greenletClass?: MemberClass;
}

/** How a group is joined. */
export interface GroupJoinOptions extends WaitLimit {
  /** Raise the failure of a member. */
  raiseError?: boolean;
}

/** Greenlets that belong together while they live. Group and Pool are made of it. */
export abstract class Members extends GroupMapping implements Iterable<Greenlet<unknown>> {
  /** What `spawn` makes. gevent: `greenlet_class`. */
  readonly greenletClass: MemberClass = Greenlet;
  readonly #members = new Map<Greenlet<unknown>, Membership>();
  readonly #dying = new Set<Greenlet<unknown>>();
  readonly #emptyWaiters: WaitList = new WaitList('join()', this);
  /** Those who wait until all that were killed have ended. */
  readonly #killWaiters: WaitList = new WaitList('kill()', this);
  readonly #bornAt: number = interruptions.count;
  #isClosed = false;

  constructor(options: MembersOptions = {}) {
    super();
    checkOptions(options, `${new.target.name}(options)`);
    const { greenletClass } = options;
    if (greenletClass === undefined) return;
    if (!isGreenletClass(greenletClass)) {
      throw new TypeError(
        mismatch(`${new.target.name}({ greenletClass })`, 'Greenlet or a subclass of it', greenletClass),
      );
    }
    this.greenletClass = greenletClass;
  }

  /** The members, as a set of its own. */
  get greenlets(): ReadonlySet<Greenlet<unknown>> {
    return new Set(this.#members.keys());
  }

  /** How many members there are. */
  get length(): number {
    return this.#members.size;
  }

  override has(greenlet: unknown): boolean {
    return this.#members.has(greenlet as Greenlet<unknown>);
  }

  [Symbol.iterator](): Iterator<Greenlet<unknown>> {
    return new Set(this.#members.keys()).values();
  }

  /** Lets a member go, without touching it. Never parks. */
  discard(greenlet: Greenlet<unknown>): void {
    checkGreenlet(greenlet, 'discard(greenlet)');
    const membership = this.#members.get(greenlet);
    membership?.list?.remove(membership);
    if (membership !== undefined) this.forget(greenlet);
  }

  /** Refuses further members, so that {@link join} waits for the last one and not for the first moment of emptiness. */
  close(): void {
    this.#isClosed = true;
  }

  /**
   * Parks until the group was empty once. Resolves to true; to false when `timeout` was over first.
   *
   * @throws with `raiseError`, the failure of one that was a member at the call
   */
  join(options: GroupJoinOptions = {}): Promise<boolean> {
    checkOptions(options, 'join(options)');
    checkFlag(options.raiseError, 'join({ raiseError })');
    const limit = checkTimeLimit(options.timeout, 'join({ timeout })');
    const gaveUp = (): boolean => this.#members.size === 0;
    const isEmpty = this.#whenEmpty(() =>
      underLimit(
        limit,
        (seconds) => new Waiter<boolean>().park(this.#emptyWaiters, { seconds, late: gaveUp }),
        gaveUp,
      ),
    );
    return options.raiseError === true ? raiseFailure(isEmpty, [...this.#members.keys()]) : isEmpty;
  }

  /**
   * Kills the members, those that come meanwhile too, and parks until the group is empty, or the time is up: quietly.
   * Each member is killed once, however often this is called.
   */
  kill(options: KillOptions & { block: false }): void;
  kill(exception: Error | ErrorClass | undefined, options: KillOptions & { block: false }): void;
  kill(exception?: Error | ErrorClass | KillOptions, options?: KillOptions): Promise<void>;
  kill(first?: Error | ErrorClass | KillOptions, second?: KillOptions): Promise<void> | void {
    const { exception, options } = splitKillArguments(first, second, 'kill');
    const limit = options.timeout;
    const reason = exception ?? new GreenletExit();
    this.#killMembers(reason, options.force === true);
    if (options.block === false) return undefined;
    return underLimit(
      limit,
      (seconds) => this.#killUntilEmpty(reason, options.force === true, seconds),
      () => {},
    );
  }

  /** Kills one member, once; a stranger is left alone. Parks until it has ended, unless `block` is false. */
  killOne(greenlet: Greenlet<unknown>, options: KillOptions & { block: false }): void;
  killOne(
    greenlet: Greenlet<unknown>,
    exception: Error | ErrorClass | undefined,
    options: KillOptions & { block: false },
  ): void;
  killOne(
    greenlet: Greenlet<unknown>,
    exception?: Error | ErrorClass | KillOptions,
    options?: KillOptions,
  ): Promise<KillOutcome | undefined>;
  killOne(
    greenlet: Greenlet<unknown>,
    first?: Error | ErrorClass | KillOptions,
    second?: KillOptions,
  ): Promise<KillOutcome | undefined> | void {
    checkGreenlet(greenlet, 'killOne(greenlet)');
    const { exception, options } = splitKillArguments(first, second, 'killOne');
    if (!this.#members.has(greenlet)) return options.block === false ? undefined : Promise.resolve(undefined);
    const isFirst = !this.#dying.has(greenlet);
    this.#dying.add(greenlet);
    if (options.block === false) {
      if (isFirst) greenlet.kill(exception, { ...options, block: false });
      return undefined;
    }
    if (isFirst) return greenlet.kill(exception, options);
    return greenlet.join(options).then(() => undefined);
  }

  /**
   * Runs `fn` with it: when `fn` is through, parks until it is empty; when `fn` fails, or a kill or a timeout comes
   * meanwhile, kills the members.
   *
   * @example
   * await new Pool(10).use(async (pool) => {
   *   for (const url of urls) await pool.spawn(download, url);
   * });
   */
  use<R>(fn: (members: this) => R | Promise<R>): Promise<R> {
    checkFunction(fn, 'use(fn)');
    return runBeside(this, fn);
  }

  /**
   * `await using pool = new Pool(10)`: leaving the block parks until it is empty; when a kill or a timeout drives us
   * out of the block, the members are killed. An ordinary error cannot be seen from here: {@link use} can.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await (currentScope().wasInterruptedSince(this.#bornAt) ? this.kill() : joinOrKill(this));
  }

  override toString(): string {
    return `<${this.constructor.name} of ${this.#members.size} greenlets>`;
  }

  /** @internal Starts `fn(...args)` as a member; answers undefined where no slot is free. Never parks. */
  trySpawn(fn: (...args: never[]) => unknown, args: readonly unknown[]): Greenlet<unknown> | undefined {
    return this.tryStartMember(fn, args, false);
  }

  /** @internal Refuses further members once it was closed. */
  protected checkOpen(): void {
    if (this.#isClosed) throw new Error(`Cannot add to ${String(this)}: it was closed`);
  }

  /** @internal Makes a member of a greenlet that is alive. */
  protected track(greenlet: Greenlet<unknown>): boolean {
    this.checkOpen();
    if (greenlet.dead || this.#members.has(greenlet)) return false;
    const membership = new Membership(this);
    this.#members.set(greenlet, membership);
    greenlet.addBookmark(membership);
    return true;
  }

  /** @internal A greenlet for `fn(...args)`, not started. */
  protected make(
    fn: (...args: never[]) => unknown,
    args: readonly unknown[],
    isQuiet: boolean,
  ): Greenlet<unknown> {
    const greenlet = new this.greenletClass(fn, ...args);
    greenlet.quiet = isQuiet;
    return greenlet;
  }

  /** @internal A member is gone. */
  protected onForgotten(): void {
    // Pools give its slot back.
  }

  /** @internal A member has ended, or was let go. */
  forget(greenlet: Greenlet<unknown>): void {
    if (!this.#members.delete(greenlet)) return;
    this.#dying.delete(greenlet);
    this.onForgotten();
    if (this.#dying.size === 0)
      while (this.#killWaiters.first instanceof Waiter) this.#killWaiters.first.switch(true);
    if (this.#members.size > 0) return;
    while (this.#emptyWaiters.first instanceof Waiter) this.#emptyWaiters.first.switch(true);
  }

  #killMembers(reason: Error, force: boolean): void {
    for (const greenlet of [...this.#members.keys()]) {
      if (this.#dying.has(greenlet)) continue;
      this.#dying.add(greenlet);
      greenlet.kill(reason, { block: false, force });
    }
  }

  async #killUntilEmpty(reason: Error, force: boolean, seconds: number | undefined): Promise<void> {
    const { loop } = getHub();
    const deadline = seconds === undefined ? undefined : loop.now() + seconds;
    while (this.#members.size > 0) {
      const left = deadline === undefined ? undefined : Math.max(0, deadline - loop.now());
      const areDead = new Waiter<boolean>().park(this.#killWaiters, { seconds: left, late: () => false });
      if (!(await areDead)) return;
      // Members may have come while the others were dying.
      this.#killMembers(reason, force);
    }
  }

  #whenEmpty(wait: () => Promise<boolean>): Promise<boolean> {
    if (this.#members.size > 0) return wait();
    return passOn(true);
  }
}
inspectAsText(Members);

/** @internal */
export function checkGreenlet(value: unknown, name: string): void {
  if (!(value instanceof Greenlet)) throw new TypeError(mismatch(name, 'a Greenlet', value));
}

function isGreenletClass(value: unknown): boolean {
  return typeof value === 'function' && (value === Greenlet || value.prototype instanceof Greenlet);
}

/** Tells the group of a member's end before anybody else is told: whoever gets its result finds the slot free. */
class Membership extends Bookmark {
  readonly #group: Members;

  constructor(group: Members) {
    super();
    this.#group = group;
  }

  override tell(greenlet: Greenlet<unknown>): void {
    this.#group.forget(greenlet);
  }
}

async function raiseFailure(
  isEmpty: Promise<boolean>,
  members: readonly Greenlet<unknown>[],
): Promise<boolean> {
  const result = await isEmpty;
  for (const member of members) if (member.dead && !member.successful()) throw member.exception;
  return result;
}
