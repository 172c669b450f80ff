/** What can be waited on for readiness, and how each of them is watched. */
import { mismatch } from '../base/check.ts';
import { systemError } from '../inet/errors.ts';
import { SocketBase } from './socket-base.ts';
import type { Watchable } from './watchable.ts';

/** A socket of ours. */
export type Pollable = SocketBase;

/** @internal What watches `target`. */
export function watchableOf(target: unknown, name: string): Watchable {
  if (!(target instanceof SocketBase)) throw new TypeError(mismatch(name, 'a socket', target));
  if (target.closed) throw systemError('EBADF', 'poll');
  const { watchable } = target;
  if (watchable === undefined) throw systemError('ENOTCONN', 'poll');
  return watchable;
}
