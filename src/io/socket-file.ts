/**
 * A file over a connected socket: reading by bytes, by line or to the end, and buffered writing.
 *
 *   socket ──recv──► [ ahead: read and not yet asked for ] ──► read, readLine, for await
 *   write ──► [ pending: up to `buffering` bytes ] ──flush──► send, piece by piece
 *
 * An interruption loses nothing: what was read stays ahead, what was not sent stays pending.
 */
import { checkInteger, checkIterable, checkOptions, mismatch } from '../base/check.ts';
import { ByteBuffer, EMPTY } from './byte-buffer.ts';
import { Semaphore } from '../sync/semaphore.ts';
import { type SendableData, toBuffer } from './bytes.ts';
import { type Newline, type ReadAhead, TextBuffer } from './text-buffer.ts';

/** Reading, writing, or both; with `b` in bytes, else in text. */
export type FileMode = 'r' | 'w' | 'rw' | 'rb' | 'wb' | 'rwb';

/** What `makeFile` takes. */
export interface SocketFileOptions {
  /** How text is read and written. Default: `'utf8'`. Not for binary modes. */
  readonly encoding?: BufferEncoding | undefined;
  /** Bytes that are collected before they are sent; 0 sends each write at once. Default: 8192. */
  readonly buffering?: number | undefined;
  /**
   * What ends a line of text. Default: `\n`, `\r` and `\r\n`, all of which are read as `\n`. `''`: the same, read as
   * they are. One of the three: that one alone, as it is; `\n` is written as it. Not for binary modes.
   */
  readonly newline?: Newline | undefined;
}

/** The socket, as far as a file needs it. */
interface Connection {
  recv(size: number): Promise<Buffer>;
  send(data: Uint8Array): Promise<number>;
  close(): void;
}

const READ_SIZE = 64 * 1024;
const NEWLINES: readonly unknown[] = [undefined, '', '\n', '\r', '\r\n'];
const MODES: readonly string[] = ['r', 'w', 'rw', 'wr', 'rb', 'br', 'wb', 'bw', 'rwb', 'rbw', 'wrb'];

/**
 * A file over a socket, made by `socket.makeFile()`. Lines end with `\n`, which is part of them, as in Python. What
 * is read gives strings in text modes and Buffers in binary ones. Python: `socket.makefile`, `SocketIO`.
 */
export class SocketFile<T extends string | Buffer = string> implements AsyncIterable<T> {
  readonly mode: string;
  readonly #socket: Connection;
  readonly #encoding: BufferEncoding | undefined;
  /** What `\n` is written as. */
  readonly #lineEnd: string;
  readonly #ahead: ReadAhead<T>;
  #isAtEnd = false;
  readonly #buffering: number;
  #pending: Buffer[] = [];
  #pendingSize = 0;
  /** One flush at a time; another one sends what it left. */
  readonly #flushing = new Semaphore(1);
  #isClosed = false;

  /**
   * @internal
   * @param open makes a duplicate of the socket, which is the file's own
   */
  constructor(open: () => Connection, mode: string, options: SocketFileOptions) {
    if (!MODES.includes(mode))
      throw new TypeError(mismatch('makeFile(mode)', "'r', 'w' or 'rw', with or without 'b'", mode));
    checkOptions(options, 'makeFile(options)');
    const { encoding, buffering = 8192, newline } = options;
    checkInteger(buffering, 'makeFile({ buffering })', 0);
    const isBinary = mode.includes('b');
    if (encoding !== undefined && (isBinary || !Buffer.isEncoding(encoding))) {
      throw new TypeError(
        mismatch(
          'makeFile({ encoding })',
          isBinary ? 'none, as the mode is binary' : 'the name of an encoding',
          encoding,
        ),
      );
    }
    if (!NEWLINES.includes(newline) || (isBinary && newline !== undefined)) {
      throw new TypeError(
        mismatch(
          'makeFile({ newline })',
          isBinary ? 'none, as the mode is binary' : String.raw`'', '\n', '\r' or '\r\n'`,
          newline,
        ),
      );
    }
    this.mode = mode;
    this.#encoding = isBinary ? undefined : (encoding ?? 'utf8');
    const ahead = this.#encoding === undefined ? new ByteBuffer() : new TextBuffer(this.#encoding, newline);
    this.#ahead = ahead as unknown as ReadAhead<T>;
    this.#lineEnd = newline === '\r' || newline === '\r\n' ? newline : '\n';
    this.#buffering = buffering;
    this.#socket = open();
  }

  get closed(): boolean {
    return this.#isClosed;
  }

  /** True when the mode says so. */
  readable(): boolean {
    return this.mode.includes('r');
  }

  writable(): boolean {
    return this.mode.includes('w');
  }

  /**
   * `size` bytes, or characters (UTF-16 units) in text modes, fewer only at the end; without `size`, all until the end. Parks until
   * they are there. Interrupted, it has taken nothing.
   */
  read(size?: number): Promise<T> {
    if (size !== undefined) checkInteger(size, 'read(size)', 0);
    return this.#read(size);
  }

  async #read(size: number | undefined): Promise<T> {
    this.#check('read');
    while (!this.#isAtEnd && (size === undefined || this.#ahead.length < size)) await this.#fetch();
    return this.#ahead.take(size ?? Infinity);
  }

  /** The next line with its `\n`, at most `limit` bytes or characters of it; empty at the end. Parks until it is there. */
  readLine(limit?: number): Promise<T> {
    if (limit !== undefined) checkInteger(limit, 'readLine(limit)', 0);
    return this.#readLine(limit ?? Infinity);
  }

  async #readLine(most: number): Promise<T> {
    this.#check('read');
    let searched = 0;
    for (;;) {
      const end = this.#ahead.lineEnd(searched);
      if (end !== -1) return this.#ahead.take(Math.min(end, most));
      if (this.#isAtEnd || this.#ahead.length >= most) return this.#ahead.take(most);
      searched = this.#ahead.length;
      await this.#fetch();
    }
  }

  /** All lines until the end, or until they hold `hint` bytes. Parks until they are there. */
  readLines(hint?: number): Promise<T[]> {
    if (hint !== undefined) checkInteger(hint, 'readLines(hint)', 0);
    return this.#readLines(hint);
  }

  async #readLines(hint: number | undefined): Promise<T[]> {
    const lines: T[] = [];
    for (let size = 0; hint === undefined || hint === 0 || size < hint;) {
      const line = await this.readLine();
      if (line.length === 0) break;
      lines.push(line);
      size += line.length;
    }
    return lines;
  }

  /** The lines until the end. Parks as {@link readLine} does. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (;;) {
      const line = await this.readLine();
      if (line.length === 0) return;
      yield line;
    }
  }

  /** Writes; parks when as much as `buffering` has been collected and is sent. Answers the number of characters, or bytes. */
  write(data: SendableData): Promise<number> {
    return this.#write(data, this.#encode(data, 'write(data)'));
  }

  async #write(data: SendableData, bytes: Buffer): Promise<number> {
    this.#check('write');
    // What the caller does with his array afterwards must not change what is sent.
    this.#pending.push(typeof data === 'string' ? bytes : Buffer.from(bytes));
    this.#pendingSize += bytes.length;
    if (this.#pendingSize >= this.#buffering) await this.flush();
    return typeof data === 'string' ? data.length : bytes.length;
  }

  /** Writes each of the lines, to which nothing is added. */
  writeLines(lines: Iterable<SendableData>): Promise<void> {
    checkIterable<SendableData>(lines, 'writeLines(lines)');
    return this.#writeLines(lines);
  }

  async #writeLines(lines: Iterable<SendableData>): Promise<void> {
    for (const line of lines) await this.write(line);
  }

  /** Sends what was collected; parks until the socket has taken it. Interrupted, it keeps what it has not sent. */
  async flush(): Promise<void> {
    if (this.#pendingSize === 0) return;
    await this.#flushing.use(async () => {
      while (this.#pendingSize > 0) {
        const [first = EMPTY] = this.#pending;
        const next = this.#pending.length === 1 ? first : Buffer.concat(this.#pending);
        this.#pending = [next];
        const sent = await this.#socket.send(next);
        this.#pendingSize -= sent;
        // Others may have written meanwhile.
        if (sent === next.length) this.#pending.shift();
        else this.#pending[0] = next.subarray(sent);
      }
    });
  }

  /** Sends what was collected, and lets go of the socket. Parks while it sends. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      await this.flush();
    } finally {
      this.#socket.close();
    }
  }

  /** Closes it at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #encode(data: unknown, name: string): Buffer {
    const isText = this.#encoding !== undefined;
    if (isText !== (typeof data === 'string'))
      throw new TypeError(mismatch(name, isText ? 'a string' : 'bytes', data));
    if (!isText) return toBuffer(data, name);
    const text = data as string;
    return Buffer.from(this.#lineEnd === '\n' ? text : text.replaceAll('\n', this.#lineEnd), this.#encoding);
  }

  async #fetch(): Promise<void> {
    const data = await this.#socket.recv(READ_SIZE);
    if (data.length === 0) {
      this.#isAtEnd = true;
      this.#ahead.end();
    } else this.#ahead.push(data);
  }

  #check(call: 'read' | 'write'): void {
    if (this.#isClosed) throw new TypeError(`Cannot ${call}: the file is closed`);
    if (!this.mode.includes(call.charAt(0)))
      throw new TypeError(`Cannot ${call}: the file was opened with mode '${this.mode}'`);
  }
}
