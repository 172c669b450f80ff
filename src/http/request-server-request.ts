/**
 * A request as gevent 0.13 has it: all of it has arrived, and it is answered by calls.
 *
 *   unanswered ──sendReply / sendError──────────────────────► answered
 *       │ └──sendReplyStart──► replying ──sendReplyEnd──────────┘
 *       └──detach──► detached
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { mismatch } from '../base/check.ts';
import { inspectAsText } from '../base/format.ts';
import { RequestBuffer } from './request-server-buffer.ts';
import { HttpRequestDeleted } from './request-server-errors.ts';
import { HeaderList } from './request-server-headers.ts';
import { ReceivedRequest } from './request-server-received.ts';
import { reasonOf } from './refusal.ts';
import { type BodyChunk, toBytes } from './wsgi-body.ts';
import { type HeaderPair, checkHead, checkHeader } from './wsgi-headers.ts';
import { cut, isGone, writeTo } from './wsgi-output.ts';

type State = 'unanswered' | 'replying' | 'answered' | 'detached';

/**
 * A request that a `RequestServer` gives to its handler. Answer it with {@link sendReply}, or piece by piece with
 * {@link sendReplyStart}, {@link sendReplyChunk} and {@link sendReplyEnd}. gevent 0.13: `core.http_request`.
 *
 * @example
 * new RequestServer('127.0.0.1:8088', async (request) => {
 *   request.addOutputHeader('Content-Type', 'text/plain');
 *   request.sendReplyStart(200, 'OK');
 *   for (const word of ['one ', 'by ', 'one']) await request.sendReplyChunk(word);
 *   request.sendReplyEnd();
 * });
 */
export class ServerRequest extends ReceivedRequest {
  /** What is to be sent, before the `body` that {@link sendReply} is given. */
  readonly outputBuffer: RequestBuffer = new RequestBuffer();
  /** The headers that every reply of this server has unless they are taken out. */
  readonly defaultResponseHeaders: readonly HeaderPair[];
  readonly #response: ServerResponse;
  readonly #outputHeaders: HeaderList;
  readonly #cameInChunks: boolean;
  #state: State = 'unanswered';
  #sent = 0;
  #announced: number | undefined = undefined;

  /** @internal */
  constructor(
    message: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
    defaultResponseHeaders: readonly HeaderPair[] = [],
  ) {
    super(message, body);
    this.#response = response;
    this.defaultResponseHeaders = defaultResponseHeaders;
    this.#outputHeaders = new HeaderList(defaultResponseHeaders);
    this.#cameInChunks = message.headers['transfer-encoding'] !== undefined;
  }

  /** The status of the reply; 0 before there is one. */
  get responseCode(): number {
    return this.#state === 'unanswered' || this.#state === 'detached' ? 0 : this.#response.statusCode;
  }

  /** The reason that stands beside the status: `'OK'`. */
  get responseCodeLine(): string {
    return this.responseCode === 0 ? '' : this.#response.statusMessage;
  }

  /** Status and reason. */
  get response(): readonly [code: number, reason: string] {
    return [this.responseCode, this.responseCodeLine];
  }

  /** Whether the body of the request came in chunks; once a reply was begun, whether that goes out in chunks. */
  get chunked(): boolean {
    return this.responseCode === 0 ? this.#cameInChunks : this.#response.chunkedEncoding;
  }

  /** False until a reply is complete. */
  get isAnswered(): boolean {
    return this.#state === 'answered';
  }

  /** Adds a line to the headers of the reply. @throws {TypeError} a header that cannot be sent */
  addOutputHeader(name: string, value: string): void {
    const where = 'addOutputHeader(name, value)';
    const header = checkHeader(name, value, where);
    if (name.toLowerCase() === 'transfer-encoding') {
      throw new TypeError(mismatch(where, 'no header that is the affair of the server', name));
    }
    if (name.toLowerCase() === 'content-length' && !/^\d{1,15}$/.test(value)) {
      throw new TypeError(mismatch(where, 'a number of bytes', value));
    }
    this.#outputHeaders.add(header);
  }

  /** Takes a header out of the reply, in all its lines; answers whether there was one. */
  removeOutputHeader(name: string): boolean {
    return this.#outputHeaders.remove(name);
  }

  /** The value of the first header of that name in the reply; undefined without one. */
  findOutputHeader(name: string): string | undefined {
    return this.#outputHeaders.find(name);
  }

  /** The headers of the reply, in their order. */
  getOutputHeaders(): HeaderPair[] {
    return this.#outputHeaders.pairs;
  }

  /** Takes all headers out of the reply, those that were there by default too. */
  clearOutputHeaders(): void {
    this.#outputHeaders.clear();
  }

  /**
   * Answers with what was written to `outputBuffer`, and `body` behind it. Never parks.
   *
   * @throws {HttpRequestDeleted} it was answered already
   */
  sendReply(code: number, reason?: string, body: BodyChunk = ''): void {
    const bytes = toBytes(body, 'sendReply(body)');
    this.#check('unanswered', code, reason, 'sendReply');
    this.outputBuffer.write(bytes);
    const all = this.outputBuffer.read();
    this.#setLength(code, all.length);
    this.#begin(code, reason, 'answered');
    this.#response.end(all);
  }

  /**
   * Begins a reply that is sent in pieces: in chunks, or, to a client of HTTP/1.0, up to the end of the connection.
   * Never parks.
   *
   * @throws {HttpRequestDeleted} it was answered already
   */
  sendReplyStart(code: number, reason?: string): void {
    this.#check('unanswered', code, reason, 'sendReplyStart');
    const length = this.#outputHeaders.find('Content-Length');
    if (length !== undefined) this.#announced = Number(length);
    this.#begin(code, reason, 'replying');
    this.#response.flushHeaders();
  }

  /**
   * Sends a piece of the body. Parks while the client is slower than we are.
   *
   * @throws {RangeError} more than the Content-Length that was announced
   * @throws {SocketError} the client went away
   */
  sendReplyChunk(data: BodyChunk): Promise<void> {
    const bytes = toBytes(data, 'sendReplyChunk(data)');
    this.#checkState('replying', 'sendReplyChunk');
    if (this.#announced !== undefined && this.#sent + bytes.length > this.#announced) {
      throw new RangeError(
        mismatch('sendReplyChunk(data)', `at most ${this.#announced - this.#sent} bytes`, bytes.length),
      );
    }
    this.#sent += bytes.length;
    return writeTo(this.#response, bytes);
  }

  /** Completes a reply that is sent in pieces. Never parks. @throws {HttpRequestDeleted} none was begun */
  sendReplyEnd(): void {
    this.#checkState('replying', 'sendReplyEnd');
    this.#state = 'answered';
    const isShort = this.#announced !== undefined && this.#sent < this.#announced && this.typeStr !== 'HEAD';
    if (isShort) cut(this.#response);
    else this.#response.end();
  }

  /** Answers with a page that says what went wrong, and closes the connection. Never parks. */
  sendError(code: number, reason: string = reasonOf(code)): void {
    this.#check('unanswered', code, reason, 'sendError');
    const title = `${code} ${escapeHtml(reason)}`;
    this.clearOutputHeaders();
    this.addOutputHeader('Content-Type', 'text/html; charset=utf-8');
    this.addOutputHeader('Connection', 'close');
    this.outputBuffer.read();
    this.sendReply(
      code,
      reason,
      `<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`,
    );
  }

  /** Lets go of the request and of its bytes: it can no longer be answered, and its connection is closed. Never parks. */
  detach(): void {
    if (this.#state === 'detached') return;
    const isUnfinished = this.#state !== 'answered';
    this.#state = 'detached';
    this.inputBuffer.detach();
    this.outputBuffer.detach();
    if (isUnfinished && !isGone(this.#response)) cut(this.#response);
  }

  /** @internal What is missing when the handler is through. */
  finish(): void {
    if (this.#state === 'unanswered') this.sendError(500);
    else if (this.#state === 'replying') {
      throw new Error('The handler returned without sendReplyEnd(): the reply is cut off');
    }
  }

  override toString(): string {
    return `<${this.constructor.name} "${this.describe()}" from ${this.remoteHost}, ${this.#state}>`;
  }

  #check(state: State, code: number, reason: string | undefined, call: string): void {
    if (typeof code !== 'number') throw new TypeError(mismatch(`${call}(code)`, 'a number', code));
    if (reason !== undefined && typeof reason !== 'string') {
      throw new TypeError(mismatch(`${call}(reason)`, 'a string', reason));
    }
    checkHead(`${code} ${reason ?? ''}`, []);
    this.#checkState(state, call);
  }

  #checkState(state: State, call: string): void {
    if (this.#state === state && !isGone(this.#response)) return;
    const is = this.#state === state ? 'closed by its client' : this.#state;
    throw new HttpRequestDeleted(`Cannot ${call}: the request is ${is}`);
  }

  #setLength(code: number, length: number): void {
    // Without a body, a reply may tell the length that it would have had.
    const isAboutAnother = length === 0 && (this.typeStr === 'HEAD' || code === 304);
    if (isAboutAnother && this.findOutputHeader('Content-Length') !== undefined) return;
    this.#outputHeaders.remove('Content-Length');
    if (code !== 204 && code !== 304) this.#outputHeaders.add(['Content-Length', String(length)]);
  }

  #begin(code: number, reason: string | undefined, state: State): void {
    this.#response.writeHead(code, reason ?? reasonOf(code), this.#outputHeaders.flat() as never);
    this.#state = state;
  }
}
inspectAsText(ServerRequest);

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
