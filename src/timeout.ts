/** Time limits. gevent: `gevent.timeout`. @module gevent-ts/timeout */
export type { TimeLimit, WaitLimit } from './core/time-limit.ts';
export { type Seconds, Timeout, type TimeoutException, type TimeoutOptions } from './core/timeout.ts';
export { withDeadline, withTimeout, type WithTimeoutOptions } from './core/with-timeout.ts';
