/** Writing a response at the speed of its reader. */
import type { ServerResponse } from 'node:http';
import { nextTick } from '../base/native.ts';
import { passOn, pendingInterrupt, rejectedQuietly } from '../core/checkpoint.ts';
import { Waiter } from '../core/waiter.ts';
import { type SocketError, systemError } from '../inet/errors.ts';

/** @internal True when nothing that is written gets through any more. */
export function isGone(response: ServerResponse): boolean {
  return response.destroyed || response.req.socket.destroyed;
}

/**
 * @internal Writes a piece of the body; parks while the client is slower than we are.
 *
 * @throws {SocketError} the client went away
 */
export function writeTo(response: ServerResponse, data: Uint8Array): Promise<void> {
  const reason = pendingInterrupt();
  if (reason !== undefined) return rejectedQuietly(reason);
  if (isGone(response)) return Promise.reject(lost());
  if (response.writableEnded) return Promise.reject(new Error('Cannot write: the response has ended'));
  return response.write(data) ? passOn(undefined) : drained(response);
}

function drained(response: ServerResponse): Promise<void> {
  const waiter = new Waiter<void>();
  const { socket } = response.req;
  const stop = (): void => {
    response.off('drain', onDrain);
    socket.off('close', onClose);
  };
  const onDrain = (): void => {
    stop();
    waiter.switch();
  };
  const onClose = (): void => {
    stop();
    waiter.throw(lost('ECONNRESET'));
  };
  response.on('drain', onDrain);
  // A response in a pipeline is not told that its connection is gone.
  socket.on('close', onClose);
  return waiter.park(undefined, { about: 'a client to read its response', abandon: stop });
}

/** @internal What writing fails with when nobody is there to read. */
export function lost(code = 'EPIPE'): SocketError {
  return systemError(code, 'write');
}

/** @internal Ends the connection when what was written has gone out: what is missing must not look as if it were there. */
export function cut(response: ServerResponse): void {
  const { socket } = response.req;
  // Node writes what it was given in this turn at the end of it.
  nextTick(() => socket.destroySoon());
}
