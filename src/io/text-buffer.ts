/** Text that arrived and was not read yet, decoded, with its line ends as the reader wants them. */
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

/** @internal */
export class TextBuffer implements ReadAhead<string> {
  readonly #decoder: StringDecoder;
  readonly #translates: boolean;
  #text = '';
  /** A carriage return at the end of what came: what follows tells whether it is half of a line end. */
  #hasReturn = false;

  /** @param translates `\r\n` and `\r` become `\n` */
  constructor(encoding: BufferEncoding, translates: boolean) {
    this.#decoder = new StringDecoder(encoding);
    this.#translates = translates;
  }

  get length(): number {
    return this.#text.length;
  }

  push(data: Buffer): void {
    this.#append(this.#decoder.write(data), false);
  }

  end(): void {
    this.#append(this.#decoder.end(), true);
  }

  take(max: number): string {
    const taken = this.#text.slice(0, max);
    this.#text = this.#text.slice(taken.length);
    return taken;
  }

  lineEnd(from: number): number {
    return this.#text.indexOf('\n', from) + 1 || -1;
  }

  #append(decoded: string, isLast: boolean): void {
    if (!this.#translates) {
      this.#text += decoded;
      return;
    }
    let text = this.#hasReturn ? `\r${decoded}` : decoded;
    this.#hasReturn = !isLast && text.endsWith('\r');
    if (this.#hasReturn) text = text.slice(0, -1);
    this.#text += text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  }
}
