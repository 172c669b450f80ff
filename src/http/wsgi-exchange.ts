/** What is known of one request for a WSGI application, and of the response as far as it has come. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccessEntry } from './access-log.ts';
import type { WSGIBody } from './wsgi-body.ts';
import type { Environ } from './wsgi-environ.ts';
import type { HeaderPair } from './wsgi-headers.ts';
import { Input } from './wsgi-input.ts';

const { performance } = globalThis;

/** Seconds since 1970, finer than the clock's milliseconds. */
function now(): number {
  return (performance.timeOrigin + performance.now()) / 1000;
}

/** What a `WSGIHandler` knows, for its steps and for those who override them. */
export class WSGIExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The body of the request, which the application finds as `wsgi.input`. */
  readonly wsgiInput: Input;
  /** The variables of the request, from `getEnviron()` on. */
  environ: Environ | undefined = undefined;
  /** What the application returned. */
  result: WSGIBody | string | undefined = undefined;
  /** `'200 OK'`, once the application has said so. */
  status: string | undefined = undefined;
  /** 200. */
  code = 0;
  /** The headers that the application gave, and those that were added. */
  responseHeaders: HeaderPair[] = [];
  headersSent = false;
  /** How many bytes of the body were written. */
  responseLength = 0;
  /** The Content-Length that the response announces. */
  providedContentLength: number | undefined = undefined;
  /** The body goes out in chunks: its length is not known in advance. */
  responseUseChunked = false;
  /** True closes the connection behind this response. May be set until the headers are sent. */
  closeConnection: boolean;
  /** When it began, and when it was through: seconds since 1970. */
  timeStart = 0;
  timeFinish = 0;
  #sentBefore = 0;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request;
    this.response = response;
    this.wsgiInput = new Input(request);
    this.closeConnection = !response.shouldKeepAlive;
  }

  /** The method: `'GET'`. */
  get command(): string {
    return this.request.method ?? 'GET';
  }

  /** What was asked for: path and query, as they came. */
  get path(): string {
    return this.request.url ?? '/';
  }

  /** The version the client speaks: `'HTTP/1.1'`. */
  get requestVersion(): string {
    return `HTTP/${this.request.httpVersion}`;
  }

  /** `'GET / HTTP/1.1'` */
  get requestLine(): string {
    return `${this.command} ${this.path} ${this.requestVersion}`;
  }

  /** The headers of the request. */
  get headers(): IncomingMessage['headers'] {
    return this.request.headers;
  }

  /** How long the body of the request is; undefined when that is not announced. */
  get contentLength(): number | undefined {
    const length = this.request.headers['content-length'];
    return length === undefined ? undefined : Number(length);
  }

  /** The client: `[host, port]`. */
  get clientAddress(): readonly [host: string, port: number] | undefined {
    const { remoteAddress, remotePort } = this.request.socket;
    return remoteAddress === undefined || remotePort === undefined ? undefined : [remoteAddress, remotePort];
  }

  /** What there is to say of it in the access log. */
  get accessEntry(): AccessEntry {
    const { request, response, timeStart, timeFinish } = this;
    const end = timeFinish === 0 ? now() : timeFinish;
    return {
      client: this.clientAddress?.[0] ?? '',
      time: new Date(end * 1000),
      requestLine: this.requestLine,
      status: response.headersSent ? response.statusCode : 0,
      length: request.socket.bytesWritten - this.#sentBefore,
      seconds: end - timeStart,
    };
  }

  /** @internal It begins. */
  protected begin(): void {
    this.timeStart = now();
    this.#sentBefore = this.request.socket.bytesWritten;
  }

  /** @internal The handler is through with it. */
  protected finish(): void {
    this.timeFinish = now();
  }

  /** False when the response has a header alone. */
  get hasBody(): boolean {
    return this.command !== 'HEAD' && this.code !== 204 && this.code !== 304;
  }
}
