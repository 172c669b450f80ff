/** How long the calls of a socket may wait. */
import { checkBoolean } from '../base/check.ts';
import type { Seconds } from '../core/timeout.ts';
import { checkTimeout, getDefaultTimeout } from './default-timeout.ts';

/** @internal What has a timeout. */
export abstract class TimedSocket {
  /** @internal */
  protected timeout: Seconds | undefined = getDefaultTimeout();

  /**
   * How long each call may wait, in seconds. undefined: for ever. 0: not at all, as `setBlocking(false)`; what would
   * wait then raises EAGAIN. Python: `settimeout`.
   *
   * @throws {TypeError | RangeError} not a number of seconds of at least 0
   */
  setTimeout(seconds: Seconds | undefined): void {
    this.timeout = checkTimeout(seconds, 'setTimeout(seconds)');
  }

  /** The timeout in seconds; undefined waits for ever. Python: `gettimeout`. */
  getTimeout(): Seconds | undefined {
    return this.timeout;
  }

  /** True: calls wait for ever. False: what would wait raises EAGAIN. Python: `setblocking`. */
  setBlocking(isBlocking: boolean): void {
    checkBoolean(isBlocking, 'setBlocking(isBlocking)');
    this.timeout = isBlocking ? undefined : 0;
  }

  /** False when the timeout is 0. Python: `getblocking`. */
  getBlocking(): boolean {
    return this.timeout !== 0;
  }
}
