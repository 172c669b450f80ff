/**
 * A scope is the set of waits that one interruption reaches, and the thing that flows with `await`: the store
 * of the library's one AsyncLocalStorage. Every greenlet is the root scope of all that runs in it; `withTimeout`
 * and `shield` open child scopes.
 *
 *   greenlet (root) ── waits: w1 ⇄ w2
 *      ├── withTimeout's scope ── waits: w3
 *      └── shield's scope (shielded) ── waits: w4       kill reaches w1 w2 w3 now, the shield when it ends
 *
 * An interruption is raised, once, in every parked wait it reaches. Where it reaches none, the next wait does.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { getEventListeners } from 'node:events';

import { checkFunction, mismatch } from '../base/check.ts';
import { markInterrupt } from '../base/errors.ts';
import { type ScopedWait, type Shield, interruptions, pendingInterrupts } from './interruption.ts';

/** How many reasons a scope remembers for telling its own rejections from others. */
const REMEMBERED_REASONS = 8;

const storage: AsyncLocalStorage<Scope> = new AsyncLocalStorage();
let mainScope: Scope;

/** The waits that one interruption reaches. */
export class Scope {
  /** @internal The greenlet that the scope is part of. */
  readonly root: Scope;
  #parent: Scope | undefined;
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
    this.#parent = parent?.nearestOpen();
    this.root = this.#parent === undefined ? this : this.#parent.root;
    if (this.#parent !== undefined) (this.#parent.#children ??= new Set()).add(this);
  }

  /** The scope around this one; undefined for a greenlet's own. */
  get parent(): Scope | undefined {
    return this.#parent;
  }

  /** @internal Itself while it is open, else the next one around that is; the orphans' when its greenlet has ended. */
  nearestOpen(): Scope {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.#parent)
      if (!scope.closed) return scope;
    return orphans;
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
   * one. After it fired, the next reading makes a new one. Whoever listens is taken for the work that is waited for:
   * where nothing else waits, that counts as having been interrupted.
   */
  get signal(): AbortSignal {
    const pending = this.#firstPending();
    if (pending !== undefined) return AbortSignal.abort(pending);
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /** True when an interruption with this reason was raised here or in a scope around. */
  hasRaised(reason: unknown): boolean {
    return this.#around().some((scope) => scope.#raised?.includes(reason as Error) === true);
  }

  /** @internal As hasRaised, leaving main out: what is unhandled there is the program's failure. */
  hasRaisedInGreenlet(reason: unknown): boolean {
    return this.#around().some(
      (scope) => scope !== mainScope && scope.#raised?.includes(reason as Error) === true,
    );
  }

  /** @internal Raises in every wait, through shields: there will be nothing to wait for any more. */
  raiseEverywhere(reason: Error): void {
    markInterrupt(reason);
    for (const wait of [...this.parkedWaits()]) wait.interrupt(reason);
  }

  /** @internal Has the next wait raise it, whoever had it before. */
  keepPending(reason: Error): void {
    if (!this.closed) this.#pend(reason);
  }

  /** @internal True when something was raised here, or in a scope around, after that point in time. */
  wasInterruptedSince(point: number): boolean {
    return this.#around().some((scope) => scope.#lastRaised > point);
  }
  /** @internal The oldest pending interruption here or in a scope around, up to a shield; taken out. */
  takePending(): Error | undefined {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.#parent) {
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
    this.#handOver();
    if (this.#pending !== undefined) pendingInterrupts.count -= this.#pending.length;
    if (this.#doom !== undefined) pendingInterrupts.count -= 1;
    this.#pending = undefined;
    this.#doom = undefined;
    this.#controller = undefined;
    if (this.#parent !== undefined) this.#parent.#children?.delete(this);
  }

  /** What still waits here goes on in the scope around, or as an orphan: no wait is left out of sight. */
  #handOver(): void {
    if (this.firstWait === undefined && (this.#children === undefined || this.#children.size === 0)) return;
    const parent = this.#parent ?? orphans;
    for (let wait = this.firstWait; wait !== undefined; wait = this.firstWait) {
      this.removeWait(wait);
      wait.moveTo(parent);
    }
    for (const child of this.#children ?? []) {
      child.#parent = parent;
      (parent.#children ??= new Set()).add(child);
    }
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

  /** This scope and those around it, up to the greenlet's own. */
  #around(): Scope[] {
    const scopes: Scope[] = [];
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.#parent) scopes.push(scope);
    return scopes;
  }

  #firstPending(): Error | undefined {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.#parent) {
      const reason = scope.#pending?.[0];
      if (reason !== undefined || scope.shield !== undefined) return reason;
    }
    return undefined;
  }

  #pend(reason: Error): void {
    (this.#pending ??= []).push(reason);
    pendingInterrupts.count += 1;
  }

  #remember(reason: Error): void {
    this.#lastRaised = interruptions.count += 1;
    // Most scopes are interrupted once: an array of one takes a tenth of what a growing one does.
    this.#raised =
      this.#raised === undefined ? [reason] : [...this.#raised.slice(1 - REMEMBERED_REASONS), reason];
  }
}

/**
 * @internal What a greenlet started, did not await and left behind when it ended: handlers of its emitters, mostly. It
 * goes on, and nobody's kill reaches it.
 */
export const orphans: Scope = new Scope();

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
