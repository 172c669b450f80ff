/** Receiving from a Node stream: what arrives is kept, up to a bound, until somebody receives it. */
import type { Readable } from 'node:stream';
import { ConcurrentObjectUseError } from '../base/errors.ts';
import { pendingInterrupt, rejectedQuietly } from '../core/checkpoint.ts';
import { NOT_YET, type WaitOptions } from '../core/wait-options.ts';
import { WaitList } from '../core/wait-list.ts';
import { Waiter } from '../core/waiter.ts';
import { type SocketError, systemError } from '../inet/errors.ts';
import { ByteBuffer, EMPTY } from './byte-buffer.ts';
import { raiseTimeout } from './outflow.ts';

/** Bytes after which nothing more is read until somebody has received some of them. */
const LIMIT = 128 * 1024;

/** How a receiver waits for up to `max` bytes. */
interface Receiving extends WaitOptions<Buffer> {
  readonly max: number;
}

/** @internal */
export class Inflow {
  readonly #stream: Readable;
  readonly #bytes = new ByteBuffer();
  /** The stream was told to wait. */
  #isPaused = false;
  /** The peer has ended, or this side receives no more. */
  #isEnded = false;
  /** What every later call raises, once the bytes that came before it were received. */
  #error: SocketError | undefined = undefined;
  readonly #receivers: WaitList;
  /** Somebody receives: from the moment it parks until it has its bytes or gives up. */
  #isClaimed = false;
  #receiving: Receiving | undefined = undefined;

  constructor(stream: Readable, owner: { toString(): string }) {
    this.#stream = stream;
    this.#receivers = new WaitList('recv()', owner);
  }

  /** Bytes that arrived and nobody has received. */
  get buffered(): number {
    return this.#bytes.length;
  }

  get isReadable(): boolean {
    return this.#bytes.length > 0 || this.#isEnded || this.#error !== undefined;
  }

  /** Nothing more will come. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  get error(): SocketError | undefined {
    return this.#error;
  }

  /** Up to `max` bytes; parks until there are some. Empty at the end. */
  receive(max: number, seconds: number | undefined): Promise<Buffer> {
    if (this.#isClaimed) return Promise.reject(inUse());
    if (this.isReadable) return this.#receiveNow(max);
    if (seconds === 0) return Promise.reject(systemError('EAGAIN', 'recv'));
    const options = this.#optionsFor(max);
    const waiter = new Waiter<Buffer>();
    const wait = waiter.park(this.#receivers, seconds === undefined ? options : { ...options, seconds });
    if (waiter.isParked) this.#isClaimed = true;
    return wait;
  }

  /** Something came. */
  push(chunk: Buffer): void {
    if (this.#isEnded || this.#error !== undefined) return;
    this.#bytes.push(chunk);
    this.#pauseAtLimit();
    this.#wake();
  }

  /** Gives bytes back: they are received again. */
  putBack(data: Buffer): void {
    this.#bytes.putBack(data);
    this.#pauseAtLimit();
    this.#wake();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  /** What comes from now on is for nobody, nor is what has come. */
  refuse(): void {
    this.end();
    this.#dropUnread();
  }

  /** @param isFinal what was not received yet is dropped */
  fail(error: SocketError, isFinal: boolean): void {
    this.#error = error;
    if (isFinal) {
      this.#isEnded = false;
      this.#dropUnread();
    }
    this.#wake();
  }

  cancelWaits(error: Error): void {
    const waiter = this.#receivers.first as Waiter<Buffer> | undefined;
    if (waiter === undefined) return;
    this.#isClaimed = false;
    waiter.throw(error);
  }

  /** What was not received, for somebody else; the stream stays as it is. */
  takeAll(): Buffer {
    return this.#bytes.take(Infinity);
  }

  #wake(): void {
    (this.#receivers.first as Waiter<Buffer> | undefined)?.switch();
  }

  #receiveNow(max: number): Promise<Buffer> {
    const reason = pendingInterrupt();
    if (reason !== undefined) return rejectedQuietly(reason);
    if (this.#bytes.length > 0) return Promise.resolve(this.#take(max));
    return this.#isEnded ? Promise.resolve(EMPTY) : Promise.reject(this.#error);
  }

  // Most callers ask for the same number each time: one object then serves all their waits.
  #optionsFor(max: number): Receiving {
    if (this.#receiving?.max !== max) {
      this.#receiving = {
        max,
        collect: () => this.#collect(max),
        abandon: () => void (this.#isClaimed = false),
        late: () => {
          this.#isClaimed = false;
          return raiseTimeout();
        },
      };
    }
    return this.#receiving;
  }

  #collect(max: number): Buffer | typeof NOT_YET {
    if (!this.isReadable) return NOT_YET;
    this.#isClaimed = false;
    if (this.#bytes.length > 0) return this.#take(max);
    if (this.#isEnded) return EMPTY;
    throw this.#error as SocketError;
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

  #pauseAtLimit(): void {
    if (this.#isPaused || this.#bytes.length < LIMIT) return;
    this.#isPaused = true;
    this.#stream.pause();
  }

  #resumeBelow(bound: number): void {
    if (!this.#isPaused || this.#bytes.length >= bound) return;
    this.#isPaused = false;
    this.#stream.resume();
  }
}

function inUse(): ConcurrentObjectUseError {
  return new ConcurrentObjectUseError('Cannot receive: another greenlet receives on this socket already');
}
