/** The HTTP server of gevent 0.13: requests come whole, and are answered by calls. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkFunction, checkOptions, mismatch } from '../base/check.ts';
import { PoolFull } from '../base/errors.ts';
import type { Greenlet } from '../core/greenlet.ts';
import { getCurrent } from '../core/main-greenlet.ts';
import type { ListenerOption } from '../net/server-options.ts';
import { Pool } from '../pool/pool.ts';
import { Handler, type Serve } from './exchange.ts';
import { HTTPServer, type HTTPServerOptions } from './http-server.ts';
import { ServerRequest } from './request-server-request.ts';
import { Input } from './wsgi-input.ts';
import { type HeaderPair, checkHeader } from './wsgi-headers.ts';

/** Answers a request by its calls. What it returns is waited for, and not looked at. */
export type RequestHandle = (request: ServerRequest) => unknown;

/** What a RequestServer takes: all that an HTTPServer does, but that `spawn` bounds requests and not connections. */
export interface RequestServerOptions extends Omit<HTTPServerOptions, 'spawn'> {
  /** How many requests may be handled at once, as a number or a Pool; while it is full, clients get 503. Default: any. */
  spawn?: 'default' | number | Pool;
  /** The headers of every reply. Default `[['Connection', 'close']]`. gevent: `default_response_headers`. */
  defaultResponseHeaders?: readonly HeaderPair[];
}

/**
 * A server whose handler gets each request with its whole body, in a greenlet, and answers it by `sendReply` and its
 * like. A request that the handler leaves without an answer gets 500. gevent 0.13: `http.HTTPServer`.
 *
 * @example
 * const server = new RequestServer(
 *   '127.0.0.1:0',
 *   (request) => {
 *     if (request.uri === '/') request.sendReply(200, 'OK', 'hello');
 *     else request.sendError(404);
 *   },
 *   { log: null },
 * );
 * await server.start(); // or serveForever()
 * const answer = await fetch(`http://127.0.0.1:${server.serverPort}/`);
 * console.log(await answer.text()); // hello
 * await server.stop();
 */
export class RequestServer extends HTTPServer {
  /** What answers the requests. */
  handleRequest: RequestHandle;
  /** The headers that every reply has, unless its handler takes them out. */
  defaultResponseHeaders: readonly HeaderPair[];
  /** Where the greenlets of the requests are members; undefined without a bound. */
  readonly requestPool: Pool | undefined;
  readonly #serving = new Set<ServerRequest>();

  /** @throws {TypeError | RangeError} an argument makes no sense */
  constructor(listener: ListenerOption, handle: RequestHandle, options: RequestServerOptions = {}) {
    const { name } = new.target;
    checkFunction(handle, `${name}(handle)`);
    checkOptions(options, `${name}(options)`);
    const { spawn, defaultResponseHeaders = [['Connection', 'close']], ...rest } = options;
    const pool = poolOf(spawn, `${name}({ spawn })`);
    checkHeaders(defaultResponseHeaders, `${name}({ defaultResponseHeaders })`);
    // `this` is there only after the call of super().
    const made = {} as { server: RequestServer };
    const serve: Serve = (request, response) => made.server.#serve(request, response);
    super(listener, new Handler(serve), rest);
    made.server = this;
    this.handleRequest = handle;
    this.defaultResponseHeaders = defaultResponseHeaders;
    this.requestPool = pool;
  }

  /** The requests that are with the handler. gevent 0.13: `core.http.requests`. */
  get activeRequests(): ReadonlySet<ServerRequest> {
    return this.#serving;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!(await this.#takeSlot())) {
      const refused = new ServerRequest(incoming, response, Buffer.alloc(0));
      return refused.sendError(503, 'Service Temporarily Unavailable');
    }
    const body = await new Input(incoming).read();
    const request = new ServerRequest(incoming, response, body, this.defaultResponseHeaders);
    this.#serving.add(request);
    try {
      await this.handleRequest(request);
      request.finish();
    } finally {
      this.#serving.delete(request);
    }
  }

  async #takeSlot(): Promise<boolean> {
    try {
      await this.requestPool?.add(getCurrent() as Greenlet, { blocking: false });
      return true;
    } catch (error) {
      if (error instanceof PoolFull) return false;
      throw error;
    }
  }
}

function poolOf(spawn: unknown, name: string): Pool | undefined {
  if (spawn === undefined || spawn === 'default') return undefined;
  if (spawn instanceof Pool) return spawn;
  const expected = "'default', a number of at least 1, or a Pool";
  if (typeof spawn !== 'number') throw new TypeError(mismatch(name, expected, spawn));
  if (!Number.isInteger(spawn) || spawn < 1) throw new RangeError(mismatch(name, expected, spawn));
  return new Pool(spawn);
}

function checkHeaders(headers: unknown, name: string): void {
  if (!Array.isArray(headers)) throw new TypeError(mismatch(name, 'an array of [name, value]', headers));
  for (const [index, pair] of (headers as unknown[]).entries()) {
    if (!Array.isArray(pair)) throw new TypeError(mismatch(`${name}[${index}]`, '[name, value]', pair));
    checkHeader(pair[0], pair[1], `${name}[${index}]`);
  }
}
