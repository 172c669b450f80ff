/** From one socket to another on the same connection: the timeout, and what was set. */
import {
  IPPROTO_TCP,
  SOL_SOCKET,
  SO_KEEPALIVE,
  SO_LINGER,
  TCP_KEEPIDLE,
  TCP_NODELAY,
} from '../inet/constants.ts';
import type { Socket } from '../io/socket.ts';

/** The options that a connected stream can have. */
const OPTIONS: readonly (readonly [level: number, option: number])[] = [
  [IPPROTO_TCP, TCP_KEEPIDLE],
  [SOL_SOCKET, SO_KEEPALIVE],
  [IPPROTO_TCP, TCP_NODELAY],
  [SOL_SOCKET, SO_LINGER],
];

/** @internal What was set on one socket is set on the other. */
export function carryOver(from: Socket, to: Socket): void {
  to.setTimeout(from.getTimeout());
  to.ref = from.ref;
  for (const [level, option] of OPTIONS) {
    const value = from.getSockOpt(level, option);
    if (value !== 0 && value !== false) to.setSockOpt(level, option, value);
  }
}
