/** What can be waited on for readiness, and how each of them is watched. */
import type { Readable } from 'node:stream';
import { mismatch } from '../base/check.ts';
import { systemError } from '../inet/errors.ts';
import { holderOfDescriptor } from './descriptors.ts';
import { flowOver } from './flow.ts';
import { adopt, streamOfDescriptor } from './from-fd.ts';
import { SocketBase } from './socket-base.ts';
import { type NodeStream, StreamWatch, isNodeStream } from './stream-watch.ts';
import type { Source, Watchable } from './watchable.ts';

/**
 * What `select`, `poll`, selectors and `waitRead` take: a socket of ours (connected, listening, datagram, TLS); a
 * stream of Node's (`net.Socket`, `Readable`, `Writable`, `process.stdin`); an object with a `fileno()`; a descriptor's
 * number; a {@link Watchable} of your own.
 *
 * A number that belongs to an open socket of ours stands for that socket, 0, 1 and 2 for the standard streams. Of any
 * other, Node can watch pipes, terminals and connected sockets: its descriptor is taken over by a stream, and what
 * arrives is read by way of `fromFd(number)`.
 */
export type Pollable = SocketBase | NodeStream | Watchable | { fileno(): number } | number;

/** @internal What is watched of `target`. `isForReading`: a stream that cannot be read is refused. */
export function sourceOf(target: unknown, name: string, isForReading = false): Source {
  checkPollable(target, name);
  if (target instanceof SocketBase) {
    if (target.closed) throw systemError('EBADF', 'poll');
    return target;
  }
  if (typeof target === 'number') return sourceOfNumber(target);
  if (isWatchable(target)) return { closed: false, watchable: target };
  if (isNodeStream(target)) {
    if (isForReading && typeof (target as Partial<Readable>).read !== 'function')
      throw new TypeError(mismatch(name, 'a readable stream', target));
    return sourceOfStream(target);
  }
  const fd: unknown = target.fileno();
  if (!Number.isInteger(fd)) throw new TypeError(mismatch(`the fileno() of ${name}`, 'an integer', fd));
  return sourceOfNumber(fd as number);
}

/** @internal Something that could be waited for, if it is open. */
export function checkPollable(target: unknown, name: string): asserts target is Pollable {
  if (Number.isInteger(target) || target instanceof SocketBase || isWatchable(target)) return;
  if (isNodeStream(target) || typeof (target as { fileno?: unknown } | null)?.fileno === 'function') return;
  throw new TypeError(
    mismatch(name, 'a socket, a stream of Node, an object with fileno(), or a descriptor', target),
  );
}

function sourceOfNumber(fd: number): Source {
  const holder = holderOfDescriptor(fd);
  if (holder instanceof SocketBase) return holder;
  const stream = streamOfDescriptor(fd);
  return stream === undefined ? adopt(fd) : sourceOfStream(stream);
}

/** A stream that one of our sockets reads is watched by way of that. */
function sourceOfStream(stream: NodeStream): Source {
  const flow = flowOver(stream);
  return flow === undefined ? StreamWatch.of(stream) : { closed: false, watchable: flow };
}

function isWatchable(target: unknown): target is Watchable {
  return (
    typeof target === 'object' &&
    target !== null &&
    'isReadable' in target &&
    typeof (target as Partial<Watchable>).watch === 'function' &&
    typeof (target as Partial<Watchable>).unwatch === 'function'
  );
}
