/**
 * A place in the ready queue that somebody gives way for: what `sleep(0)` waits for.
 *
 * It is a Waiter that is woken before it parks, and so needs none of what makes a Waiter interruptible: an
 * interruption that comes while it is queued is raised by the next wait. Being small, it halves the cost of a switch.
 */
import { NativePromise } from '../base/native.ts';
import { slot } from './probe.ts';
import { type ReadyEntry, scheduler } from './scheduler.ts';
import { type Scope } from './scope.ts';
import { pendingInterrupts } from './interruption.ts';
import { rejectedQuietly } from './checkpoint.ts';
import { waitingScope } from './waiter.ts';

class Turn implements ReadyEntry {
  readonly #root: Scope;
  resolve: () => void = nothing;

  constructor(root: Scope) {
    this.#root = root;
  }

  take(): Scope {
    const root = this.#root;
    if (slot.probe !== undefined) slot.probe.woken?.(root, this);
    this.resolve();
    return root;
  }
}

let resolveLatest: () => void = nothing;

// One executor for all: a closure for each would be the largest part of a switch.
function keepResolve(resolve: () => void): void {
  resolveLatest = resolve;
}

/** @internal Goes to the end of the ready queue. Raises a pending interruption instead. */
export function giveWay(): Promise<void> {
  const scope = waitingScope();
  if (pendingInterrupts.count !== 0) {
    const reason = scope.takePending();
    if (reason !== undefined) return rejectedQuietly(reason);
  }
  const turn = new Turn(scope.root);
  const promise = new NativePromise<void>(keepResolve);
  turn.resolve = resolveLatest;
  resolveLatest = nothing;
  scheduler.push(turn);
  if (slot.probe !== undefined) slot.probe.parked?.(scope.root, turn);
  scheduler.parked(scope.root);
  return promise;
}

function nothing(): void {
  // Until the promise is made.
}
