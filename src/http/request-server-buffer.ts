/** The bytes of a request or of a reply, all in memory. */
import { mismatch } from '../base/check.ts';
import { HttpRequestDeleted } from './request-server-errors.ts';
import { checkSize } from './wsgi-input.ts';

const EMPTY: Buffer = Buffer.alloc(0);
const LINE_FEED = 10;

/**
 * Bytes that are read as a file is, and taken out as they are read. Nothing here parks. gevent 0.13: `core.buffer`.
 *
 * @example
 * const buffer = new RequestBuffer(Buffer.from('one\ntwo\n'));
 * for (const line of buffer) console.log(String(line));
 */
export class RequestBuffer implements Iterable<Buffer> {
  #chunks: Buffer[];
  #length: number;
  #isDetached = false;

  /** @param data what it holds to begin with */
  constructor(data: Buffer = EMPTY) {
    this.#chunks = data.length === 0 ? [] : [data];
    this.#length = data.length;
  }

  /** How many bytes it holds. */
  get length(): number {
    return this.#length;
  }

  /** Adds bytes, or a string as UTF-8, at the end. @throws {HttpRequestDeleted} it was detached */
  write(data: string | Uint8Array): void {
    if (typeof data !== 'string' && !(data instanceof Uint8Array)) {
      throw new TypeError(mismatch('write(data)', 'a string or bytes', data));
    }
    if (this.#isDetached) throw new HttpRequestDeleted('Cannot write: the request was detached');
    const bytes = Buffer.from(data);
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }

  /** Takes the first `size` bytes, or what there is if that is less; everything, without a size or with a negative one. */
  read(size?: number): Buffer {
    return this.#take(Math.min(checkSize(size, 'read(size)'), this.#length));
  }

  /** Takes the next line, with its line feed; empty when nothing is left. */
  readLine(size?: number): Buffer {
    const limit = checkSize(size, 'readLine(size)');
    const end = this.#whole().indexOf(LINE_FEED) + 1 || this.#length;
    return this.#take(Math.min(limit, end));
  }

  /** Takes the lines that are left; with a hint, those up to the one that makes it that many bytes. */
  readLines(hint?: number): Buffer[] {
    const limit = checkSize(hint, 'readLines(hint)') || Infinity;
    const lines: Buffer[] = [];
    let bytes = 0;
    for (const line of this) {
      lines.push(line);
      bytes += line.length;
      if (bytes >= limit) break;
    }
    return lines;
  }

  /** Takes the lines that are left, one by one. */
  *[Symbol.iterator](): Generator<Buffer, void> {
    while (this.#length > 0) yield this.readLine();
  }

  /** Lets go of the bytes; nothing more is read from it, or written to it. */
  detach(): void {
    this.#chunks = [];
    this.#length = 0;
    this.#isDetached = true;
  }

  toString(): string {
    return `<RequestBuffer ${this.#length} bytes>`;
  }

  #whole(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? EMPTY;
  }

  #take(count: number): Buffer {
    const all = this.#whole();
    this.#chunks = count === all.length ? [] : [all.subarray(count)];
    this.#length -= count;
    return all.subarray(0, count);
  }
}
