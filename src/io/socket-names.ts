/** The two ends of a connected stream, as addresses, and the error of a socket that was closed. */
import { type Socket as StreamSocket, isIPv6 } from 'node:net';
import { Duplex } from 'node:stream';
import { mismatch } from '../base/check.ts';
import { type Address, type InetAddress, fromNode } from '../inet/address.ts';
import { AF_INET, AF_INET6, AF_UNIX } from '../inet/constants.ts';
import { SocketError, systemError } from '../inet/errors.ts';

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

/** @internal The host as Node takes it: with the interface behind it, where one was given. */
export function hostOf([host, , , scopeId]: InetAddress): string {
  return scopeId === undefined || scopeId === 0 || host.includes('%') ? host : `${host}%${scopeId}`;
}

/** @internal A connected stream of bytes. */
export function checkStream(stream: unknown): asserts stream is Duplex {
  const expected = 'a stream of bytes that can be read and written';
  const { readableObjectMode, readableEncoding, connecting } = Object(stream) as Partial<StreamSocket>;
  if (!(stream instanceof Duplex) || readableObjectMode === true || typeof readableEncoding === 'string')
    throw new TypeError(mismatch('fromStream(stream)', expected, stream));
  if (stream.destroyed || connecting === true) throw systemError('ENOTCONN', 'fromStream');
  // The peer's end must not be the end of both.
  stream.allowHalfOpen = true;
}

/** @internal The family of a connected stream. */
export function familyOfStream(stream: Duplex): number {
  const { localAddress: host } = stream as Partial<StreamSocket>;
  if (host === undefined) return AF_UNIX;
  return isIPv6(host) ? AF_INET6 : AF_INET;
}
