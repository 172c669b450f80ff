/**
 * A scope is the set of waits that one interruption reaches, and the thing that flows with `await`: the store
 * of the library's one AsyncLocalStorage. Every greenlet is the root scope of all that runs in it; `withTimeout`
 * and `shield` open child scopes.
 *
 *   greenlet (root) ── waits: w1 ⇄ w2
 *      ├── withTimeout's scope ── waits: w3
 *      └── shield's scope (shielded) ── waits: w4       kill reaches w1 w2 w3 now, the shield when it ends
 *
 * An interruption is raised in every parked wait it reaches. Where it reaches none it stays pending, and the
 * next wait in the scope raises it instead of parking. It is delivered once.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { getEventListeners } from 'node:events';

import { checkFunction, mismatch } from '../base/check.ts';
import { markInterrupt } from '../base/errors.ts';

/** @internal What a scope must know of a wait. */
export interface ScopedWait {
  previousInScope: ScopedWait | undefined;
  nextInScope: ScopedWait | undefined;
  /** Leaves the scope and wakes with the reason. */
  interrupt(reason: Error): void;
}

/** @internal What keeps the interruptions of the scopes around it out, for a while. */
export interface Shield {
  /** An interruption came from outside. */
  defer(reason: Error): void;
}

/** How many reasons a scope remembers for telling its own rejections from others. */
const REMEMBERED_REASONS = 8;

/** @internal How many interruptions are pending anywhere: while it is 0, no wait needs to look for one. */
export const pendingInterrupts: { count: number } = { count: 0 };

let interruptions = 0;

/** @internal How many interruptions there have been so far: a point in time, to compare with. */
export function interruptionCount(): number {
  return interruptions;
}

const storage: AsyncLocalStorage<Scope> = new AsyncLocalStorage();
let mainScope: Scope;
let hubsScope: Scope;

/** The waits that one interruption reaches. */
export class Scope {
  /** @internal The greenlet that the scope is part of. */
  readonly root: Scope;
  /** The scope around this one; undefined for a greenlet's own. */
  readonly parent: Scope | undefined;
  /** @internal */
  firstWait: ScopedWait | undefined = undefined;
  /** @internal */
  lastWait: ScopedWait | undefined = undefined;
  /** @internal */
  shield: Shield | undefined = undefined;
  /** @internal Nothing is raised in a closed scope any more. */
  closed = false;
  #children: Set<Scope> | undefined = undefined;
  #pending: Error[] | undefined = undefined;
  #raised: readonly Error[] | undefined = undefined;
  #controller: AbortController | undefined = undefined;
  #doom: Error | undefined = undefined;
  #lastRaised = 0;

  constructor(parent?: Scope) {
    if (parent !== undefined && !(parent instanceof Scope))
      throw new TypeError(mismatch('Scope(parent)', 'a Scope', parent));
    this.parent = parent;
    this.root = parent === undefined ? this : parent.root;
    if (parent !== undefined) (parent.#children ??= new Set()).add(this);
  }

  /** Runs `fn` in this scope: what it awaits, calls and schedules belongs to the scope. Never parks by itself. */
  run<T>(fn: () => T): T {
    checkFunction(fn, 'Scope.run(fn)');
    return storage.run(this, fn);
  }

  /**
   * Raises `reason` in every wait that is parked in this scope or in one inside it. Where none is, the next wait
   * raises it. Never parks. Answers whether something was reached now.
   */
  interrupt(reason: Error): boolean {
    if (!(reason instanceof Error)) throw new TypeError(mismatch('interrupt(reason)', 'an Error', reason));
    if (this.closed) return false;
    markInterrupt(reason);
    const reached = this.#raise(reason);
    if (!reached) this.#pend(reason);
    return reached;
  }

  /** @internal As interrupt, for a scope that is itself running: its own flow meets the reason at its next wait. */
  interruptSelf(reason: Error): void {
    if (this.closed) return;
    markInterrupt(reason);
    this.#raise(reason);
    this.#pend(reason);
  }

  /** @internal Raises `reason` now and in every later wait, until the scope is closed. */
  doom(reason: Error): void {
    if (this.closed) return;
    this.interrupt(reason);
    if (this.#doom === undefined) pendingInterrupts.count += 1;
    this.#doom = reason;
  }

  /** Takes back an interruption that has not been raised yet. Answers whether there was one. */
  retract(reason: Error): boolean {
    const index = this.#pending === undefined ? -1 : this.#pending.indexOf(reason);
    if (index < 0) return false;
    this.#pending?.splice(index, 1);
    pendingInterrupts.count -= 1;
    return true;
  }

  /**
   * An AbortSignal that fires when this scope, or one around it, is interrupted: pass it to anything that takes
   * one. It is made when it is first asked for; after it fired, the next reading makes a new one.
   */
  get signal(): AbortSignal {
    const pending = this.#pending?.[0];
    if (pending !== undefined) return AbortSignal.abort(pending);
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /** True when an interruption with this reason was raised here or in a scope around, main excepted. */
  hasRaised(reason: unknown): boolean {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      if (scope !== mainScope && scope.#raised?.includes(reason as Error) === true) return true;
    }
    return false;
  }

  /** @internal True when something was raised here, or in a scope around, after that point in time. */
  wasInterruptedSince(point: number): boolean {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      if (scope.#lastRaised > point) return true;
    }
    return false;
  }

  /** @internal The oldest pending interruption here or in a scope around, up to a shield; taken out. */
  takePending(): Error | undefined {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      const reason = scope.#pending?.shift();
      if (reason !== undefined) {
        pendingInterrupts.count -= 1;
        return reason;
      }
      if (scope.#doom !== undefined) return scope.#doom;
      if (scope.shield !== undefined) return undefined;
    }
    return undefined;
  }

  /** @internal */
  addWait(wait: ScopedWait): void {
    const last = this.lastWait;
    wait.previousInScope = last;
    if (last === undefined) this.firstWait = wait;
    else last.nextInScope = wait;
    this.lastWait = wait;
  }

  /** @internal */
  removeWait(wait: ScopedWait): void {
    const { previousInScope: previous, nextInScope: next } = wait;
    if (previous === undefined) this.firstWait = next;
    else previous.nextInScope = next;
    if (next === undefined) this.lastWait = previous;
    else next.previousInScope = previous;
    wait.previousInScope = undefined;
    wait.nextInScope = undefined;
  }

  /** @internal Every wait that is parked in this scope and the scopes inside it. */
  *parkedWaits(): Generator<ScopedWait> {
    for (let wait = this.firstWait; wait !== undefined; wait = wait.nextInScope) yield wait;
    for (const child of this.#children ?? []) yield* child.parkedWaits();
  }

  /** @internal Ends the scope; what is still pending for it alone is dropped. */
  close(): void {
    this.closed = true;
    if (this.#pending !== undefined) pendingInterrupts.count -= this.#pending.length;
    if (this.#doom !== undefined) pendingInterrupts.count -= 1;
    this.#pending = undefined;
    this.#doom = undefined;
    this.#controller = undefined;
    if (this.parent !== undefined) this.parent.#children?.delete(this);
  }

  #raise(reason: Error): boolean {
    this.#remember(reason);
    let reached = false;
    for (let wait = this.firstWait; wait !== undefined;) {
      const next: ScopedWait | undefined = wait.nextInScope;
      wait.interrupt(reason);
      reached = true;
      wait = next;
    }
    if (this.#children !== undefined) {
      for (const child of [...this.#children]) {
        if (child.shield === undefined) reached = child.#raise(reason) || reached;
        else {
          child.shield.defer(reason);
          reached = true;
        }
      }
    }
    return this.#abort(reason) || reached;
  }

  /** Fires the signal. Work that listens to it is being stopped, and counts as reached. */
  #abort(reason: Error): boolean {
    const controller = this.#controller;
    if (controller === undefined) return false;
    this.#controller = undefined;
    const heard = getEventListeners(controller.signal, 'abort').length > 0;
    controller.abort(reason);
    return heard;
  }

  #pend(reason: Error): void {
    (this.#pending ??= []).push(reason);
    pendingInterrupts.count += 1;
  }

  #remember(reason: Error): void {
    this.#lastRaised = interruptions += 1;
    if (this === mainScope) return;
    // Most scopes are interrupted once: an array of one takes a tenth of what a growing one does.
    this.#raised =
      this.#raised === undefined ? [reason] : [...this.#raised.slice(1 - REMEMBERED_REASONS), reason];
  }
}

/** @internal The scope of whoever is running: main's outside every greenlet. */
export function currentScopeOrMain(): Scope {
  return storage.getStore() ?? mainScope;
}

/** @internal Enters a scope for the rest of this microtask. */
export function enterScope(scope: Scope): void {
  storage.enterWith(scope);
}

/** @internal Runs `fn` outside every greenlet, so that what it starts keeps none of them alive. */
export function runOutside<T>(fn: () => T): T {
  return storage.run(mainScope, fn);
}

/** @internal Told once, by the module that makes the main greenlet. */
export function setMainScope(scope: Scope): void {
  mainScope = scope;
  // Nodes before 24 begin to follow promises when a store is first entered: a promise made earlier would later run
  // in whatever store happens to be there.
  storage.enterWith(scope);
}

/** @internal The scope that hub callbacks run in: nothing may wait there. */
export function hubScope(): Scope {
  return hubsScope;
}

/** @internal Told by the hub. */
export function setHubScope(scope: Scope): void {
  hubsScope = scope;
}
