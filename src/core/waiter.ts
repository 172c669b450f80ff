/**
 * What suspends: every wait is one of these (`sleep(0)` is a smaller one, in turn.ts).
 *
 *            get() / park()                 switch() / throw() / interrupt / timer
 *   idle ────────────────────► parked ────────────────────────────────────────────► woken ──► done
 *     │                          ▲                                                    │ (idle again, if interrupted)
 *     │ switch() / throw()       └──────────── collect() says: not yet ───────────────┘
 *     └──────────► stored ── get() takes it without parking ──► done
 *
 * While parked, the wait is in its scope's list (where interruptions find it) and, where it waits for a thing, in
 * that thing's list. It leaves both the moment it is woken; from then on it belongs to the ready queue, and an
 * interruption that comes later is raised by the next wait. So nothing that was handed over is ever lost.
 */
import { BlockingSwitchOutError, ConcurrentObjectUseError } from '../base/errors.ts';
import { errorTriple, formatSeconds } from '../base/format.ts';
import { NativePromise } from '../base/native.ts';
import { slot } from './probe.ts';
import { pendingInterrupt, rejectedQuietly } from './checkpoint.ts';
import { type ReadyEntry, scheduler } from './scheduler.ts';
import { hubScope } from './hub-scope.ts';
import { type Scope, currentScopeOrMain } from './scope.ts';
import { type ScopedWait, pendingInterrupts, type WaitHome } from './interruption.ts';
import { Timer, type TimerTarget } from './timers.ts';
import { type WaitList, WaitNode } from './wait-list.ts';
import { NOT_YET, type WaitOptions } from './wait-options.ts';

const IDLE = 0;
const STORED = 1;
const PARKED = 2;
const WOKEN = 3;
const DONE = 4;

const { then } = NativePromise.prototype;

let resolveLatest: (value: never) => void = ignore;
let rejectLatest: (error: unknown) => void = ignore;

// One executor for all promises: a closure for each would cost more than the promise.
function keepResolvers(resolve: (value: never) => void, reject: (error: unknown) => void): void {
  resolveLatest = resolve;
  rejectLatest = reject;
}

/** @internal The scope of the caller, which must be allowed to wait. */
export function waitingScope(): Scope {
  const scope = currentScopeOrMain().nearestOpen();
  if (scope === hubScope()) {
    throw new BlockingSwitchOutError(
      'Cannot wait on the hub: a rawLink or runCallback callback must not park; spawn a greenlet for it',
    );
  }
  return scope;
}

/**
 * A one-shot hand-over from anywhere to one greenlet: that greenlet awaits `get()`, somebody else calls
 * `switch(value)` or `throw(error)`. What comes before `get()` is kept for it. gevent: `hub.Waiter`.
 *
 * Prefer `AsyncResult`, `Event` and `Queue` in programs: nothing here looks after a waiter that nobody wakes.
 *
 * @example
 * const waiter = new Waiter<string>();
 * getHub().loop.timer(0.1).start(() => waiter.switch('hello'));
 * await waiter.get(); // 'hello', after a tenth of a second
 */
export class Waiter<T = unknown> extends WaitNode implements ScopedWait, ReadyEntry, TimerTarget {
  /** @internal */
  previousInScope: ScopedWait | undefined = undefined;
  /** @internal */
  nextInScope: ScopedWait | undefined = undefined;
  #state = IDLE;
  #scope: Scope | undefined = undefined;
  #options: WaitOptions<T> | undefined = undefined;
  /** The list it waits in, kept for going back there. */
  #home: WaitList | undefined = undefined;
  #timer: Timer | undefined = undefined;
  #promise: Promise<T> | undefined = undefined;
  #resolve: ((value: never) => void) | undefined = undefined;
  #reject: ((error: unknown) => void) | undefined = undefined;
  /** The value, or the error. */
  #result: unknown = undefined;
  #failed = false;
  /** The interruption that woke it. What is given in the same turn is kept for the next `get()`. */
  #reason: Error | undefined = undefined;
  /** Its time ran out while it was already woken: that counts only if it has to park again. */
  #isLate = false;
  #isStored = false;

  /**
   * The value given to {@link switch}, or parks until one is given. Rejects with what {@link throw} was given.
   *
   * @throws {ConcurrentObjectUseError} somebody waits here already
   */
  get(): Promise<T> {
    if (this.#state === PARKED || this.#state === WOKEN) {
      throw new ConcurrentObjectUseError('Cannot wait on this Waiter: another wait is parked on it already');
    }
    if (this.#state === IDLE) return this.park();
    const reason = pendingInterrupt();
    if (reason !== undefined) return rejectedQuietly(reason);
    this.#state = DONE;
    return this.#failed ? NativePromise.reject<T>(this.#result) : NativePromise.resolve(this.#result as T);
  }

  /** Wakes the wait with a value; kept for `get()` when nobody waits yet. Never parks. */
  switch(value?: T): void {
    this.#give(value, false);
  }

  /** Wakes the wait with an error; kept for `get()` when nobody waits yet. Never parks. */
  throw(error: unknown): void {
    this.#give(error, true);
  }

  /** True when a value or an error has been given. */
  ready(): boolean {
    return this.#state === STORED || this.#state >= WOKEN;
  }

  /** True when a value has been given. */
  successful(): boolean {
    return this.ready() && !this.#failed;
  }

  /** The value given, if one was. */
  get value(): T | undefined {
    return this.#failed ? undefined : (this.#result as T | undefined);
  }

  /** The error given, if one was. */
  get exception(): unknown {
    return this.#failed ? this.#result : undefined;
  }

  /** `[class, error, stack]` of the error given; empty without one. */
  get excInfo(): readonly unknown[] {
    return this.#failed ? errorTriple(this.#result) : [];
  }

  /** Makes it as new, to be used again. */
  clear(): void {
    if (this.#state === PARKED || this.#state === WOKEN) {
      throw new ConcurrentObjectUseError('Cannot clear this Waiter: a wait is parked on it');
    }
    this.#state = IDLE;
    this.#result = undefined;
    this.#failed = false;
  }

  /** @internal What this waits for, as text. */
  describe(): string {
    if (this.#home !== undefined) return this.#home.describe();
    const { about = 'Waiter.get()', seconds } = this.#options ?? {};
    return seconds === undefined ? about : `${about} for ${formatSeconds(seconds)}`;
  }

  /** @internal True while an interruption would reach it. */
  get isParked(): boolean {
    return this.#state === PARKED;
  }

  /**
   * @internal Suspends the caller, in the list of what it waits for and for the time given. Raises a pending
   * interruption instead.
   */
  park(list?: WaitList, options?: WaitOptions<T>): Promise<T> {
    const scope = waitingScope();
    if (pendingInterrupts.count !== 0) {
      const reason = scope.takePending();
      if (reason !== undefined) {
        options?.abandon?.();
        return rejectedQuietly<T>(reason);
      }
    }
    this.#scope = scope;
    this.#options = options;
    this.#state = PARKED;
    this.#home = list;
    scope.addWait(this);
    list?.add(this);
    if (options?.seconds !== undefined)
      this.#timer = new Timer(this, options.isTimerUnref !== true).start(options.seconds);
    const promise = new NativePromise<T>(keepResolvers);
    this.#resolve = resolveLatest;
    this.#reject = rejectLatest;
    // They would keep the promise, and what it resolves to.
    resolveLatest = ignore;
    rejectLatest = ignore;
    this.#promise = promise;
    if (slot.probe !== undefined) slot.probe.parked?.(scope.root, this);
    scheduler.parked(scope.root);
    return promise;
  }

  #give(result: unknown, failed: boolean): void {
    if (this.#state === WOKEN && this.#reason === undefined) return;
    this.#result = result;
    this.#failed = failed;
    if (this.#state === PARKED) this.#wakeUp();
    else if (this.#state === WOKEN) this.#isStored = true;
    else this.#state = STORED;
  }

  #wakeUp(): void {
    this.#leave();
    this.#state = WOKEN;
    scheduler.push(this);
  }

  /** Out of both lists. The timer runs on while `collect` may still send it back. */
  #leave(): void {
    this.#scope?.removeWait(this);
    this.list?.remove(this);
    if (this.#options?.collect === undefined) this.#timer?.stop();
  }

  /** @internal */
  moveTo(home: WaitHome): void {
    this.#scope = home as Scope;
    home.addWait(this);
  }

  /** @internal */
  interrupt(reason: Error): void {
    if (this.#state !== PARKED) return;
    // An interrupted wait must not show up as an unhandled rejection, whether or not anybody awaits it yet.
    if (this.#promise !== undefined) void then.call(this.#promise, undefined, ignore);
    this.#timer?.stop();
    const abandon = this.#options?.abandon;
    this.#options = undefined;
    this.#reason = reason;
    this.#wakeUp();
    abandon?.();
  }

  /** @internal */
  onTimer(): void {
    if (this.#state === PARKED) this.#giveUp();
    else this.#isLate = true;
  }

  #giveUp(): void {
    const late = this.#options?.late;
    this.#options = undefined;
    try {
      this.#result = late?.();
    } catch (error) {
      this.#failed = true;
      this.#result = error;
    }
    this.#wakeUp();
  }

  /** @internal Its turn has come: resolves the promise, unless what it was woken for is gone again. */
  take(): Scope | undefined {
    const scope = this.#scope as Scope;
    if (this.#reason !== undefined) return this.#raise(scope, this.#reason);
    const collect = this.#options?.collect;
    if (collect !== undefined && !this.#failed) {
      try {
        const result = collect();
        if (result === NOT_YET) return this.#parkAgain(scope);
        this.#result = result;
      } catch (error) {
        this.#failed = true;
        this.#result = error;
      }
      this.#timer?.stop();
    }
    this.#state = DONE;
    if (slot.probe !== undefined) slot.probe.woken?.(scope.root, this);
    if (this.#failed) this.#reject?.(this.#result);
    else this.#resolve?.(this.#result as never);
    return scope.root;
  }

  #raise(scope: Scope, reason: Error): Scope {
    this.#reason = undefined;
    this.#state = this.#isStored ? STORED : IDLE;
    this.#isStored = false;
    this.ticket = 0;
    if (slot.probe !== undefined) slot.probe.woken?.(scope.root, this);
    this.#reject?.(reason);
    return scope.root;
  }

  #parkAgain(scope: Scope): undefined {
    this.#state = PARKED;
    scope.addWait(this);
    this.#home?.add(this);
    const reason = pendingInterrupts.count === 0 ? undefined : scope.takePending();
    if (reason !== undefined) this.interrupt(reason);
    else if (this.#isLate) this.#giveUp();
    return undefined;
  }
}

function ignore(): void {
  // The rejection is the greenlet's own affair.
}
