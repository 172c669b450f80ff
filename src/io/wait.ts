/** Waiting until one thing is ready, without reading or writing. */
import { type ErrorClass, checkError, checkOptions } from '../base/check.ts';
import { type TimeLimit, underLimit } from '../core/time-limit.ts';
import { NOT_YET } from '../core/wait-options.ts';
import { SocketError, SocketTimeout } from '../inet/errors.ts';
import { type Pollable, sourceOf } from './pollable.ts';
import { checkWaitLimit } from './wait-limit.ts';
import { FAILURE, HANGUP, READ, WRITE, Watch, WatchSet } from './watch-set.ts';

/** How long to wait for readiness, and what to raise then. */
export interface WaitReadyOptions {
  /** In seconds. Default: for ever. */
  readonly timeout?: TimeLimit | undefined;
  /** What is raised when the time is up. Default: a {@link SocketTimeout}. gevent: `timeout_exc`. */
  readonly timeoutExc?: Error | ErrorClass | undefined;
}

/** What {@link cancelWait} raises by default. gevent: `socket.cancel_wait_ex`. */
export const cancelWaitEx: SocketError = new SocketError('File descriptor was closed in another greenlet', {
  code: 'EBADF',
});

/**
 * Parks until a read of `target` would not park: of a socket of any kind (a listening one: an accept), a stream of
 * Node's, or a descriptor that Node can watch. Nothing is read by it. At the peer's end, and after an error, a read
 * would not park either. gevent: `socket.wait_read`.
 *
 * @throws {SocketTimeout} not within `timeout` seconds, or `timeoutExc`
 * @throws {SocketError} EBADF: it is closed, or is closed while it waits; and as `select` for descriptors
 * @example
 * await waitRead(process.stdin, { timeout: 10 });
 */
export function waitRead(target: Pollable, options: WaitReadyOptions = {}): Promise<void> {
  return waitUntil(target, 'waitRead', READ, options);
}

/** As {@link waitRead}, until a write would not park. gevent: `socket.wait_write`. */
export function waitWrite(target: Pollable, options: WaitReadyOptions = {}): Promise<void> {
  return waitUntil(target, 'waitWrite', WRITE, options);
}

/** As {@link waitRead}, until a read, or a write, would not park. gevent: `socket.wait_readwrite`. */
export function waitReadWrite(target: Pollable, options: WaitReadyOptions = {}): Promise<void> {
  return waitUntil(target, 'waitReadWrite', READ | WRITE, options);
}

/**
 * As {@link waitRead}, until anything holds that `target` can tell: it is readable, or writable, or has failed. Meant
 * for a `Watchable` of your own, as gevent's takes any watcher. gevent: `socket.wait`.
 */
export function wait(target: Pollable, options: WaitReadyOptions = {}): Promise<void> {
  return waitUntil(target, 'wait', READ | WRITE | FAILURE | HANGUP, options);
}

/**
 * Wakes everybody who waits on `target`, in `recv`, `send`, `accept` and `select` too, with an error: by default
 * {@link cancelWaitEx}, EBADF. The target itself stays as it is. Never parks. gevent: `socket.cancel_wait`.
 */
export function cancelWait(target: Pollable, error: Error | ErrorClass = cancelWaitEx): void {
  const raised = checkError(error, 'cancelWait(error)');
  sourceOf(target, 'cancelWait(target)').watchable.cancelWaits(raised);
}

function waitUntil(target: Pollable, call: string, wants: number, options: WaitReadyOptions): Promise<void> {
  checkOptions(options, `${call}(options)`);
  const limit = checkWaitLimit(options.timeout, `${call}({ timeout })`);
  const { timeoutExc } = options;
  const late = timeoutExc === undefined ? undefined : checkError(timeoutExc, `${call}({ timeoutExc })`);
  const watch = new Watch(target, sourceOf(target, `${call}(target)`, wants === READ), wants);
  const set = new WatchSet<Pollable>(`${call}()`);
  set.add(watch);
  const find = (): void | typeof NOT_YET => (watch.readyIfOpen === 0 ? NOT_YET : undefined);
  const nothing = (): never => {
    throw late ?? new SocketTimeout();
  };
  return underLimit<void>(limit, (seconds) => set.wait<void>(find, nothing, seconds));
}
