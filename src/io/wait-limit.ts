/** How long a wait for readiness may take. */
import type { TimeLimit } from '../core/time-limit.ts';
import { Timeout } from '../core/timeout.ts';
import { checkTimeout } from './default-timeout.ts';

/** @internal Seconds of at least 0, a Timeout, or nothing. */
export function checkWaitLimit(value: unknown, name: string): TimeLimit | undefined {
  return value instanceof Timeout ? value : checkTimeout(value, name);
}
