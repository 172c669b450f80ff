/** Something to be run later, in a microtask of its own and in the async context of now. */
import { NativePromise } from '../base/native.ts';

let resolveLatest: (subject: never) => void = nothing;

// One executor for all: a closure for each would cost as much as the promise.
function keepResolve(resolve: (subject: never) => void): void {
  resolveLatest = resolve;
}

/**
 * @internal Answers the trigger that makes `run` run, on the subject that the trigger is given (which is not thenable).
 * The reaction of a promise is the cheapest thing there is that remembers the stores of every AsyncLocalStorage, a
 * user's own too.
 */
export function prepare<T extends object>(run: (subject: T) => void): (subject: T) => void {
  const promise = new NativePromise<T>(keepResolve);
  void promise.then(run);
  const trigger = resolveLatest as (subject: T) => void;
  // It would keep the promise, and so the subject.
  resolveLatest = nothing;
  return trigger;
}

function nothing(): void {
  // Until a promise is made.
}
