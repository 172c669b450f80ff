/** The two ends of a connected stream, as addresses, and the error of a socket that was closed. */
import { type Socket as StreamSocket, isIPv6 } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Address, fromNode } from '../inet/address.ts';
import { AF_INET, AF_INET6, AF_UNIX } from '../inet/constants.ts';
import { SocketError } from '../inet/errors.ts';

/** @internal What those get who wait on a socket that somebody closes, and those who use it afterwards. */
export function closedError(): SocketError {
  return new SocketError('Cannot use this socket: it was closed (EBADF)', { code: 'EBADF' });
}

/** @internal Where this end of a stream is. */
export function localAddress(stream: Duplex): Address | undefined {
  const { localAddress: host, localPort: port, localFamily: family } = stream as Partial<StreamSocket>;
  return fromNode(host, port, family);
}

/** @internal Who is at the other end of a stream. */
export function peerAddress(stream: Duplex): Address | undefined {
  const { remoteAddress: host, remotePort: port } = stream as Partial<StreamSocket>;
  return fromNode(host, port);
}

/** @internal The family of a connected stream. */
export function familyOfStream(stream: Duplex): number {
  const { localAddress: host } = stream as Partial<StreamSocket>;
  if (host === undefined) return AF_UNIX;
  return isIPv6(host) ? AF_INET6 : AF_INET;
}
