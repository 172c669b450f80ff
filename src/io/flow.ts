/**
 * A Node stream that greenlets pull from: what arrives is kept, up to a bound, until somebody receives it.
 *
 *   kernel ──► stream ──'data'──► [ bytes: at most LIMIT and one chunk ] ──receive()──► greenlet
 *                 ▲                        │
 *                 └──── pause / resume ────┘
 *
 * Nothing is read before the first receive(). One greenlet may receive, and one may send, at a time. What was sent is
 * in the kernel's hands when send() resolves, so closing right after loses nothing.
 */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ConcurrentObjectUseError } from '../base/errors.ts';
import { pendingInterrupt, rejectedQuietly } from '../core/checkpoint.ts';
import { NOT_YET, type WaitOptions } from '../core/wait-options.ts';
import { WaitList } from '../core/wait-list.ts';
import { Waiter } from '../core/waiter.ts';
import { type SocketError, systemError, toSocketError } from '../inet/errors.ts';
import { ByteBuffer, EMPTY } from './byte-buffer.ts';
import { Outflow, raiseTimeout } from './outflow.ts';
import { type ReadyCallback, type Watchable, Watchers } from './watchable.ts';

/** Bytes after which nothing more is read until somebody has received some of them. */
const LIMIT = 128 * 1024;

const flowOf: unique symbol = Symbol('gevent.flow');

interface FlowingStream extends Duplex {
  [flowOf]?: Flow | undefined;
}

/** @internal */
export class Flow implements Watchable {
  readonly stream: Duplex;
  readonly #bytes = new ByteBuffer();
  readonly #outflow: Outflow;
  #state: 'untouched' | 'flowing' | 'paused' = 'untouched';
  /** The peer has ended, or this side receives no more. */
  #isEnded = false;
  /** What every later call raises, once the bytes that came before it were received. */
  #error: SocketError | undefined = undefined;
  readonly #receivers: WaitList;
  readonly #watchers = new Watchers();
  #receiving: (WaitOptions<Buffer> & { readonly max: number }) | undefined = undefined;

  /** @param owner what the text of a wait names */
  constructor(stream: Duplex, owner: { toString(): string }) {
    this.stream = stream;
    this.#receivers = new WaitList('recv()', owner);
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
    return this.#bytes.length;
  }

  get isReadable(): boolean {
    return this.#bytes.length > 0 || this.#isEnded || this.#error !== undefined;
  }

  get isWritable(): boolean {
    return this.#outflow.isWritable || this.#error !== undefined;
  }

  /** What every later call raises, if anything. */
  get error(): SocketError | undefined {
    return this.#error;
  }

  get hasFailed(): boolean {
    return this.#error !== undefined;
  }

  /** Up to `max` bytes; parks until there are some. Empty when the peer has ended. */
  receive(max: number, seconds?: number): Promise<Buffer> {
    if (this.#receivers.size > 0) return Promise.reject(inUse());
    if (this.isReadable) return this.#receiveNow(max);
    this.#start();
    if (seconds === 0) return Promise.reject(systemError('EAGAIN', 'recv'));
    const options = this.#optionsFor(max);
    return new Waiter<Buffer>().park(
      this.#receivers,
      seconds === undefined ? options : { ...options, seconds, late: raiseTimeout },
    );
  }

  /** Gives bytes back: they are received again. */
  putBack(data: Buffer): void {
    this.#bytes.putBack(data);
    this.#becameReadable();
  }

  /** Sends `data` from `start` to `end`; parks until the kernel has taken it. */
  send(data: Buffer, start: number, end: number, seconds?: number): Promise<void> {
    return this.#outflow.send(data, start, end, seconds);
  }

  /** No further byte is received, or sent. Wakes those who wait for one. Never parks. */
  shutdown(reading: boolean, writing: boolean): void {
    if (this.#error !== undefined) throw this.#error;
    if (reading) {
      this.#start();
      this.onEnd();
      this.#dropUnread();
    }
    if (writing) {
      this.#outflow.refuse(systemError('EPIPE', 'send'));
      this.stream.end();
    }
  }

  /** Ends it: whoever waits here is woken with `error`, and every later call raises it. Never parks. */
  close(error: SocketError): void {
    this.#fail(error, true);
    this.stream.destroy();
  }

  /** As {@link close}; the peer sees a reset, and what the kernel has not sent is thrown away. */
  reset(error: SocketError): void {
    this.#fail(error, true);
    if (this.stream instanceof Socket) this.stream.resetAndDestroy();
    else this.stream.destroy();
  }

  /** Gives the stream away, with what arrived and nobody has received at its front. Never parks. */
  detach(error: SocketError): Duplex {
    if (this.#error !== undefined) throw this.#error;
    const { stream } = this;
    if (this.#state !== 'untouched') stream.pause();
    stream.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
    (stream as FlowingStream)[flowOf] = undefined;
    const unread = this.#bytes.take(Infinity);
    if (unread.length > 0) stream.unshift(unread);
    // There is nothing left to resume.
    this.#state = 'flowing';
    this.#fail(error);
    return stream;
  }

  watch(callback: ReadyCallback): void {
    this.#watchers.add(callback);
    if (this.#error === undefined) this.#start();
  }

  unwatch(callback: ReadyCallback): void {
    this.#watchers.remove(callback);
  }

  cancelWaits(error: Error): void {
    for (const waiter of [...this.#receivers]) (waiter as Waiter).throw(error);
    this.#outflow.cancelWaits(error);
    this.#watchers.notify(error);
  }

  /** @internal */
  onData(chunk: Buffer): void {
    if (this.#isEnded) return;
    this.#bytes.push(chunk);
    if (this.#bytes.length >= LIMIT && this.#state === 'flowing') {
      this.#state = 'paused';
      this.stream.pause();
    }
    this.#becameReadable();
  }

  /** @internal */
  onEnd(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#becameReadable();
  }

  /** @internal */
  onError(error: unknown): void {
    this.#fail(toSocketError(error, 'recv'));
  }

  /** @internal */
  onClose(): void {
    // Whatever ended it said so before; a stream that was destroyed by somebody else did not.
    const error = systemError('ECONNABORTED', 'recv');
    if (this.#isEnded) this.#outflow.refuse(error);
    else this.#fail(error);
  }

  #fail(error: SocketError, isFinal = false): void {
    if (this.#error !== undefined && !isFinal) return;
    this.#error = error;
    this.#outflow.refuse(error);
    if (isFinal) this.#dropUnread();
    this.#becameReadable();
  }

  #becameReadable(): void {
    (this.#receivers.first as Waiter<Buffer> | undefined)?.switch();
    this.#watchers.notify();
  }

  #start(): void {
    if (this.#state !== 'untouched') return;
    this.#state = 'flowing';
    const { stream } = this;
    stream.on('data', onData);
    stream.on('end', onEnd);
    if (stream.readableEnded) this.onEnd();
    else stream.resume();
  }

  #receiveNow(max: number): Promise<Buffer> {
    const reason = pendingInterrupt();
    if (reason !== undefined) return rejectedQuietly(reason);
    if (this.#bytes.length > 0) return Promise.resolve(this.#take(max));
    return this.#error === undefined ? Promise.resolve(EMPTY) : Promise.reject(this.#error);
  }

  // Most callers ask for the same number each time: one object then serves all their waits.
  #optionsFor(max: number): WaitOptions<Buffer> {
    if (this.#receiving?.max !== max) this.#receiving = { max, collect: () => this.#collect(max) };
    return this.#receiving;
  }

  #collect(max: number): Buffer | typeof NOT_YET {
    if (this.#bytes.length > 0) return this.#take(max);
    if (this.#error !== undefined) throw this.#error;
    return this.#isEnded ? EMPTY : NOT_YET;
  }

  #take(max: number): Buffer {
    const data = this.#bytes.take(max);
    this.#resumeBelow(LIMIT / 2);
    return data;
  }

  #dropUnread(): void {
    this.#bytes.clear();
    this.#resumeBelow(LIMIT);
  }

  #resumeBelow(bound: number): void {
    if (this.#state !== 'paused' || this.#bytes.length >= bound) return;
    this.#state = 'flowing';
    this.stream.resume();
  }
}

function inUse(): ConcurrentObjectUseError {
  return new ConcurrentObjectUseError('Cannot receive: another greenlet receives on this socket already');
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
