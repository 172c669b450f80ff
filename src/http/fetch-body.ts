/**
 * The body of a request: read from the wire when somebody asks for it, and not before.
 *
 *   takeBody()     all of it, if it is there: a short one has mostly come with the headers
 *   collectBody()  all of it; parks until it has come
 *   bodyStream()   bit by bit: each pull takes what has come, or parks until something comes
 *
 * The waits are those of the greenlet that reads: a kill or a timeout ends them, and leaves no listener behind.
 */
import type { IncomingMessage } from 'node:http';
import { Waiter } from '../core/waiter.ts';
import { SocketError } from '../inet/errors.ts';
import { realFetch } from './fetch-real.ts';

const ABOUT = 'the body of a request';

/** @internal The whole body, when all of it has come already. */
export function takeBody(incoming: IncomingMessage): Buffer | undefined {
  if (incoming.readableFlowing !== null || incoming.destroyed) return undefined;
  const length = incoming.headers['content-length'];
  const isThere = length === undefined ? incoming.complete : incoming.readableLength === Number(length);
  return isThere ? ((incoming.read() as Buffer | null) ?? Buffer.alloc(0)) : undefined;
}

/** @internal The whole body. Parks until it has come. */
export function collectBody(incoming: IncomingMessage): Promise<Buffer> {
  return new Collector(incoming).collect();
}

/** Listens to a body for as long as somebody waits for it. */
abstract class BodyListener<T> {
  protected readonly incoming: IncomingMessage;
  protected waiter: Waiter<T> | undefined = undefined;
  /** Bytes that came, for the message. */
  protected received = 0;
  #isListening = false;
  readonly #onData = (chunk: Buffer): void => {
    this.received += chunk.length;
    this.take(chunk);
  };
  readonly #onEnd = (): void => this.finish(() => this.waiter?.switch(this.atEnd()));
  readonly #onError = (error: Error): void => this.finish(() => this.waiter?.throw(this.#describe(error)));
  readonly #onClose = (): void => this.#onError(this.incoming.errored ?? new Error('aborted'));

  constructor(incoming: IncomingMessage) {
    this.incoming = incoming;
  }

  /** A piece has come. */
  protected abstract take(chunk: Buffer): void;
  /** What the wait gives when there is no more. */
  protected abstract atEnd(): T;

  protected listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    const { incoming } = this;
    incoming.on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onClose);
    incoming.on('data', this.#onData);
  }

  protected stopListening(): void {
    if (!this.#isListening) return;
    this.#isListening = false;
    const { incoming } = this;
    incoming.off('data', this.#onData).off('end', this.#onEnd);
    incoming.off('error', this.#onError).off('close', this.#onClose);
  }

  protected finish(tell: () => void): void {
    this.stopListening();
    if (this.waiter?.isParked === true) tell();
  }

  /** Why nothing more will come, when that is so already. */
  protected failure(): Error | undefined {
    const { incoming } = this;
    if (incoming.errored !== null) return this.#describe(incoming.errored);
    return incoming.destroyed && !incoming.readableEnded ? this.#describe(new Error('aborted')) : undefined;
  }

  /** What breaks a body off is mostly the end of the connection; what the server itself has to say stays as it is. */
  #describe(error: NodeJS.ErrnoException): Error {
    if (error.code !== undefined && error.code !== 'ECONNRESET') return error;
    const { received } = this;
    const length = this.incoming.headers['content-length'];
    const of = length === undefined ? '' : ` of ${length}`;
    return new SocketError(
      `Cannot read the body of the request: the client has gone after ${received}${of} bytes`,
      {
        code: 'ECONNRESET',
        syscall: 'read',
        cause: error,
      },
    );
  }
}

class Collector extends BodyListener<Buffer> {
  readonly #chunks: Buffer[] = [];

  collect(): Promise<Buffer> {
    const failure = this.failure();
    if (failure !== undefined) return Promise.reject(failure);
    if (this.incoming.readableEnded) return Promise.resolve(this.atEnd());
    this.listen();
    this.waiter = new Waiter<Buffer>();
    return this.waiter.park(undefined, { about: ABOUT, abandon: () => this.#abandon() });
  }

  protected take(chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  protected atEnd(): Buffer {
    return this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
  }

  #abandon(): void {
    this.stopListening();
    this.incoming.pause();
  }
}

/** @internal The body as a stream of bytes. It reads nothing ahead. */
export function bodyStream(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const source = new BodySource(incoming);
  return new (realFetch().ReadableStream)(
    {
      type: 'bytes',
      pull: (controller) => source.pull(controller),
      cancel: () => source.cancel(),
    },
    { highWaterMark: 0 },
  );
}

type Piece = Buffer | undefined;

class BodySource extends BodyListener<Piece> {
  async pull(controller: ReadableByteStreamController): Promise<void> {
    const chunk = await this.#next();
    if (chunk === undefined) {
      controller.close();
      controller.byobRequest?.respond(0);
    } else {
      // The stream takes the memory over, and other things are in it too.
      controller.enqueue(new Uint8Array(chunk));
    }
  }

  cancel(): void {
    this.stopListening();
    this.incoming.pause();
  }

  #next(): Promise<Piece> {
    const failure = this.failure();
    if (failure !== undefined) return Promise.reject(failure);
    if (this.incoming.readableEnded) return Promise.resolve(undefined);
    this.listen();
    this.incoming.resume();
    this.waiter = new Waiter<Piece>();
    return this.waiter.park(undefined, { about: ABOUT, abandon: () => this.cancel() });
  }

  protected take(chunk: Buffer): void {
    this.incoming.pause();
    this.waiter?.switch(chunk);
  }

  protected atEnd(): Piece {
    return undefined;
  }
}
