/**
 * A Node stream that greenlets pull from: what arrives is kept, up to a bound, until somebody receives it.
 *
 *   kernel ──► stream ──'data'──► [ Inflow: at most its limit and one chunk ] ──receive()──► greenlet
 *                 ▲                        │
 *                 ├──── pause / resume ────┘
 *                 └──── [ Outflow: one piece at a time ] ◄──send()── greenlet
 *
 * Nothing is read before the first receive(). One greenlet may receive, and one may send, at a time. What was sent is
 * in the kernel's hands when send() resolves, so closing right after loses nothing; what was offered goes out before
 * the stream is closed.
 */
import type { Duplex } from 'node:stream';
import { setImmediate } from '../base/native.ts';
import type { Address } from '../inet/address.ts';
import { type SocketError, systemError, toSocketError } from '../inet/errors.ts';
import { destroyWhenSent, resetStream, wasReset, withFront } from './end-stream.ts';
import { Inflow } from './inflow.ts';
import { Outflow } from './outflow.ts';
import { localAddress, peerAddress } from './socket-names.ts';
import { type ReadyCallback, type Watchable, Watchers } from './watchable.ts';

const flowOf: unique symbol = Symbol('gevent.flow');

interface FlowingStream extends Duplex {
  [flowOf]?: Flow | undefined;
}

/** @internal */
export class Flow implements Watchable {
  readonly stream: Duplex;
  readonly #inflow: Inflow;
  readonly #outflow: Outflow;
  /** The stream is read from. */
  #isStarted = false;
  /** The stream has ended; whether that was the peer's end or a reset is seen in a moment. */
  #isEndDue = false;
  /** Where the two ends are, once the stream is about to forget. */
  #names: readonly [address: Address | undefined, peer: Address | undefined] | undefined = undefined;
  readonly #watchers = new Watchers();

  /** @param owner what the text of a wait names */
  constructor(stream: Duplex, owner: { toString(): string }) {
    this.stream = stream;
    this.#inflow = new Inflow(stream, owner);
    this.#outflow = new Outflow(
      stream,
      owner,
      (error) => this.#fail(error),
      () => this.#watchers.notify(),
    );
    (stream as FlowingStream)[flowOf] = this;
    stream.on('error', onError);
    stream.on('close', onClose);
  }

  /** Bytes that arrived and nobody has received. */
  get buffered(): number {
    return this.#inflow.buffered;
  }

  get isReadable(): boolean {
    return this.#inflow.isReadable;
  }

  get isWritable(): boolean {
    return this.#outflow.isWritable || this.error !== undefined;
  }

  /** What every later call raises, if anything. */
  get error(): SocketError | undefined {
    return this.#inflow.error;
  }

  get hasFailed(): boolean {
    return this.error !== undefined;
  }

  /** Where this end is, or was. */
  get address(): Address | undefined {
    return localAddress(this.stream) ?? this.#names?.[0];
  }

  /** Where the other end is, or was. */
  get peer(): Address | undefined {
    return peerAddress(this.stream) ?? this.#names?.[1];
  }

  /** Up to `max` bytes; parks until there are some. Empty when the peer has ended. */
  receive(max: number, seconds?: number): Promise<Buffer> {
    if (!this.#isStarted) this.#start();
    return this.#inflow.receive(max, seconds);
  }

  /** Gives bytes back: they are received again. */
  putBack(data: Buffer): void {
    this.#inflow.putBack(data);
    this.#watchers.notify();
  }

  /**
   * Sends `data` from `start` to `end`; parks until the kernel has taken it.
   *
   * @param isOffer it is at most a piece, and it is taken at once or not at all
   */
  send(data: Buffer, start: number, end: number, seconds?: number, isOffer = false): Promise<void> {
    return isOffer
      ? this.#outflow.offer(data, start, end, seconds)
      : this.#outflow.send(data, start, end, seconds);
  }

  /** No further byte is received, or sent. Wakes those who wait for one. Never parks. */
  shutdown(reading: boolean, writing: boolean): void {
    if (this.error !== undefined) throw systemError('ENOTCONN', 'shutdown');
    if (reading) {
      if (!this.#isStarted) this.#start();
      this.#inflow.refuse();
    }
    if (writing) {
      this.#outflow.refuse(systemError('EPIPE', 'send'));
      if (this.#inflow.isEnded) this.#rememberNames();
      this.stream.end();
    }
    this.#watchers.notify();
  }

  /** Ends it: whoever waits here is woken with `error`, and every later call raises it. Never parks. */
  close(error: SocketError): void {
    const { isOwing } = this.#outflow;
    this.#fail(error, true);
    if (isOwing) destroyWhenSent(this.stream);
    else this.stream.destroy();
  }

  /** As {@link close}; the peer sees a reset, and what the kernel has not sent is thrown away. */
  reset(error: SocketError): void {
    this.#fail(error, true);
    resetStream(this.stream);
  }

  /** Gives the stream away, with what arrived and nobody has received at its front. Never parks. */
  detach(error: SocketError): Duplex {
    if (this.error !== undefined) throw this.error;
    const { stream } = this;
    if (this.#isStarted) stream.pause();
    stream.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
    (stream as FlowingStream)[flowOf] = undefined;
    const unread = this.#inflow.takeAll();
    this.#fail(error);
    if (unread.length === 0) return stream;
    if (stream.readableEnded) return withFront(stream, unread);
    stream.unshift(unread);
    return stream;
  }

  watch(callback: ReadyCallback): void {
    this.#watchers.add(callback);
    if (!this.#isStarted && this.error === undefined) this.#start();
  }

  unwatch(callback: ReadyCallback): void {
    this.#watchers.remove(callback);
  }

  cancelWaits(error: Error): void {
    this.#inflow.cancelWaits(error);
    this.#outflow.cancelWaits(error);
    this.#watchers.notify(error);
  }

  /** @internal */
  onData(chunk: Buffer): void {
    this.#inflow.push(chunk);
    this.#watchers.notify();
  }

  /** @internal */
  onEnd(): void {
    if (this.#inflow.isEnded || this.error !== undefined) return;
    const { stream } = this;
    if (stream.writableLength > 0 && !this.#isEndDue) {
      // What is being written is tried once more in this turn: if it was a reset, that fails.
      this.#isEndDue = true;
      setImmediate(() => this.onEnd());
      return;
    }
    if (wasReset(stream)) return this.#fail(systemError('ECONNRESET', 'recv'));
    if (!stream.writable) this.#rememberNames();
    this.#inflow.end();
    this.#watchers.notify();
  }

  /** @internal */
  onError(error: unknown): void {
    this.#fail(toSocketError(error, 'recv'));
  }

  /** @internal */
  onClose(): void {
    // Whatever ended it said so before; a stream that was destroyed by somebody else did not.
    const error = systemError('ECONNABORTED', 'recv');
    if (!this.#inflow.isEnded) return this.#fail(error);
    this.#outflow.refuse(error);
    this.#watchers.notify();
  }

  #fail(error: SocketError, isFinal = false): void {
    if (this.error !== undefined && !isFinal) return;
    // What failed came after the end.
    if (this.#isEndDue && error.code === 'EPIPE') this.#inflow.end();
    this.#inflow.fail(error, isFinal);
    this.#outflow.refuse(error);
    this.#watchers.notify();
  }

  /** Both sides have ended: Node lets go of the descriptor, whether or not the socket is closed. */
  #rememberNames(): void {
    this.#names ??= [this.address, this.peer];
  }

  #start(): void {
    this.#isStarted = true;
    const { stream } = this;
    stream.on('data', onData);
    stream.on('end', onEnd);
    if (stream.readableEnded) this.onEnd();
    else stream.resume();
  }
}

/** @internal Who reads and writes a stream, if a socket of ours does. */
export function flowOver(stream: object): Flow | undefined {
  return (stream as Partial<FlowingStream>)[flowOf];
}

// One function each for all streams, in place of four closures a connection.

function onData(this: FlowingStream, chunk: Buffer): void {
  this[flowOf]?.onData(chunk);
}

function onEnd(this: FlowingStream): void {
  this[flowOf]?.onEnd();
}

function onError(this: FlowingStream, error: unknown): void {
  this[flowOf]?.onError(error);
}

function onClose(this: FlowingStream): void {
  this[flowOf]?.onClose();
}
