/** What is known of a request from the moment it has arrived. */
import type { IncomingMessage } from 'node:http';
import { escapeText } from './access-log.ts';
import { RequestBuffer } from './request-server-buffer.ts';
import { HeaderList } from './request-server-headers.ts';
import { type HeaderPair, checkHeader } from './wsgi-headers.ts';

// The numbers of libevent.
const METHODS: Readonly<Record<string, number>> = {
  GET: 1,
  POST: 2,
  HEAD: 4,
  PUT: 8,
  DELETE: 16,
  OPTIONS: 32,
  TRACE: 64,
  CONNECT: 128,
  PATCH: 256,
};

/** Where a request came from: the address of the other end of its connection. */
export interface RequestConnection {
  /** `[host, port]`; `['', 0]` for a client of a Unix-domain socket. */
  readonly peer: readonly [host: string, port: number];
}

/** The half of a `ServerRequest` that the client made: what it asked for, with the whole body. */
export class ReceivedRequest {
  /** 0: this is a request and not a response. */
  readonly kind = 0;
  /** The method: `'GET'`. */
  readonly typeStr: string;
  /** What was asked for: path and query, as they came. */
  readonly uri: string;
  /** The version of HTTP: 1 and 1, or 1 and 0. */
  readonly major: number;
  readonly minor: number;
  readonly remoteHost: string;
  readonly remotePort: number;
  /** The body of the request. */
  readonly inputBuffer: RequestBuffer;
  readonly #inputHeaders: HeaderList;

  constructor(message: IncomingMessage, body: Buffer) {
    const { method, url, httpVersionMajor, httpVersionMinor, socket, rawHeaders } = message;
    this.typeStr = method ?? 'GET';
    this.uri = url ?? '/';
    this.major = httpVersionMajor;
    this.minor = httpVersionMinor;
    this.remoteHost = socket.remoteAddress ?? '';
    this.remotePort = socket.remotePort ?? 0;
    this.inputBuffer = new RequestBuffer(body);
    const pairs: HeaderPair[] = [];
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      pairs.push([rawHeaders[index] as string, rawHeaders[index + 1] as string]);
    }
    this.#inputHeaders = new HeaderList(pairs);
  }

  /** The method as the number that libevent has for it: GET 1, POST 2, HEAD 4, PUT 8, ...; 0 for others. */
  get type(): number {
    return METHODS[this.typeStr] ?? 0;
  }

  /** `[1, 1]` */
  get version(): readonly [major: number, minor: number] {
    return [this.major, this.minor];
  }

  /** `[host, port]` of the client. */
  get remote(): readonly [host: string, port: number] {
    return [this.remoteHost, this.remotePort];
  }

  get connection(): RequestConnection {
    return { peer: this.remote };
  }

  /** The headers of the request, in their order. */
  get inputHeaders(): HeaderPair[] {
    return this.#inputHeaders.pairs;
  }

  /** The same as {@link inputHeaders}. */
  getInputHeaders(): HeaderPair[] {
    return this.#inputHeaders.pairs;
  }

  /** The value of the first header of that name, in whatever case; undefined without one. */
  findInputHeader(name: string): string | undefined {
    return this.#inputHeaders.find(name);
  }

  /** Adds to the headers of the request: for those who read them after you. */
  addInputHeader(name: string, value: string): void {
    this.#inputHeaders.add(checkHeader(name, value, 'addInputHeader(name, value)'));
  }

  /** Takes a header out of the request, in all its lines; answers whether there was one. */
  removeInputHeader(name: string): boolean {
    return this.#inputHeaders.remove(name);
  }

  clearInputHeaders(): void {
    this.#inputHeaders.clear();
  }

  /** @internal */
  protected describe(): string {
    return escapeText(`${this.typeStr} ${this.uri} HTTP/${this.major}.${this.minor}`);
  }
}
