/** Bytes that arrived and wait to be received: chunks, as they came. */
import type { ReadAhead } from './text-buffer.ts';

/** Chunks are put together when there are more: a peer that sends byte by byte costs no more than its bytes. */
const MAX_CHUNKS = 64;
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
    if (this.#chunks.length > MAX_CHUNKS) this.#chunks = [Buffer.concat(this.#chunks)];
  }

  /** Takes up to `max` bytes out. What arrived in one piece and fits is not copied. */
  take(max: number): Buffer {
    const chunks = this.#chunks;
    if (chunks.length === 0) return EMPTY;
    const all = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    chunks.length = 0;
    this.#length = 0;
    if (all.length <= max) return all;
    this.putBack(all.subarray(max));
    return all.subarray(0, max);
  }

  /** Puts bytes back at the front. */
  putBack(data: Buffer): void {
    if (data.length === 0) return;
    this.#chunks.unshift(data);
    this.#length += data.length;
  }

  /** How far the first line reaches, its `\n` included; -1 when there is none yet. Looks from `from` on. */
  lineEnd(from: number): number {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    const [all] = this.#chunks;
    return all === undefined ? -1 : all.indexOf(NEWLINE, from) + 1 || -1;
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
