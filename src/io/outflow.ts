/** Sending on a Node stream: one greenlet at a time, which goes on when the kernel has taken its bytes. */
import type { Writable } from 'node:stream';
import { ConcurrentObjectUseError } from '../base/errors.ts';
import { monotonic } from '../base/native.ts';
import { passOn, pendingInterrupt, rejectedQuietly } from '../core/checkpoint.ts';
import { WaitList } from '../core/wait-list.ts';
import { Waiter } from '../core/waiter.ts';
import { type SocketError, SocketTimeout, systemError, toSocketError } from '../inet/errors.ts';

/** The most that is handed to the stream at once: what an interrupted send may still send afterwards. */
export const SEND_CHUNK: number = 64 * 1024;

const DONE: Promise<void> = Promise.resolve();

/** @internal */
export class Outflow {
  readonly #stream: Writable;
  readonly #senders: WaitList;
  readonly #onFailed: (error: SocketError) => void;
  readonly #onDrained: () => void;
  /** What every later call raises. */
  #refusal: SocketError | undefined = undefined;
  /** The stream holds bytes that the kernel has not taken. */
  #isUnwritten = false;
  /** A send of several pieces is on its way. */
  #isSending = false;
  /** What the stream holds was offered, and its sender told that it is sent. */
  #isOwing = false;

  constructor(
    stream: Writable,
    owner: { toString(): string },
    onFailed: (error: SocketError) => void,
    onDrained: () => void,
  ) {
    this.#stream = stream;
    this.#senders = new WaitList('send()', owner);
    this.#onFailed = onFailed;
    this.#onDrained = onDrained;
  }

  /** A send would not park. */
  get isWritable(): boolean {
    return !this.#isUnwritten;
  }

  /** Closing now would lose what a sender was told is sent. */
  get isOwing(): boolean {
    return this.#isOwing && this.#stream.writableLength > 0;
  }

  /**
   * Takes `data`, at most a piece, to be sent. Parks until everything before it is with the kernel; raises without
   * having taken anything.
   */
  offer(data: Buffer, start: number, end: number, seconds?: number): Promise<void> {
    if (this.#senders.size > 0 || this.#isSending) return Promise.reject(inUse());
    const reason = pendingInterrupt();
    if (reason !== undefined) return rejectedQuietly(reason);
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    if (this.#isUnwritten) return this.#offerLater(data.subarray(start, end), seconds);
    this.#accept(data.subarray(start, end));
    return this.#failure() ?? DONE;
  }

  async #offerLater(data: Buffer, seconds: number | undefined): Promise<void> {
    this.#isSending = true;
    try {
      await this.#drained(seconds);
      if (this.#refusal !== undefined) throw this.#refusal;
      this.#accept(data);
      await (this.#failure() ?? DONE);
    } finally {
      this.#isSending = false;
    }
  }

  #accept(data: Buffer): void {
    // It goes on after the sender was told so, who may write other things into its array then.
    this.#write(Buffer.from(data));
    this.#isOwing = this.#isUnwritten;
  }

  /** Sends `data` from `start` to `end`; parks until the kernel has taken it. */
  send(data: Buffer, start: number, end: number, seconds?: number): Promise<void> {
    if (this.#senders.size > 0 || this.#isSending) return Promise.reject(inUse());
    const reason = pendingInterrupt();
    if (reason !== undefined) return rejectedQuietly(reason);
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    if (this.#isUnwritten || end - start > SEND_CHUNK) return this.#sendInPieces(data, start, end, seconds);
    this.#write(start === 0 && end === data.length ? data : data.subarray(start, end));
    return this.#isUnwritten ? this.#drained(seconds) : (this.#failure() ?? DONE);
  }

  /** No further byte is sent: whoever sends now, and every later call, gets `error`. */
  refuse(error: SocketError): void {
    this.#refusal ??= error;
    this.#isUnwritten = false;
    this.cancelWaits(error);
  }

  cancelWaits(error: Error): void {
    for (const waiter of [...this.#senders]) (waiter as Waiter).throw(error);
  }

  /** An interrupted send must not go on sending for long: the stream never holds more than one piece. */
  async #sendInPieces(data: Buffer, start: number, end: number, seconds: number | undefined): Promise<void> {
    const left = seconds === undefined || seconds === 0 ? () => seconds : countDown(seconds);
    this.#isSending = true;
    try {
      if (this.#isUnwritten) await this.#drained(left());
      for (let from = start; from < end; from += SEND_CHUNK) {
        if (this.#refusal !== undefined) throw this.#refusal;
        this.#write(data.subarray(from, Math.min(end, from + SEND_CHUNK)));
        if (this.#isUnwritten) await this.#drained(left());
        else await (this.#failure() ?? passOn(undefined));
      }
    } finally {
      this.#isSending = false;
    }
  }

  #write(chunk: Buffer): void {
    this.#isUnwritten = true;
    this.#isOwing = false;
    this.#stream.write(chunk, this.#onWritten);
    // What the kernel took at once is not waited for: the callback comes later, and finds nobody.
    if (this.#stream.writableLength === 0) this.#isUnwritten = false;
  }

  /** The kernel refused at once: Node reports it in the next turn, the caller is told now. */
  #failure(): Promise<never> | undefined {
    const { errored, destroyed } = this.#stream;
    if (errored === null && !destroyed) return undefined;
    const error = errored === null ? systemError('ECONNABORTED', 'send') : toSocketError(errored, 'send');
    this.#onFailed(error);
    return Promise.reject(error);
  }

  readonly #onWritten = (error: Error | null | undefined): void => {
    const { destroyed, errored, writableLength } = this.#stream;
    // What a destroyed stream says was written was not, and why it was destroyed is told by itself.
    if (destroyed && (errored === null || ('code' in errored && errored.code === 'ECANCELED'))) return;
    if (error) return this.#onFailed(toSocketError(errored ?? error, 'send'));
    if (!this.#isUnwritten || writableLength > 0) return;
    this.#isUnwritten = false;
    (this.#senders.first as Waiter<void> | undefined)?.switch();
    this.#onDrained();
  };

  #drained(seconds: number | undefined): Promise<void> {
    if (seconds === 0) return Promise.reject(systemError('EAGAIN', 'send'));
    const bound = seconds === undefined ? undefined : { seconds, late: raiseTimeout };
    return new Waiter<void>().park(this.#senders, bound);
  }
}

/** What is left of so many seconds from now on; more than 0, which would mean not to wait at all. */
export function countDown(seconds: number): () => number {
  const deadline = monotonic() + seconds * 1000;
  return () => Math.max(Number.MIN_VALUE, (deadline - monotonic()) / 1000);
}

function inUse(): ConcurrentObjectUseError {
  return new ConcurrentObjectUseError('Cannot send: another greenlet sends on this socket already');
}

/** @internal What a wait of a socket gives when its time is up. */
export function raiseTimeout(): never {
  throw new SocketTimeout();
}
