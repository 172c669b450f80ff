/** A stretch of work that a kill from outside must not cut. */
import { checkFunction, checkOptions, checkSeconds } from '../base/check.ts';
import { Scope, currentScopeOrMain } from './scope.ts';
import { type Shield } from './interruption.ts';
import type { Seconds } from './timeout.ts';
import { Timer, type TimerTarget } from './timers.ts';
import { pendingInterrupt } from './checkpoint.ts';

/** How long a shield holds. */
export interface ShieldOptions {
  /** Seconds after a kill for which the shield still holds; then the kill reaches the inside. Default: for ever. */
  grace?: Seconds;
}

/**
 * Runs `fn` so that interruptions of the scopes around it wait until it is through: then they are raised here.
 * One that is pending already waits too, so that a shield in a `finally` block runs whatever happens. A Timeout that
 * is started inside reaches the inside. Parks as `fn` does.
 *
 * @param options.grace bounds how long a kill has to wait
 * @throws the interruption that came meanwhile
 * @example
 * await shield(() => saveToDisk(state), { grace: 5 });
 */
export function shield<T>(fn: () => T | Promise<T>, options: ShieldOptions = {}): Promise<T> {
  checkFunction(fn, 'shield(fn)');
  checkOptions(options, 'shield(options)');
  if (options.grace !== undefined) checkSeconds(options.grace, 'shield({ grace })');
  return runShielded(fn, options.grace);
}

async function runShielded<T>(fn: () => T | Promise<T>, grace: Seconds | undefined): Promise<T> {
  const scope = new Scope(currentScopeOrMain());
  const guard = new ShieldGuard(scope, grace);
  try {
    const result = await scope.run(fn);
    guard.raiseFirst();
    const pending = pendingInterrupt();
    if (pending !== undefined) throw pending;
    return result;
  } finally {
    guard.end();
  }
}

class ShieldGuard implements Shield, TimerTarget {
  readonly #scope: Scope;
  readonly #grace: Seconds | undefined;
  readonly #timer: Timer = new Timer(this);
  #deferred: Error[] = [];
  /** What was let in when the grace was over. */
  #letIn: Error[] = [];

  constructor(scope: Scope, grace: Seconds | undefined) {
    this.#scope = scope;
    this.#grace = grace;
    scope.shield = this;
  }

  defer(reason: Error): void {
    this.#deferred.push(reason);
    if (this.#grace !== undefined && !this.#timer.pending) this.#timer.start(this.#grace);
  }

  /** The grace is over: what waited outside goes in. */
  onTimer(): void {
    this.#scope.shield = undefined;
    this.#letIn = this.#deferred;
    this.#deferred = [];
    for (const reason of this.#letIn) this.#scope.interrupt(reason);
  }

  /** Raises what came first: what nothing inside has raised, and what was kept out. */
  raiseFirst(): void {
    this.#deferred.unshift(...this.#takeBack());
    const first = this.#deferred.shift();
    if (first !== undefined) throw first;
  }

  /** Opens the shield for good; what it still keeps out is raised by the next waits outside. */
  end(): void {
    this.#timer.stop();
    this.#deferred.unshift(...this.#takeBack());
    const { parent } = this.#scope;
    this.#scope.close();
    for (const reason of this.#deferred) parent?.keepPending(reason);
  }

  #takeBack(): Error[] {
    const unraised = this.#letIn.filter((reason) => this.#scope.retract(reason));
    this.#letIn = [];
    return unraised;
  }
}
