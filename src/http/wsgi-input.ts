/**
 * The body of a request, pulled: nothing is read from the connection before somebody asks, and no more than Node's own
 * buffer holds while nobody does. Node's parser knows where the body ends, by its length or by its last chunk.
 */
import type { IncomingMessage } from 'node:http';
import { mismatch } from '../base/check.ts';
import { ConcurrentObjectUseError } from '../base/errors.ts';
import { pendingInterrupt } from '../core/checkpoint.ts';
import { Waiter } from '../core/waiter.ts';
import { SocketError } from '../inet/errors.ts';

const EMPTY: Buffer = Buffer.alloc(0);
const LINE_FEED = 10;
const EVENTS = ['readable', 'end', 'error', 'close'] as const;

/** How many bytes of `chunk` belong to what is being read; undefined when all do, and more are wanted. */
type Cut = (chunk: Buffer, before: number) => number | undefined;

/**
 * The body of a request, read as a file; iterating it gives its lines. Each call parks until it has what it was asked
 * for, or the body has ended. A kill or a timeout loses nothing: what had arrived is there for the next call. gevent:
 * `pywsgi.Input`, `environ['wsgi.input']`.
 *
 * @example
 * const { name } = JSON.parse(String(await environ['wsgi.input'].read()));
 * @example
 * for await (const line of environ['wsgi.input']) console.log(String(line));
 */
export class Input implements AsyncIterable<Buffer> {
  readonly #request: IncomingMessage;
  /** What was taken from the request, and not given out yet. */
  #rest = EMPTY;
  #received = 0;
  #isInUse = false;

  /** @param request whose body it is */
  constructor(request: IncomingMessage) {
    this.#request = request;
  }

  /**
   * The next `size` bytes, less only at the end of the body; without a size, or with a negative one, all that is left.
   *
   * @throws {SocketError} the client went away in the middle
   * @throws {ConcurrentObjectUseError} another greenlet reads it
   */
  read(size?: number): Promise<Buffer> {
    const limit = checkSize(size, 'read(size)');
    return this.#take((chunk, before) => (before + chunk.length < limit ? undefined : limit - before), limit);
  }

  /**
   * The next line with its line feed; empty at the end of the body.
   *
   * @param size how many bytes of the line at most
   * @throws as {@link read} does
   */
  readLine(size?: number): Promise<Buffer> {
    const limit = checkSize(size, 'readLine(size)');
    return this.#take((chunk, before) => cutLine(chunk, limit - before), limit);
  }

  /**
   * The lines that are left, each with its line feed.
   *
   * @param hint ends with the line that makes it this many bytes
   * @throws as {@link read} does
   */
  readLines(hint?: number): Promise<Buffer[]> {
    return this.#readLines(checkSize(hint, 'readLines(hint)') || Infinity);
  }

  /** The lines that are left. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void> {
    for (;;) {
      const line = await this.readLine();
      if (line.length === 0) return;
      yield line;
    }
  }

  toString(): string {
    return `<Input ${this.#received} bytes received>`;
  }

  async #readLines(hint: number): Promise<Buffer[]> {
    const lines: Buffer[] = [];
    for (let bytes = 0; bytes < hint;) {
      const line = await this.readLine();
      if (line.length === 0) break;
      lines.push(line);
      bytes += line.length;
    }
    return lines;
  }

  async #take(cut: Cut, limit: number): Promise<Buffer> {
    const reason = pendingInterrupt();
    if (reason !== undefined) throw reason;
    if (this.#isInUse) {
      throw new ConcurrentObjectUseError('Cannot read the body: another greenlet is reading it');
    }
    if (limit === 0) return EMPTY;
    this.#isInUse = true;
    const pieces: Buffer[] = [];
    let taken = 0;
    try {
      for (;;) {
        const chunk = this.#rest.length > 0 ? this.#rest : await this.#next();
        this.#rest = EMPTY;
        if (chunk === undefined) break;
        const end = cut(chunk, taken);
        pieces.push(end === undefined ? chunk : chunk.subarray(0, end));
        taken += chunk.length;
        if (end === undefined) continue;
        this.#rest = chunk.subarray(end);
        break;
      }
      return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
    } catch (error) {
      this.#rest = Buffer.concat(pieces);
      throw error;
    } finally {
      this.#isInUse = false;
    }
  }

  /** What arrived; parks until something has. Undefined at the end of the body. */
  async #next(): Promise<Buffer | undefined> {
    const request = this.#request;
    for (;;) {
      const chunk = request.read() as Buffer | null;
      if (chunk !== null) {
        this.#received += chunk.length;
        return chunk;
      }
      if (request.complete || request.readableEnded) return undefined;
      if (request.destroyed) throw this.#lost();
      await this.#change();
    }
  }

  /** Parks until there is more, or an end. */
  #change(): Promise<void> {
    const waiter = new Waiter<void>();
    const request = this.#request;
    const wake = (): void => {
      stop();
      waiter.switch();
    };
    // They must not stay: what nobody waits for any more is thrown away when the response is out.
    const stop = (): void => {
      for (const event of EVENTS) request.off(event, wake);
    };
    for (const event of EVENTS) request.on(event, wake);
    return waiter.park(undefined, { about: 'the body of a request', abandon: stop });
  }

  #lost(): Error {
    const { errored, headers } = this.#request as IncomingMessage & { readonly errored?: Error | null };
    if (errored && (errored as { code?: unknown }).code !== 'ECONNRESET') return errored;
    const length = headers['content-length'];
    const whole = length === undefined ? '' : ` of ${length}`;
    return new SocketError(
      `Cannot read the body: the client went away after ${this.#received}${whole} bytes (ECONNRESET)`,
      { code: 'ECONNRESET', syscall: 'read', ...(errored ? { cause: errored } : {}) },
    );
  }
}

/** The end of the line that `chunk` begins or goes on with, at most `limit`. */
function cutLine(chunk: Buffer, limit: number): number | undefined {
  const feed = chunk.indexOf(LINE_FEED);
  const end = feed === -1 ? undefined : feed + 1;
  if (end !== undefined && end <= limit) return end;
  return chunk.length < limit ? undefined : limit;
}

/** @internal A size in bytes; Infinity when it is left out, or negative. */
export function checkSize(size: unknown, name: string): number {
  if (size === undefined) return Infinity;
  if (typeof size !== 'number') throw new TypeError(mismatch(name, 'a number of bytes', size));
  if (!Number.isInteger(size)) throw new RangeError(mismatch(name, 'a number of bytes', size));
  return size < 0 ? Infinity : size;
}
