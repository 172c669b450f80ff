/** What a call does that could park and need not: a pending interruption still comes first, as at every wait. */
import { NativePromise } from '../base/native.ts';
import { currentScopeOrMain } from './scope.ts';
import { pendingInterrupts } from './interruption.ts';

/** @internal The interruption that the call must raise, if one is pending; taken out. */
export function pendingInterrupt(): Error | undefined {
  return pendingInterrupts.count === 0 ? undefined : currentScopeOrMain().takePending();
}

/** @internal Gives a result that is there already. */
export function passOn<T>(value: T): Promise<T> {
  const reason = pendingInterrupt();
  return reason === undefined ? NativePromise.resolve(value) : rejectedQuietly<T>(reason);
}

/** @internal A promise that is rejected already, and whose rejection nobody has to look at. */
export function rejectedQuietly<T>(reason: unknown): Promise<T> {
  const promise = NativePromise.reject<T>(reason);
  promise.catch(() => {});
  return promise;
}
