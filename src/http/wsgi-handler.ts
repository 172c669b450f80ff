/**
 * One request for a WSGI application, step by step; each step can be overridden.
 *
 *   handleOneRequest ─► getEnviron
 *         └► handleOneResponse ─► runApplication ─► application(environ, startResponse)
 *                  │                     └► processResult ─► write ─► finalizeHeaders, once
 *                  └► handleError, when something failed
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isInterrupt } from '../base/errors.ts';
import { inspectAsText } from '../base/format.ts';
import { passOn } from '../core/checkpoint.ts';
import { SocketError } from '../inet/errors.ts';
import { type AccessEntry, escapeText, formatAccessEntry, writeErrorLine } from './access-log.ts';
import { BodyTooLarge } from './incoming.ts';
import { refuse } from './refusal.ts';
import type { StartResponse, WSGIApplication, WriteFunction } from './wsgi-application.ts';
import {
  type BodyChunk,
  type WSGIBody,
  type WholeBody,
  closeBody,
  eachChunk,
  joined,
  toBytes,
  wholeBody,
} from './wsgi-body.ts';
import type { Environ, SecureEnviron } from './wsgi-environ.ts';
import { WSGIExchange } from './wsgi-exchange.ts';
import { type HeaderPair, checkHead, withLength } from './wsgi-headers.ts';
import { cut, isGone, lost, writeTo } from './wsgi-output.ts';
import { describeRequest } from './wsgi-request.ts';

/** What a {@link WSGIHandler} needs to know of its server. */
export interface WSGIHost {
  readonly application: WSGIApplication;
  readonly secureEnvironClass: new (values: Readonly<Record<string, unknown>>) => SecureEnviron;
  /** Variables for a new request, with all that does not depend on it. */
  getEnviron(): Environ;
  /** True when handlers write the access log: else the server does. */
  readonly handlersLog: boolean;
  /** Prints that a request failed: on the error log or, without one, as the failure of any greenlet. */
  reportError(handler: WSGIHandler, error: unknown): void;
  /** Writes to the error log. */
  writeError(text: string): void;
  /** Writes a line of the access log. */
  writeLog(line: string, entry: AccessEntry): void;
}

/** The longest body, in bytes, that is copied so that it goes out with its headers. */
const AT_ONCE = 65_536;

/**
 * Runs the application for one request. The server makes one for each; give it a subclass as `handlerClass` to have
 * it done another way. gevent: `pywsgi.WSGIHandler`.
 *
 * @example
 * class Stamped extends WSGIHandler {
 *   override finalizeHeaders(): void {
 *     this.responseHeaders.push(['X-Served-By', 'gevent-ts']);
 *     super.finalizeHeaders();
 *   }
 * }
 * new WSGIServer('127.0.0.1:8000', application, { handlerClass: Stamped });
 */
export class WSGIHandler extends WSGIExchange {
  /** The highest version of HTTP that is spoken. */
  static readonly protocolVersion: string = 'HTTP/1.1';
  /** Codes of errors that are not printed: the client went away, which is its right. */
  static ignoredSocketErrors: readonly string[] = ['EPIPE', 'ECONNRESET', 'ECONNABORTED', 'EBADF'];

  readonly server: WSGIHost;
  readonly application: WSGIApplication;

  constructor(request: IncomingMessage, response: ServerResponse, server: WSGIHost) {
    super(request, response);
    this.server = server;
    this.application = server.application;
  }

  /** Serves the request. Parks as the application does. */
  async handleOneRequest(): Promise<void> {
    this.environ = this.getEnviron();
    await this.handleOneResponse();
  }

  /** The variables that the application is given. */
  getEnviron(): Environ {
    const environ = this.server.getEnviron();
    describeRequest(environ, this.request);
    environ['wsgi.input'] = this.wsgiInput;
    return environ;
  }

  /**
   * Runs the application and answers for its errors. What the server answers for passes: a kill, a timeout, a body
   * that is too long. Parks as the application does.
   */
  async handleOneResponse(): Promise<void> {
    this.begin();
    try {
      await this.runApplication();
    } catch (error) {
      if (isInterrupt(error) || error instanceof BodyTooLarge) throw error;
      this.handleError(error);
    } finally {
      this.finish();
      if (this.server.handlersLog) this.logRequest();
    }
  }

  /** Calls the application, sends what it returns, and closes that, whatever happens. */
  async runApplication(): Promise<void> {
    const startResponse: StartResponse = (...args) => this.startResponse(...args);
    const result = await this.application(this.environ as Environ, startResponse);
    this.result = result;
    try {
      await this.processResult();
    } finally {
      await closeBody(result);
    }
  }

  /** Sends what the application returned. Parks while the client is slower, and for the next piece. */
  async processResult(): Promise<void> {
    const result = this.result as WSGIBody | string;
    const whole = wholeBody(result);
    if (whole === undefined) {
      await eachChunk(result as WSGIBody, async (chunk) => {
        await this.write(chunk);
        return this.hasBody || !this.headersSent;
      });
    } else {
      if (!this.headersSent) this.providedContentLength ??= whole.length;
      if (this.#sendAtOnce(whole)) return;
      for (const chunk of whole.chunks) await this.write(chunk);
    }
    this.#begin();
    const { providedContentLength = 0 } = this;
    if (this.hasBody && this.responseLength < providedContentLength) {
      throw new Error(
        `The body has ${this.responseLength} of the ${providedContentLength} bytes it announced`,
      );
    }
    this.response.end();
  }

  /** What the application calls to begin the response. */
  startResponse(status: string, headers: readonly HeaderPair[], excInfo?: unknown): WriteFunction {
    const error = errorOf(excInfo);
    if (error === undefined) {
      if (this.status !== undefined) {
        throw new Error(`Cannot start the response: it was started already, with ${this.status}`);
      }
    } else if (this.headersSent) throw error;
    const head = checkHead(status, headers);
    this.status = status;
    this.code = head.code;
    this.responseHeaders = head.headers;
    this.providedContentLength = head.contentLength;
    return (data) => this.write(data);
  }

  /**
   * Sends a piece of the body, the headers before the first. Parks while the client is slower.
   *
   * @throws {RangeError} more than the announced Content-Length: what is too much is not sent
   * @throws {SocketError} the client went away
   */
  async write(data: BodyChunk): Promise<void> {
    const bytes = toBytes(data, 'write(data)');
    if (bytes.length === 0) return passOn(undefined);
    this.#begin();
    if (!this.hasBody) return passOn(undefined);
    const room = (this.providedContentLength ?? Infinity) - this.responseLength;
    const fits = bytes.length <= room ? bytes : bytes.subarray(0, room);
    if (fits.length > 0) {
      this.responseLength += fits.length;
      await writeTo(this.response, fits);
    }
    if (fits !== bytes) {
      throw new RangeError(`Cannot write ${bytes.length} bytes: the Content-Length leaves room for ${room}`);
    }
  }

  /** The last step before the headers are sent: adds to `responseHeaders` what is missing. */
  finalizeHeaders(): void {
    this.responseHeaders = withLength(this.responseHeaders, this.code, this.providedContentLength);
    this.responseUseChunked =
      this.hasBody && this.providedContentLength === undefined && this.request.httpVersion !== '1.0';
    if (this.closeConnection) this.response.shouldKeepAlive = false;
  }

  /** Prints what the application failed with, and answers 500; cuts the connection when it is too late for that. */
  handleError(error: unknown): void {
    const { ignoredSocketErrors } = this.constructor as typeof WSGIHandler;
    const { response } = this;
    const isExpected =
      this.#isLost() && error instanceof SocketError && ignoredSocketErrors.includes(error.code);
    if (!isExpected) this.server.reportError(this, error);
    if (response.writableEnded || this.#isLost()) return;
    if (!this.headersSent) this.#sendSorry();
    else if (!this.hasBody || this.responseLength === this.providedContentLength) response.end();
    else cut(response);
  }

  /**
   * Writes the line of the access log. Called at the end of each request by a handler that has a `logRequest` or a
   * `formatRequest` of its own; for others, the server writes the log.
   */
  logRequest(): void {
    this.server.writeLog(this.formatRequest(), this.accessEntry);
  }

  /** The line of the access log. */
  formatRequest(): string {
    return formatAccessEntry(this.accessEntry);
  }

  /** Writes a line to the server's error log. */
  logError(text: string): void {
    const errorLog = { write: (line: string) => this.server.writeError(line) };
    writeErrorLine(errorLog, this.clientAddress?.[0] ?? '', text);
  }

  /** The request line, and who sent it. */
  override toString(): string {
    const environ = this.environ && new this.server.secureEnvironClass(this.environ);
    return `<${this.constructor.name} "${escapeText(this.requestLine)}" ${String(environ)}>`;
  }

  /** The client has gone, or was answered in our place: the request was too slow, or too long. */
  #isLost(): boolean {
    return isGone(this.response) || (this.response.headersSent && !this.headersSent);
  }

  #begin(): void {
    if (this.headersSent) return;
    if (this.status === undefined) {
      throw new Error('The application did not call startResponse() before the body began');
    }
    if (this.#isLost()) throw lost();
    this.finalizeHeaders();
    this.response.writeHead(this.code, this.status.slice(4), this.responseHeaders.flat() as never);
    this.headersSent = true;
  }

  /** Headers and body in one, which takes a fifth less time. Answers false where that cannot be done. */
  #sendAtOnce(body: WholeBody): boolean {
    const { length } = body;
    const isPlain = this.write === WSGIHandler.prototype.write && !this.headersSent;
    if (!isPlain || length === 0 || length > AT_ONCE || this.providedContentLength !== length) return false;
    this.#begin();
    if (this.hasBody) this.responseLength = length;
    this.response.end(this.hasBody ? joined(body) : undefined);
    return true;
  }

  #sendSorry(): void {
    this.status = '500 Internal Server Error';
    this.code = 500;
    this.headersSent = true;
    refuse(this.response, 500);
  }
}
inspectAsText(WSGIHandler);

/** The error itself, out of `[class, error, stack]` too. */
function errorOf(excInfo: unknown): Error | undefined {
  if (!Array.isArray(excInfo)) return (excInfo ?? undefined) as Error | undefined;
  return (excInfo[1] ?? excInfo[0]) as Error | undefined;
}
