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
import { setImmediate } from '../base/native.ts';
import { interruptible } from '../core/interruptible.ts';
import { Waiter } from '../core/waiter.ts';
import { ClientGoneError } from './fetch-request.ts';
import type { ResponseHead } from './fetch-head.ts';

/** @internal Sends the head with a body that comes bit by bit. Parks until all of it has been written. */
export async function sendStream(
  outgoing: ServerResponse,
  head: ResponseHead,
  stream: ReadableStream<Uint8Array>,
): Promise<void> {
  if (stream.locked) throw new TypeError('Cannot send the Response: somebody else is reading its body');
  await new BodyPump(outgoing, head, stream.getReader()).run();
}

/** @internal Has a stream stop; whether it can is its own affair. */
export function cancelQuietly(stream: { cancel(reason?: unknown): Promise<void> }, reason?: unknown): void {
  stream.cancel(reason).then(ignore, ignore);
}

class BodyPump {
  readonly #outgoing: ServerResponse;
  readonly #head: ResponseHead;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  /** The first chunk, until it is known whether it is the only one. */
  #held: Uint8Array | undefined = undefined;
  #sent = 0;
  #drain: Waiter<void> | undefined = undefined;
  readonly #flush: NodeJS.Immediate;

  constructor(
    outgoing: ServerResponse,
    head: ResponseHead,
    reader: ReadableStreamDefaultReader<Uint8Array>,
  ) {
    this.#outgoing = outgoing;
    this.#head = head;
    this.#reader = reader;
    // A client that waits for the head must not have to wait for the body as well.
    this.#flush = setImmediate(() => this.#begin());
  }

  async run(): Promise<void> {
    const outgoing = this.#outgoing.on('drain', this.#onDrain).on('close', this.#onClose);
    try {
      if (outgoing.destroyed) this.#onClose();
      while (await this.#step());
      if (!outgoing.destroyed) this.#end();
    } catch (error) {
      cancelQuietly(this.#reader, error);
      if (outgoing.headersSent) outgoing.destroy();
      throw error;
    } finally {
      clearImmediate(this.#flush);
      outgoing.off('drain', this.#onDrain).off('close', this.#onClose);
    }
  }

  readonly #onDrain = (): void => {
    if (this.#drain?.isParked === true) this.#drain.switch();
  };

  readonly #onClose = (): void => {
    // What is being read then ends.
    cancelQuietly(this.#reader, new ClientGoneError('The client has gone'));
    this.#onDrain();
  };

  /** Answers false at the end of the body. */
  async #step(): Promise<boolean> {
    const { done, value } = await interruptible(this.#reader.read());
    if (done || this.#outgoing.destroyed) return false;
    const chunk: unknown = value;
    if (!(chunk instanceof Uint8Array))
      throw new TypeError(mismatch('Response(body)', 'a stream of Uint8Array', chunk));
    this.#sent += chunk.length;
    const { length = Infinity } = this.#head;
    if (this.#sent > length)
      throw new RangeError(`Cannot send the Response: its body is longer than its Content-Length of ${length}`);
    if (!this.#outgoing.headersSent && this.#held === undefined) this.#held = chunk;
    else {
      this.#begin();
      if (chunk.length > 0 && !this.#outgoing.write(chunk)) await this.#drained();
    }
    return true;
  }

  /** Sends the head, and the chunk that was held back. */
  #begin(): void {
    const outgoing = this.#outgoing;
    if (outgoing.headersSent || outgoing.destroyed) return;
    this.#head.write(outgoing, this.#head.length);
    if (this.#held === undefined || this.#held.length === 0) outgoing.flushHeaders();
    else outgoing.write(this.#held);
  }

  #end(): void {
    const outgoing = this.#outgoing;
    const { length } = this.#head;
    if (length !== undefined && length !== this.#sent)
      throw new RangeError(
        `Cannot send the Response: its body is of ${this.#sent} bytes, its Content-Length of ${length}`,
      );
    if (outgoing.headersSent) outgoing.end();
    else {
      this.#head.write(outgoing, this.#sent);
      outgoing.end(this.#held);
    }
  }

  #drained(): Promise<void> | undefined {
    if (this.#outgoing.destroyed) return undefined;
    this.#drain = new Waiter<void>();
    return this.#drain.park(undefined, { about: 'the client to take more of a response' });
  }
}

function ignore(): void {
  // It has been told; nobody waits for what it makes of it.
}
