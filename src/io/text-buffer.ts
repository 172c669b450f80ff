/** Text that arrived and was not read yet: decoded, in pieces as it came, with its line ends as the reader wants them. */
import { StringDecoder } from 'node:string_decoder';

/** What a file keeps what it has read ahead in: bytes or text. */
export interface ReadAhead<T> {
  readonly length: number;
  push(data: Buffer): void;
  /** Nothing more will be pushed. */
  end(): void;
  take(max: number): T;
  /** How far the first line reaches, its end included; -1 when there is no end yet. Looks from `from` on. */
  lineEnd(from: number): number;
}

/** What ends a line of text that is read. Left out: all of them, which are read as `\n`; `''`: all, read as they are. */
export type Newline = '' | '\n' | '\r' | '\r\n';

/** @internal */
export class TextBuffer implements ReadAhead<string> {
  readonly #decoder: StringDecoder;
  readonly #newline: Newline | undefined;
  #parts: string[] = [];
  #length = 0;
  /** A carriage return at the end of what came: what follows tells whether it is half of a line end. */
  #hasReturn = false;

  constructor(encoding: BufferEncoding, newline?: Newline) {
    this.#decoder = new StringDecoder(encoding);
    this.#newline = newline;
  }

  get length(): number {
    return this.#length;
  }

  push(data: Buffer): void {
    this.#append(this.#decoder.write(data), false);
  }

  end(): void {
    this.#append(this.#decoder.end(), true);
  }

  take(max: number): string {
    let [all = ''] = this.#parts;
    if (this.#parts.length > 1 && all.length < max) all = this.#parts.join('');
    else if (this.#parts.length > 1) return this.#takeFirst(all, max);
    const taken = all.slice(0, max);
    const rest = all.slice(taken.length);
    this.#parts = rest === '' ? [] : [rest];
    this.#length = rest.length;
    return taken;
  }

  #takeFirst(first: string, max: number): string {
    if (first.length === max) this.#parts.shift();
    else this.#parts[0] = first.slice(max);
    this.#length -= max;
    return first.slice(0, max);
  }

  lineEnd(from: number): number {
    let start = 0;
    for (const part of this.#parts) {
      const found = start + part.length > from ? this.#endIn(part, Math.max(0, from - start)) : -1;
      if (found !== -1) return start + found;
      start += part.length;
    }
    return -1;
  }

  /** A line end is never in two parts: a carriage return waits for what follows it. */
  #endIn(part: string, from: number): number {
    if (this.#newline === '') {
      const found = /\r\n|\r|\n/.exec(from === 0 ? part : part.slice(from));
      return found === null ? -1 : from + found.index + found[0].length;
    }
    const mark = this.#newline ?? '\n';
    const found = part.indexOf(mark, from);
    return found === -1 ? -1 : found + mark.length;
  }

  #append(decoded: string, isLast: boolean): void {
    let text = this.#hasReturn ? `\r${decoded}` : decoded;
    this.#hasReturn = !isLast && this.#newline !== '\n' && this.#newline !== '\r' && text.endsWith('\r');
    if (this.#hasReturn) text = text.slice(0, -1);
    if (this.#newline === undefined && text.includes('\r')) text = text.replace(/\r\n?/g, '\n');
    if (text === '') return;
    this.#parts.push(text);
    this.#length += text.length;
  }
}
