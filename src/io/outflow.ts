/** Sending on a Node stream: one greenlet at a time, which goes on when the kernel has taken its bytes. */
import type { Writable } from 'node:stream';
import { ConcurrentObjectUseError } from '../base/errors.ts';
import { monotonic } from '../base/native.ts';
import { passOn, pendingInterrupt, rejectedQuietly } from '../core/checkpoint.ts';
import { WaitList } from '../core/wait-list.ts';
import { Waiter } from '../core/waiter.ts';
import { type SocketError, SocketTimeout, systemError, toSocketError } from '../inet/errors.ts';

/** The most that is handed to the stream at once: what an interrupted send may still send afterwards. */
export const SEND_CHUNK = 64 * 1024;

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

  /** Sends `data` from `start` to `end`; parks until the kernel has taken it. */
  send(data: Buffer, start: number, end: number, seconds?: number): Promise<void> {
    if (this.#senders.size > 0 || this.#isSending) return Promise.reject(inUse());
    const reason = pendingInterrupt();
    if (reason !== undefined) return rejectedQuietly(reason);
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    if (this.#isUnwritten || end - start > SEND_CHUNK) return this.#sendInPieces(data, start, end, seconds);
    this.#write(start === 0 && end === data.length ? data : data.subarray(start, end));
    return this.#isUnwritten ? this.#drained(seconds) : DONE;
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
    const deadline = seconds === undefined ? undefined : monotonic() + seconds * 1000;
    const left = (): number | undefined =>
      deadline === undefined ? undefined : Math.max(0, (deadline - monotonic()) / 1000);
    this.#isSending = true;
    try {
      if (this.#isUnwritten) await this.#drained(left());
      for (let from = start; from < end; from += SEND_CHUNK) {
        if (this.#refusal !== undefined) throw this.#refusal;
        this.#write(data.subarray(from, Math.min(end, from + SEND_CHUNK)));
        if (this.#isUnwritten) await this.#drained(left());
        else await passOn(undefined);
      }
    } finally {
      this.#isSending = false;
    }
  }

  #write(chunk: Buffer): void {
    this.#isUnwritten = true;
    this.#stream.write(chunk, this.#onWritten);
    // What the kernel took at once is not waited for: the callback comes later, and finds nobody.
    if (this.#stream.writableLength === 0) this.#isUnwritten = false;
  }

  readonly #onWritten = (error: Error | null | undefined): void => {
    if (error) return this.#onFailed(toSocketError(error, 'send'));
    if (!this.#isUnwritten || this.#stream.writableLength > 0) return;
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

function inUse(): ConcurrentObjectUseError {
  return new ConcurrentObjectUseError('Cannot send: another greenlet sends on this socket already');
}

/** @internal What a wait of a socket gives when its time is up. */
export function raiseTimeout(): never {
  throw new SocketTimeout();
}
