/**
 * Sends a body that comes bit by bit, as fast as the client takes it.
 *
 *   read ──first──► held ──the end──► one write, with its length
 *                     │ a second one, or none in this turn of the loop
 *                     ▼
 *                    head, then each as it comes; parks while the client has enough to take
 *
 * Whatever ends it early cancels the stream. Once the head is out, the connection is cut as well: half an answer must
 * not look like a whole one.
 */
import type { ServerResponse } from 'node:http';
import { mismatch } from '../base/check.ts';
import { NativePromise, setImmediate } from '../base/native.ts';
import { Waiter } from '../core/waiter.ts';
import { ClientGoneError } from './fetch-request.ts';
import type { ResponseHead } from './fetch-head.ts';

/** @internal Sends the head with a body that comes bit by bit. Parks until all of it has been written. */
export function sendStream(
  outgoing: ServerResponse,
  head: ResponseHead,
  stream: ReadableStream<Uint8Array>,
): Promise<void> {
  if (stream.locked) throw new TypeError('Cannot send the Response: somebody else is reading its body');
  return new BodyPump(outgoing, head, stream.getReader()).run();
}

/** @internal Has a stream stop; whether it can is its own affair. */
export function cancelQuietly(stream: { cancel(reason?: unknown): Promise<void> }, reason?: unknown): void {
  stream.cancel(reason).then(ignore, ignore);
}

/** Driven by what happens to stream and client; the greenlet is parked meanwhile, once. */
class BodyPump {
  readonly #outgoing: ServerResponse;
  readonly #head: ResponseHead;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #done = new Waiter<void>();
  /** The first chunk, until it is known whether it is the only one. */
  #held: Uint8Array | undefined = undefined;
  #sent = 0;
  #isOver = false;
  /** Goes on reading, in the context of the greenlet and not of the event that it is due to. */
  #goOn: (() => void) | undefined = undefined;

  constructor(outgoing: ServerResponse, head: ResponseHead, reader: ReadableStreamDefaultReader<Uint8Array>) {
    this.#outgoing = outgoing;
    this.#head = head;
    this.#reader = reader;
  }

  async run(): Promise<void> {
    const outgoing = this.#outgoing;
    if (outgoing.destroyed) return this.#onClose();
    outgoing.on('drain', this.#onDrain).on('close', this.#onClose);
    // A client that waits for the head must not have to wait for the body as well.
    setImmediate(this.#begin);
    this.#read();
    try {
      await this.#done.park(undefined, { about: 'the end of the body of a response' });
    } catch (error) {
      cancelQuietly(this.#reader, error);
      if (outgoing.headersSent) outgoing.destroy();
      throw error;
    } finally {
      this.#isOver = true;
      outgoing.off('drain', this.#onDrain).off('close', this.#onClose);
    }
  }

  readonly #read = (): void => {
    if (!this.#isOver) this.#reader.read().then(this.#onRead, this.#onError);
  };

  readonly #onRead = ({ done, value }: { done: boolean; value?: Uint8Array | undefined }): void => {
    if (this.#isOver) return;
    try {
      if (done) this.#end();
      else if (this.#take(value)) this.#read();
      else void new NativePromise<void>((resolve) => (this.#goOn = resolve)).then(this.#read);
    } catch (error) {
      this.#onError(error);
    }
  };

  readonly #onError = (error: unknown): void => {
    if (!this.#isOver) this.#done.throw(error);
  };

  readonly #onDrain = (): void => this.#goOn?.();

  readonly #onClose = (): void => {
    if (this.#isOver) return;
    cancelQuietly(this.#reader, new ClientGoneError('The client has gone'));
    this.#done.switch();
  };

  /** Answers false when the client has enough to take. */
  #take(chunk: unknown): boolean {
    const outgoing = this.#outgoing;
    if (!(chunk instanceof Uint8Array))
      throw new TypeError(mismatch('Response(body)', 'a stream of Uint8Array', chunk));
    this.#sent += chunk.length;
    if (!outgoing.headersSent && this.#held === undefined) {
      this.#held = chunk;
      return true;
    }
    this.#begin();
    this.#checkLength(this.#sent > (this.#head.length ?? Infinity));
    return chunk.length === 0 || outgoing.write(chunk);
  }

  /** Sends the head, and the chunk that was held back. */
  readonly #begin = (): void => {
    const outgoing = this.#outgoing;
    if (this.#isOver || outgoing.headersSent || outgoing.destroyed) return;
    const { length } = this.#head;
    // Until it is out, what there is counts, and not what was said of it.
    if (length !== undefined && this.#sent > length) this.#head.length = undefined;
    this.#head.write(outgoing, this.#head.length);
    if (this.#held === undefined || this.#held.length === 0) outgoing.flushHeaders();
    else outgoing.write(this.#held);
  };

  #end(): void {
    const outgoing = this.#outgoing;
    if (outgoing.headersSent) {
      this.#checkLength(this.#sent !== (this.#head.length ?? this.#sent));
      outgoing.end();
    } else {
      this.#head.write(outgoing, this.#sent);
      outgoing.end(this.#held);
    }
    this.#isOver = true;
    this.#done.switch();
  }

  #checkLength(isWrong: boolean): void {
    if (!isWrong) return;
    const { length } = this.#head;
    throw new RangeError(
      `Cannot send the Response: its Content-Length is ${length}, and its body has ${this.#sent} bytes or more`,
    );
  }
}

function ignore(): void {
  // It has been told; nobody waits for what it makes of it.
}
