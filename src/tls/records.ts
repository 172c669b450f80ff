/**
 * TLS goes in records: `type (1 byte), version (2), length (2), content`. What arrives is cut behind each of them, so
 * that nothing which comes after the last one is taken for TLS.
 */

const HEADER = 5;

/** @internal Cuts what arrives, piece by piece as it comes, without copying it. */
export class RecordCutter {
  /** Bytes of the header that were seen; the length is known once it is complete. */
  #header = 0;
  #length = 0;
  /** Bytes of the content still to come. */
  #left = 0;

  /** The parts of `chunk`: each ends where a record ends, the last one perhaps before. */
  cut(chunk: Buffer): Buffer[] {
    const parts: Buffer[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length;) {
      if (this.#header < HEADER) {
        this.#length = ((this.#length << 8) | (chunk[at] as number)) & 0xffff;
        at += 1;
        this.#header += 1;
        if (this.#header === HEADER) this.#left = this.#length;
      } else {
        const size = Math.min(this.#left, chunk.length - at);
        at += size;
        this.#left -= size;
      }
      if (this.#header === HEADER && this.#left === 0) {
        parts.push(chunk.subarray(start, at));
        start = at;
        this.#header = 0;
      }
    }
    if (start < chunk.length) parts.push(chunk.subarray(start));
    return parts;
  }
}
