/** The ways in which a stream of Node's is ended. */
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** @internal Ends it with a reset, where the stream has one: the peer's next call fails, what was not sent is dropped. */
export function resetStream(stream: Duplex): void {
  // A peer that is gone already has nothing to say about it.
  stream.on('error', () => {});
  try {
    if (stream instanceof Socket) stream.resetAndDestroy();
  } catch {
    // Only TCP has resets.
  }
  stream.destroy();
}

/** @internal Ends it when what it holds has been sent. */
export function destroyWhenSent(stream: Duplex): void {
  const destroy = (): void => void stream.destroy();
  if (stream.writableFinished || stream.destroyed) return destroy();
  stream.once('finish', destroy);
  stream.end();
}

/**
 * @internal True when the end that a stream has just seen was a reset. What a peer sent before it resets is read first,
 * and libuv then reports a plain end: a cut connection would look complete. Writing nothing asks the kernel.
 */
export function wasReset(stream: Duplex): boolean {
  // TLS would write something for nothing; a Unix-domain socket has no resets; what is being written will tell.
  if (Object.getPrototypeOf(stream) !== Socket.prototype || (stream as Socket).localAddress === undefined)
    return false;
  if (!stream.writable || stream.writableLength > 0) return false;
  stream.write(NOTHING);
  const { errored } = stream;
  return errored !== null && 'code' in errored && errored.code === 'ECONNRESET';
}

const NOTHING = Buffer.alloc(0);

/** @internal A stream that has ended, with bytes that were read from it at its front again. */
export function withFront(stream: Duplex, front: Buffer): Duplex {
  const whole = new Duplex({
    read() {
      this.push(front);
      this.push(null);
    },
    write(chunk: Buffer, _encoding, done) {
      stream.write(chunk, done);
    },
    final(done) {
      stream.end(() => done());
    },
    destroy(error, done) {
      stream.destroy();
      done(error);
    },
  });
  stream.on('error', (error) => whole.destroy(error));
  return whole;
}
