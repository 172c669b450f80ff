/**
 * Bytes that arrived and wait to be received: chunks, as they came.
 *
 *   chunks: [ ab ][ cdefgh ][ i ]      take(4) ──► abcd, one copy;  take(2) ──► ab, no copy
 */
import type { ReadAhead } from './text-buffer.ts';

/** When there are more chunks, and they are small on average, they are put together. */
const MAX_CHUNKS = 64;
const SMALL = 1024;
const NEWLINE = 10;

export const EMPTY: Buffer = Buffer.alloc(0);

/** @internal */
export class ByteBuffer implements ReadAhead<Buffer> {
  #chunks: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    // A peer that sends byte by byte costs no more than its bytes.
    if (this.#chunks.length > MAX_CHUNKS && this.#length < this.#chunks.length * SMALL)
      this.#chunks = [Buffer.concat(this.#chunks)];
  }

  /** Takes up to `max` bytes out. What arrived in one piece and fits is not copied. */
  take(max: number): Buffer {
    const [first] = this.#chunks;
    if (first === undefined || max === 0) return EMPTY;
    if (first.length > max) {
      this.#chunks[0] = first.subarray(max);
      this.#length -= max;
      return first.subarray(0, max);
    }
    if (this.#chunks.length === 1 || first.length === max) {
      this.#chunks.shift();
      this.#length -= first.length;
      return first;
    }
    return this.#gather(Math.min(max, this.#length));
  }

  /** Takes `size` bytes, which are in several chunks, into one. */
  #gather(size: number): Buffer {
    let end = 0;
    let missing = size;
    for (; missing > 0; end += 1) missing -= (this.#chunks[end] as Buffer).length;
    const taken = Buffer.concat(this.#chunks.slice(0, end), size);
    const last = this.#chunks[end - 1] as Buffer;
    this.#chunks = this.#chunks.slice(end);
    if (missing < 0) this.#chunks.unshift(last.subarray(missing));
    this.#length -= size;
    return taken;
  }

  /** Puts bytes back at the front. */
  putBack(data: Buffer): void {
    if (data.length === 0) return;
    this.#chunks.unshift(data);
    this.#length += data.length;
  }

  /** How far the first line reaches, its `\n` included; -1 when there is none yet. Looks from `from` on. */
  lineEnd(from: number): number {
    let start = 0;
    for (const chunk of this.#chunks) {
      const found = start + chunk.length > from ? chunk.indexOf(NEWLINE, Math.max(0, from - start)) : -1;
      if (found !== -1) return start + found + 1;
      start += chunk.length;
    }
    return -1;
  }

  /** Nothing more will be pushed. */
  end(): void {
    // Bytes are whole as they are; text may have a character to finish.
  }

  clear(): void {
    this.#chunks.length = 0;
    this.#length = 0;
  }
}
