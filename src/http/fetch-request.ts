/**
 * A Request that is there before anything of it has been looked at. Method, URL, headers and the body are answered
 * from the IncomingMessage; a real Request is made when something needs one, and answers from then on.
 *
 *   text(), json(), ...    ──► the wire: the whole body, without a stream
 *   body, clone(), mode ...──► the real Request, whose body is a stream on the wire
 */
import { inspectAsText } from '../base/format.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { nameErrorClass } from '../base/errors.ts';
import { NativePromise } from '../base/native.ts';
import { pendingInterrupt, rejectedQuietly } from '../core/checkpoint.ts';
import { bodyStream, collectBody, takeBody } from './fetch-body.ts';
import { LightHeaders } from './fetch-headers.ts';
import { passFor, realFetch } from './fetch-real.ts';
import { originOf, urlOf, urlOfOtherTarget } from './fetch-url.ts';

/** The client has gone before it had its answer: the reason of an aborted `request.signal`. */
export class ClientGoneError extends Error {
  declare readonly code: string;
}
// The names under which other libraries look for an operation that was called off.
nameErrorClass(ClientGoneError, 'AbortError', 'ABORT_ERR');

/** What makes a stream the body of a request. */
type StreamInit = RequestInit & { duplex?: 'half' };

/** @internal */
export class LightRequest {
  readonly #incoming: IncomingMessage;
  readonly #outgoing: ServerResponse;
  readonly #origin: string;
  #url: string | undefined;
  #headers: LightHeaders | undefined = undefined;
  #controller: AbortController | undefined = undefined;
  #real: Request | undefined = undefined;
  /** The body was read without a stream. */
  #isRead = false;

  constructor(incoming: IncomingMessage, outgoing: ServerResponse, origin: string, url: string | undefined) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.#origin = origin;
    this.#url = url;
  }

  static isLight(value: unknown): value is LightRequest {
    return typeof value === 'object' && value !== null && #incoming in value;
  }

  /** The real Request behind; made at the first call. */
  static toReal(request: LightRequest): Request {
    return (request.#real ??= request.#makeReal());
  }

  get method(): string {
    return this.#incoming.method as string;
  }

  get url(): string {
    return (this.#url ??= urlOf(this.#origin, this.#incoming.url as string));
  }

  get headers(): Headers {
    this.#headers ??= new LightHeaders(this.#incoming.rawHeaders);
    return this.#headers as unknown as Headers;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      abortWhenGone(this.#controller, this.#outgoing);
    }
    return this.#controller.signal;
  }

  get body(): ReadableStream<Uint8Array> | null {
    return this.#hasBody() ? (LightRequest.toReal(this).body as ReadableStream<Uint8Array>) : null;
  }

  get bodyUsed(): boolean {
    return this.#isRead || (this.#real !== undefined && this.#real.bodyUsed);
  }

  text(): Promise<string> {
    return this.#isOnTheWire() ? this.#read(decode) : LightRequest.toReal(this).text();
  }

  json(): Promise<unknown> {
    return this.#isOnTheWire() ? this.#read(parseJson) : LightRequest.toReal(this).json();
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return this.#isOnTheWire() ? this.#read(toArrayBuffer) : LightRequest.toReal(this).arrayBuffer();
  }

  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(await this.arrayBuffer());
  }

  blob(): Promise<Blob> {
    return this.#isOnTheWire()
      ? this.#readResponse().then((it) => it.blob())
      : LightRequest.toReal(this).blob();
  }

  formData(): Promise<FormData> {
    return this.#isOnTheWire()
      ? this.#readResponse().then((it) => it.formData())
      : LightRequest.toReal(this).formData();
  }

  clone(): Request {
    return LightRequest.toReal(this).clone();
  }

  /** True when a body came with the request; a GET has none, whatever came. */
  #hasBody(): boolean {
    const { method, headers } = this.#incoming;
    if (method === 'GET' || method === 'HEAD') return false;
    return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
  }

  /** True when the body can be read past all streams. */
  #isOnTheWire(): boolean {
    return !this.#isRead && this.#real === undefined && this.#hasBody();
  }

  /** Reads all of the body, and answers what is made of it. Parks until it has come. */
  #read<T>(convert: (bytes: Buffer) => T): Promise<T> {
    const reason = pendingInterrupt();
    if (reason !== undefined) return rejectedQuietly(reason);
    this.#isRead = true;
    const bytes = takeBody(this.#incoming);
    if (bytes === undefined) return collectBody(this.#incoming).then(convert);
    try {
      return NativePromise.resolve(convert(bytes));
    } catch (error) {
      return NativePromise.reject(error);
    }
  }

  /** For what takes a parser of the real class: it sees a Response with the same body and type. */
  #readResponse(): Promise<Response> {
    const type = this.headers.get('content-type');
    const init = type === null ? {} : { headers: { 'content-type': type } };
    return this.#read((bytes) => new (realFetch().Response)(bytes, init));
  }

  #makeReal(): Request {
    const init: StreamInit = { method: this.method, headers: this.headers, signal: this.signal };
    if (this.#hasBody()) {
      init.body = this.#isRead
        ? new Uint8Array()
        : (bodyStream(this.#incoming) as NonNullable<RequestInit['body']>);
      init.duplex = 'half';
    }
    const real = new (realFetch().Request)(this.url, init);
    // One that was read past it counts as read.
    if (this.#isRead) void real.body?.getReader().cancel();
    if (this.#headers !== undefined) LightHeaders.handOver(this.#headers, real.headers);
    return real;
  }
}
inspectAsText(
  LightRequest,
  ({ method, url, headers }, options) => `Request ${inspect({ method, url, headers }, options)}`,
);

/** @internal The request for what came; undefined when its target or its `Host` make no sense. */
export function lightRequest(incoming: IncomingMessage, outgoing: ServerResponse): LightRequest | undefined {
  const origin = originOf(incoming);
  if (origin === undefined) return undefined;
  const target = incoming.url as string;
  if (target.charCodeAt(0) === SLASH) return new LightRequest(incoming, outgoing, origin, undefined);
  const url = urlOfOtherTarget(origin, target);
  return url === undefined ? undefined : new LightRequest(incoming, outgoing, origin, url);
}

const SLASH = 47;

function abortWhenGone(controller: AbortController, outgoing: ServerResponse): void {
  const abort = (): void => {
    if (!outgoing.writableFinished) controller.abort(new ClientGoneError('The client has gone'));
  };
  if (outgoing.closed) abort();
  else outgoing.once('close', abort);
}

/** As the standard decodes UTF-8: a byte order mark is no text. */
function decode(bytes: Buffer): string {
  const hasMark = bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return bytes.toString('utf8', hasMark ? 3 : 0);
}

function parseJson(bytes: Buffer): unknown {
  return JSON.parse(decode(bytes));
}

function toArrayBuffer({ buffer, byteOffset, byteLength }: Buffer): ArrayBuffer {
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}

/** @internal Makes light requests pass for real ones. */
export function linkRequest(): void {
  passFor(LightRequest.prototype, realFetch().Request.prototype, LightRequest.toReal as never);
}
