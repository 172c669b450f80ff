/** The timeout that new sockets begin with. */
import { mismatch } from '../base/check.ts';
import type { Seconds } from '../core/timeout.ts';

let seconds: Seconds | undefined = undefined;

/** The timeout of new sockets, in seconds; undefined, the default, waits for ever. Python: `socket.getdefaulttimeout`. */
export function getDefaultTimeout(): Seconds | undefined {
  return seconds;
}

/**
 * Sets the timeout that sockets made from now on begin with; undefined waits for ever.
 * Python: `socket.setdefaulttimeout`.
 *
 * @throws {TypeError | RangeError} not a number of seconds of at least 0
 */
export function setDefaultTimeout(timeout: Seconds | undefined): void {
  seconds = checkTimeout(timeout, 'setDefaultTimeout(timeout)');
}

/** @internal Seconds of at least 0, or nothing. */
export function checkTimeout(value: unknown, name: string): Seconds | undefined {
  if (value === undefined) return undefined;
  const expected = 'a number of seconds of at least 0, or undefined';
  if (typeof value !== 'number') throw new TypeError(mismatch(name, expected, value));
  if (!(value >= 0)) throw new RangeError(mismatch(name, expected, value));
  return value === Infinity ? undefined : value;
}
