/** Waiting until something is ready, without reading or writing. */
import type { ErrorClass } from '../base/check.ts';
import { checkError } from '../base/check.ts';
import { pendingInterrupt, rejectedQuietly } from '../core/checkpoint.ts';
import type { Seconds } from '../core/timeout.ts';
import { Waiter } from '../core/waiter.ts';
import { SocketTimeout } from '../inet/errors.ts';
import { checkTimeout } from './default-timeout.ts';
import { closedError } from './socket-names.ts';
import { type Pollable, watchableOf } from './pollable.ts';
import type { Watchable } from './watchable.ts';

/** How long to wait for readiness, and what to raise then. */
export interface WaitReadyOptions {
  /** In seconds. Default: for ever. */
  readonly timeout?: Seconds | undefined;
  /** What is raised when the time is up. Default: a {@link SocketTimeout}. gevent: `timeout_exc`. */
  readonly timeoutExc?: Error | ErrorClass | undefined;
}

/**
 * Parks until a read of `target` would not park: a socket, a Node stream, or a descriptor that Node can watch.
 * gevent: `socket.wait_read`.
 *
 * @throws {SocketTimeout} not within `timeout` seconds, or `timeoutExc`
 */
export function waitRead(target: Pollable, options: WaitReadyOptions = {}): Promise<void> {
  return waitUntil(target, 'waitRead', options, (watchable) => watchable.isReadable);
}

/** Parks until a write to `target` would not park. gevent: `socket.wait_write`. */
export function waitWrite(target: Pollable, options: WaitReadyOptions = {}): Promise<void> {
  return waitUntil(target, 'waitWrite', options, (watchable) => watchable.isWritable);
}

/** Parks until a read of `target`, or a write to it, would not park. gevent: `socket.wait_readwrite`. */
export function waitReadWrite(target: Pollable, options: WaitReadyOptions = {}): Promise<void> {
  return waitUntil(
    target,
    'waitReadWrite',
    options,
    (watchable) => watchable.isReadable || watchable.isWritable,
  );
}

/**
 * Wakes everybody who waits on `target`, in `recv` and `send` too, with an error: by default the one of a socket that
 * was closed. Never parks. gevent: `socket.cancel_wait`.
 */
export function cancelWait(target: Pollable, error: Error | ErrorClass = closedError()): void {
  watchableOf(target, 'cancelWait(target)').cancelWaits(checkError(error, 'cancelWait(error)'));
}

function waitUntil(
  target: Pollable,
  call: string,
  options: WaitReadyOptions,
  isReady: (watchable: Watchable) => boolean,
): Promise<void> {
  const watchable = watchableOf(target, `${call}(target)`);
  const seconds = checkTimeout(options.timeout, `${call}({ timeout })`);
  const late =
    options.timeoutExc === undefined ? undefined : checkError(options.timeoutExc, `${call}({ timeoutExc })`);
  const reason = pendingInterrupt();
  if (reason !== undefined) return rejectedQuietly(reason);
  if (isReady(watchable)) return Promise.resolve();
  const waiter = new Waiter<void>();
  const callback = (error?: Error): void => {
    if (!waiter.isParked) return;
    if (error !== undefined) waiter.throw(error);
    else if (isReady(watchable)) waiter.switch();
  };
  watchable.watch(callback);
  const wait = waiter.park(undefined, {
    seconds,
    late: () => {
      throw late ?? new SocketTimeout();
    },
    about: `${call}() on ${String(target)}`,
  });
  const unwatch = (): void => watchable.unwatch(callback);
  wait.then(unwatch, unwatch);
  callback();
  return wait;
}
