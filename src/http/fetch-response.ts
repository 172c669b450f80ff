/**
 * A Response that is no more than what it was made of: status, a flat list of headers, and a body that is text, bytes
 * or a stream. What is not that plain is given to the real class at once, so that it fails as the real one does and
 * when the real one does; and a real Response is made when something beyond status and headers is asked for.
 *
 *   new Response('hello') ──sent──► one write, without a stream        (a fifteenth of what the real one takes)
 *         └──text(), body, clone() ...──► the real Response, from then on
 */
import { inspectAsText } from '../base/format.ts';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { LightHeaders, indexOfHeader, isPlainHeader } from './fetch-headers.ts';
import { passFor, realFetch } from './fetch-real.ts';

type RealInit = ConstructorParameters<typeof Response>[1];
type RealBody = ConstructorParameters<typeof Response>[0];

/** @internal What a light body is. */
export type LightBody = string | Buffer | ReadableStream<Uint8Array> | null;

/** @internal The type of text that has no other. */
export const TEXT_TYPE = 'text/plain;charset=UTF-8';
/** @internal The headers of a response that is text and has none of its own: sending knows this list. */
export const TEXT_HEADERS: readonly string[] = Object.freeze(['Content-Type', TEXT_TYPE]);
const NO_HEADERS: readonly string[] = Object.freeze([]);
const JSON_TYPE = 'application/json';

/** The type of the next text to be made a response of: `Response.json` has its own. */
let typeOfText = TEXT_TYPE;

/** @internal What stands for the global `Response`. */
export class LightResponse {
  #body: LightBody = null;
  #list: readonly string[] = NO_HEADERS;
  #headers: LightHeaders | undefined = undefined;
  #real: Response | undefined = undefined;
  #status = 200;
  #statusText = '';
  #isSent = false;
  /** How long a body is that comes bit by bit, where that is known. */
  #size: number | undefined = undefined;

  constructor(body: unknown = null, init?: unknown) {
    const type = typeOfText;
    typeOfText = TEXT_TYPE;
    if (!this.#takeBody(body) || !this.#takeInit(init, typeof body === 'string' ? type : undefined)) {
      this.#real = new (realFetch().Response)(body as RealBody, init as RealInit);
      if (body instanceof Blob) this.#size = body.size;
    }
  }

  static [Symbol.hasInstance](this: unknown, value: unknown): boolean {
    if (this === LightResponse) return value instanceof realFetch().Response;
    return Function.prototype[Symbol.hasInstance].call(this, value);
  }

  static json(data: unknown, init?: unknown): LightResponse | Response {
    const text = JSON.stringify(data) as string | undefined;
    if (text !== undefined && init !== null) {
      typeOfText = JSON_TYPE;
      const response = new LightResponse(text, init);
      if (response.#real === undefined) return response;
    }
    const real = realFetch().Response;
    // It counts its arguments.
    return Reflect.apply(real.json, real, arguments);
  }

  static isLight(value: object): value is LightResponse {
    return #isSent in value;
  }

  /** The real Response behind; made at the first call. */
  static toReal(response: LightResponse): Response {
    if (response.#real !== undefined) return response.#real;
    const body = response.#body;
    // Nobody can have what is in a stream that somebody else has: the real class refuses it in the same words.
    if (isStream(body) && (body.locked || isDisturbed(body))) return spentResponse();
    response.#real = response.#makeReal();
    return response.#real;
  }

  /** Takes the body for sending; undefined when only the real one has it. */
  static takeBody(response: LightResponse): LightBody | undefined {
    const { bodyUsed } = response;
    if (bodyUsed) throw new TypeError('Cannot send the Response: its body has been used already');
    const real = response.#real;
    const body = response.#body;
    if (real === undefined) {
      response.#isSent = body !== null && !isStream(body);
      return body;
    }
    // It may have been looked at, and not touched.
    if (body === null || isStream(body) || real.body === null || real.body.locked) return undefined;
    void real.body.getReader().cancel();
    return body;
  }

  /** How long the body is, where that is known though it is a stream. */
  static sizeOf(response: LightResponse): number | undefined {
    return response.#size;
  }

  /** The headers for sending, as a flat list; undefined when they are in a real object. */
  static listOf(response: LightResponse): readonly string[] | undefined {
    const headers = response.#headers;
    if (headers !== undefined) return LightHeaders.listOf(headers);
    return response.#real === undefined ? response.#list : undefined;
  }

  get status(): number {
    return this.#real === undefined ? this.#status : this.#real.status;
  }

  get statusText(): string {
    return this.#real === undefined ? this.#statusText : this.#real.statusText;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }

  get headers(): Headers {
    if (this.#headers === undefined) {
      this.#headers = new LightHeaders(this.#list);
      if (this.#real !== undefined) LightHeaders.handOver(this.#headers, this.#real.headers);
    }
    return this.#headers as unknown as Headers;
  }

  get type(): string {
    return this.#real === undefined ? 'default' : this.#real.type;
  }

  get url(): string {
    return this.#real === undefined ? '' : this.#real.url;
  }

  get redirected(): boolean {
    return this.#real !== undefined && this.#real.redirected;
  }

  get body(): ReadableStream<Uint8Array> | null {
    if (this.#real === undefined && (this.#body === null || isStream(this.#body))) return this.#body;
    return LightResponse.toReal(this).body as ReadableStream<Uint8Array> | null;
  }

  get bodyUsed(): boolean {
    if (this.#isSent || isDisturbed(this.#body)) return true;
    return this.#real !== undefined && this.#real.bodyUsed;
  }

  /** Answers false for what is not plain. Bytes are copied: they may change before they are sent. */
  #takeBody(body: unknown): boolean {
    if (typeof body === 'string' || body === null) this.#body = body;
    else if (typeof body !== 'object') return false;
    else if (body instanceof Uint8Array && body.buffer instanceof ArrayBuffer) this.#body = Buffer.from(body);
    else if (isStream(body) && !body.locked && !isDisturbed(body)) this.#body = body;
    else return false;
    return true;
  }

  /** @param type the type of the body, if it has one by itself */
  #takeInit(init: unknown, type: string | undefined): boolean {
    if (init === undefined || init === null) {
      if (type !== undefined) this.#list = type === TEXT_TYPE ? TEXT_HEADERS : ['Content-Type', type];
      return true;
    }
    if (typeof init !== 'object') return false;
    const { status, statusText, headers } = init as {
      status?: unknown;
      statusText?: unknown;
      headers?: unknown;
    };
    if (status !== undefined && !this.#takeStatus(status)) return false;
    if (statusText !== undefined && !this.#takeStatusText(statusText)) return false;
    const list = headers === undefined ? [] : copyOf(headers);
    if (list === undefined) return false;
    if (type !== undefined && indexOfHeader(list, 'content-type') < 0) list.push('Content-Type', type);
    this.#list = list;
    return true;
  }

  #takeStatus(status: unknown): boolean {
    if (typeof status !== 'number' || !(status >= 200 && status <= 599) || !Number.isInteger(status))
      return false;
    this.#status = status;
    // These never have a body: one that was given is an error.
    return this.#body === null || !(status === 204 || status === 205 || status === 304);
  }

  #takeStatusText(text: unknown): boolean {
    if (typeof text !== 'string' || !/^[\t\x20-\x7E\x80-\xFF]*$/.test(text)) return false;
    this.#statusText = text;
    return true;
  }

  #makeReal(): Response {
    const init = { status: this.#status, statusText: this.#statusText, headers: this.headers };
    const real = this.#isSent
      ? spentResponse(init)
      : new (realFetch().Response)(this.#body as RealBody, init);
    LightHeaders.handOver(this.#headers as LightHeaders, real.headers);
    return real;
  }
}
inspectAsText(
  LightResponse,
  ({ status, statusText, headers, bodyUsed, ok }, options) =>
    `Response ${inspect({ status, statusText, headers, bodyUsed, ok }, options)}`,
);
Object.defineProperty(LightResponse, 'name', { value: 'Response' });

function isStream(body: unknown): body is ReadableStream<Uint8Array> {
  return typeof body === 'object' && body instanceof realFetch().ReadableStream;
}

function isDisturbed(body: unknown): boolean {
  return isStream(body) && Readable.isDisturbed(body as never);
}

/** A real Response whose body was used. */
function spentResponse(init?: RealInit): Response {
  const response = new (realFetch().Response)('', init);
  void response.body?.getReader().cancel();
  return response;
}

/** A flat list of headers given in any usual form; undefined when something about them is odd. */
function copyOf(headers: unknown): string[] | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  if (LightHeaders.isLight(headers)) {
    const list = LightHeaders.listOf(headers);
    return list === undefined ? copyOfPairs(headers) : [...list];
  }
  if (headers instanceof realFetch().Headers || Array.isArray(headers)) return copyOfPairs(headers);
  return Symbol.iterator in headers ? undefined : copyOfRecord(headers as Record<string, unknown>);
}

function copyOfPairs(pairs: Iterable<unknown>): string[] | undefined {
  const list: string[] = [];
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2 || !isPlainHeader(pair[0], pair[1])) return undefined;
    list.push(pair[0] as string, pair[1] as string);
  }
  return list;
}

function copyOfRecord(record: Record<string, unknown>): string[] | undefined {
  const names = Object.keys(record);
  if (Reflect.ownKeys(record).length !== names.length) return undefined;
  const list: string[] = [];
  for (const name of names) {
    const value = record[name];
    if (!isPlainHeader(name, value)) return undefined;
    list.push(name, value as string);
  }
  return list;
}

/** @internal Makes light responses pass for real ones. */
export function linkResponse(): void {
  const real = realFetch().Response;
  passFor(LightResponse.prototype, real.prototype, LightResponse.toReal as never);
  Object.setPrototypeOf(LightResponse, real);
}
