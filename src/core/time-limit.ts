/** The `timeout` option that every wait takes: seconds, which bound that one wait, or a Timeout of the caller's. */
import { checkSeconds, mismatch } from '../base/check.ts';
import { Scope, currentScopeOrMain } from './scope.ts';
import { type Seconds, Timeout } from './timeout.ts';

/** Seconds, or a {@link Timeout}, which is started for the wait unless it runs already. */
export type TimeLimit = Seconds | Timeout;

/** What most waits take. */
export interface WaitLimit {
  /** How long to wait at most. Default: for ever. */
  timeout?: TimeLimit | undefined;
}

/** @internal */
export function checkTimeLimit(value: unknown, name: string): TimeLimit | undefined {
  if (value === undefined || value instanceof Timeout) return value;
  if (typeof value !== 'number')
    throw new TypeError(mismatch(name, 'a number of seconds or a Timeout', value));
  return checkSeconds(value, name);
}

/**
 * @internal Makes a wait under a limit. `wait` bounds itself by the seconds it is given. A Timeout is raised by
 * the wait as it is, or, for the waits that end quietly, makes them give what `quietly` answers.
 */
export function underLimit<T>(
  limit: TimeLimit | undefined,
  wait: (seconds: Seconds | undefined) => Promise<T>,
  quietly?: () => T,
): Promise<T> {
  return limit instanceof Timeout ? underTimeout(limit, wait, quietly) : wait(limit);
}

async function underTimeout<T>(
  timeout: Timeout,
  wait: (seconds: undefined) => Promise<T>,
  quietly?: () => T,
): Promise<T> {
  const isOurs = !timeout.pending;
  // In a scope of its own: what the greenlet does beside the wait is not reached.
  const scope = new Scope(currentScopeOrMain());
  if (isOurs) timeout.startIn(scope);
  try {
    return await scope.run(() => wait(undefined));
  } catch (error) {
    if (quietly === undefined || !timeout.isOwn(error)) throw error;
    return quietly();
  } finally {
    if (isOurs) timeout.cancel();
    scope.close();
  }
}
