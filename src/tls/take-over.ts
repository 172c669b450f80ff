/** From one socket to another on the same connection: the stream, the timeout, and what was set. */
import type { Duplex } from 'node:stream';
import { IPPROTO_TCP, SOL_SOCKET, SO_KEEPALIVE, SO_LINGER, TCP_KEEPIDLE, TCP_NODELAY } from '../inet/constants.ts';
import { Flow } from '../io/flow.ts';
import type { Socket } from '../io/socket.ts';
import { endedEarly } from './node-errors.ts';

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

/** @internal The stream of a connected socket, which is closed then. @throws {SSLEOFError} the peer has ended already */
export function takeStream(sock: Socket): Duplex {
  const { watchable: flow } = sock;
  // What was received before the end cannot be put back behind it; and TLS needs an answer anyway.
  if (flow instanceof Flow && flow.buffered > 0 && flow.stream.readableEnded) {
    sock.close();
    throw endedEarly();
  }
  return sock.detach();
}
