/** A nursery: greenlets that end before the block that spawned them does. */
import { checkFunction } from '../base/check.ts';
import { GreenletExit } from '../base/errors.ts';
import { pendingInterrupt } from './checkpoint.ts';
import { Greenlet } from './greenlet.ts';
import { joinAll } from './join.ts';
import { Scope, currentScopeOrMain } from './scope.ts';
import { type Shield } from './interruption.ts';
import { reportUncaught } from './uncaught.ts';

/** Raised in the members of a task group, and in its block, when one of them failed. */
class TaskGroupExit extends GreenletExit {}

/** What a task group's block works with. */
export interface TaskGroup {
  /** Starts `fn(...args)` as a member. Its failure kills the others. Never parks. */
  spawn<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Greenlet<Awaited<R>>;
  /** The members that have not ended. */
  readonly members: ReadonlySet<Greenlet<unknown>>;
}

/**
 * Runs `body`, and parks until every greenlet that it spawned in the group has ended: nothing outlives the block.
 * The first failure, of a member or of the body, kills the rest. A kill or a timeout of the caller kills them too.
 *
 * @throws the failure; an AggregateError when several failed; what interrupted the caller, before any failure
 * @example
 * await taskGroup(async (tg) => {
 *   tg.spawn(readLoop, socket);
 *   tg.spawn(writeLoop, socket);
 * });
 */
export function taskGroup<T>(body: (group: TaskGroup) => T | Promise<T>): Promise<T> {
  checkFunction(body, 'taskGroup(body)');
  return new Nursery(new Scope(currentScopeOrMain())).run(body);
}

class Nursery implements TaskGroup, Shield {
  readonly members = new Set<Greenlet<unknown>>();
  readonly #bodyScope: Scope;
  readonly #failures: unknown[] = [];
  readonly #reason = new TaskGroupExit('a member of the task group failed');
  /** What came from outside, and is raised in the end. */
  #interruption: Error | undefined = undefined;
  /** The members have been killed; whoever joins now is killed too. */
  #isEnding = false;
  #isClosed = false;
  #isBodyRunning = true;

  constructor(bodyScope: Scope) {
    this.#bodyScope = bodyScope;
  }

  spawn<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Greenlet<Awaited<R>> {
    checkFunction(fn, 'taskGroup.spawn(fn)');
    if (this.#isClosed) throw new Error('Cannot spawn in this task group: its block has ended');
    const member = new Greenlet<R>(fn, ...args) as Greenlet<unknown> as Greenlet<Awaited<R>>;
    // Its failure is raised by the group.
    member.quiet = true;
    this.members.add(member);
    member.rawLink(() => this.#onEnd(member));
    member.start();
    if (this.#isEnding) member.kill(this.#reason, { block: false });
    return member;
  }

  async run<T>(body: (group: TaskGroup) => T | Promise<T>): Promise<T> {
    let result: T | undefined;
    try {
      result = await this.#bodyScope.run(() => body(this));
    } catch (error) {
      if (this.#bodyScope.parent?.hasRaised(error) === true) this.defer(error as Error);
      else if (error !== this.#reason) this.#fail(error);
    }
    this.#isBodyRunning = false;
    this.#bodyScope.retract(this.#reason);
    this.#bodyScope.close();
    await this.#joinMembers();
    this.#isClosed = true;
    this.#raiseFailures();
    return result as T;
  }

  /** What interrupted the caller is raised as it is, so that a kill stays a kill; failures beside it are reported. */
  #raiseFailures(): void {
    const failures = this.#failures;
    if (this.#interruption !== undefined) {
      for (const error of failures) reportUncaught(this, error);
      throw this.#interruption;
    }
    if (failures.length > 1)
      throw new AggregateError(failures, `${failures.length} members of the task group failed`);
    if (failures.length === 1) throw failures[0];
  }

  toString(): string {
    return '<TaskGroup>';
  }

  /** The caller was interrupted: the members are killed, and it is raised when they have ended. */
  defer(reason: Error): void {
    this.#interruption ??= reason;
    this.#killMembers();
  }

  /** Waits for the members behind a shield: whatever comes from outside, they end first. */
  async #joinMembers(): Promise<void> {
    const pending = pendingInterrupt();
    if (pending !== undefined) this.defer(pending);
    const scope = new Scope(currentScopeOrMain());
    scope.shield = this;
    try {
      await scope.run(() => this.#joinAll());
    } catch (error) {
      // Only the end of the loop reaches through a shield: then nobody will ever end.
      this.#interruption ??= error as Error;
    } finally {
      scope.close();
    }
  }

  async #joinAll(): Promise<void> {
    while (this.members.size > 0) {
      await joinAll(this.members);
      // Where all had ended already, joinAll comes back before the hub had its turn to call the links.
      for (const member of this.members) if (member.dead) this.#onEnd(member);
    }
  }

  #onEnd(member: Greenlet<unknown>): void {
    if (!this.members.delete(member)) return;
    if (!member.successful()) this.#fail(member.exception);
  }

  #fail(error: unknown): void {
    this.#failures.push(error);
    if (this.#failures.length > 1) return;
    this.#killMembers();
    if (this.#isBodyRunning) this.#bodyScope.interrupt(this.#reason);
  }

  #killMembers(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    for (const member of this.members) member.kill(this.#reason, { block: false });
  }
}
