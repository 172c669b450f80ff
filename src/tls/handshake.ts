/**
 * One handshake, from its first byte until the stream can be used or is gone. It goes on by itself; greenlets wait for
 * its end, and whoever began it may break it off.
 */
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { passOn } from '../core/checkpoint.ts';
import { WaitList } from '../core/wait-list.ts';
import { NOT_YET } from '../core/wait-options.ts';
import { Waiter } from '../core/waiter.ts';
import { SocketTimeout, type SocketError } from '../inet/errors.ts';
import { SSLWantReadError } from './errors.ts';
import { endedEarly, toTLSError, verificationError } from './node-errors.ts';
import {
  type SecureOptions,
  eventsOf,
  isEndedByPeer,
  refusalOf,
  releaseControl,
  secureStream,
} from './node-stream.ts';
import { Wire } from './wire.ts';

/** @internal What comes out of it. */
export interface Secured {
  readonly stream: TLSSocket;
  /** The stream that TLS is spoken over. */
  readonly plain: Duplex;
  /** What is between the two; nothing, where Node reads the plain stream's handle itself. */
  readonly wire: Wire | undefined;
}

/** @internal */
export class Handshake {
  readonly #secured: Secured;
  readonly #options: SecureOptions;
  readonly #onEnd: (error: SocketError | undefined, secured: Secured) => void;
  readonly #waiters: WaitList;
  #isOver = false;
  #error: SocketError | undefined = undefined;

  /**
   * @param isDirect Node reads the plain stream's handle: faster, and for good
   * @param onEnd called at the end: with the error if it failed, and everything is closed; else it takes the stream over
   */
  constructor(
    plain: Duplex,
    options: SecureOptions,
    isDirect: boolean,
    owner: { toString(): string },
    onEnd: (error: SocketError | undefined, secured: Secured) => void,
  ) {
    this.#options = options;
    this.#onEnd = onEnd;
    this.#waiters = new WaitList('the TLS handshake', owner);
    const wire = isDirect ? undefined : new Wire(plain);
    const stream = begin(wire ?? plain, options, plain);
    wire?.stopWhen(() => isEndedByPeer(stream));
    this.#secured = { stream, plain, wire };
    const events = eventsOf(options.isServer);
    // What was destroyed may report an error even later.
    stream.on('error', ignore);
    stream.once(events.done, this.#onSecure).once('end', this.#onEarlyEnd).once('close', this.#onEarlyEnd);
    for (const event of events.failed) stream.on(event, this.#onFailure);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Parks until it is over. With `seconds` 0 it does not park, and may be called again. */
  wait(seconds: number | undefined): Promise<void> {
    if (this.#isOver) return this.#error === undefined ? passOn(undefined) : Promise.reject(this.#error);
    if (seconds === 0) return Promise.reject(new SSLWantReadError());
    const collect = (): void | typeof NOT_YET => {
      if (this.#error !== undefined) throw this.#error;
      return this.#isOver ? undefined : NOT_YET;
    };
    return new Waiter<void>().park(this.#waiters, { collect, seconds, late: raiseLate });
  }

  /** Breaks it off, and closes everything. Nothing happens when it is over. */
  abort(error: SocketError): void {
    this.#finish(error);
  }

  readonly #onSecure = (): void => {
    const { stream } = this.#secured;
    const refusal = refusalOf(stream, this.#options);
    if (refusal !== undefined && this.#options.isVerified) return this.#finish(verificationError(refusal));
    this.#finish(undefined);
  };

  readonly #onFailure = (error: unknown): void => {
    // Where the connection ends during the handshake, Node makes a reset of it.
    const isEarlyEnd =
      error instanceof Error && 'code' in error && error.code === 'ECONNRESET' && !('errno' in error);
    this.#finish(isEarlyEnd ? endedEarly(error) : toTLSError(error, 'do the TLS handshake'));
  };

  readonly #onEarlyEnd = (): void => {
    this.#finish(endedEarly());
  };

  #finish(error: SocketError | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#error = error;
    const { stream, plain } = this.#secured;
    const events = eventsOf(this.#options.isServer);
    stream.off(events.done, this.#onSecure).off('end', this.#onEarlyEnd).off('close', this.#onEarlyEnd);
    for (const event of events.failed) stream.off(event, this.#onFailure);
    if (error === undefined) {
      releaseControl(stream);
      stream.pause();
    } else {
      stream.destroy();
      plain.destroy();
    }
    this.#onEnd(error, this.#secured);
    if (error === undefined) stream.off('error', ignore);
    for (const waiter of [...this.#waiters]) (waiter as Waiter<void>).switch();
  }
}

function begin(stream: Duplex, options: SecureOptions, plain: Duplex): TLSSocket {
  try {
    return secureStream(stream, options);
  } catch (error) {
    stream.destroy();
    plain.destroy();
    throw toTLSError(error, 'begin the TLS handshake');
  }
}

function raiseLate(): never {
  throw new SocketTimeout('The handshake operation timed out');
}

function ignore(): void {
  // Whoever waits for the handshake has been told, or will be.
}
