/** HTTP on a port: connections taken by a StreamServer, requests served by the engine. */
import { checkInteger, mismatch } from '../base/check.ts';
import { SocketError } from '../inet/errors.ts';
import type { Socket } from '../io/socket.ts';
import type { ListenerOption } from '../net/server-options.ts';
import { StreamServer, type StreamServerOptions } from '../net/stream-server.ts';
import { HttpEngine } from './engine.ts';
import { Handler, type Serve } from './exchange.ts';
import { type FetchFunction, type FetchHandlerOptions, fetchHandler } from './fetch-handler.ts';
import type { HTTPServerOptions as EngineOptions } from './options.ts';
import type { ConnectionStream } from './turn.ts';

/** What an HTTPServer takes: what every server takes, TLS, how HTTP is spoken, and how fetch handlers work. */
export interface HTTPServerOptions extends StreamServerOptions, EngineOptions, FetchHandlerOptions {
  /** The most connections at once; who comes then waits to be taken. The same as a number for `spawn`. Default: any number. */
  readonly maxConnections?: number | undefined;
}

/** What answers requests: a fetch handler, something that has one (a Hono app), or what `nodeHandler()` answers. */
export type HTTPHandle = FetchFunction | { readonly fetch: FetchFunction } | Handler;

const ENGINE_OPTIONS: Readonly<Record<keyof EngineOptions, true>> = {
  maxHeaderSize: true,
  maxHeaders: true,
  maxRequestLine: true,
  maxBodySize: true,
  headersTimeout: true,
  requestTimeout: true,
  keepAliveTimeout: true,
  sendTimeout: true,
  handlerTimeout: true,
  maxRequestsPerConnection: true,
  log: true,
  errorLog: true,
  killOnDisconnect: true,
  upgrade: true,
  shed: true,
};
const FETCH_OPTIONS: Readonly<Record<keyof FetchHandlerOptions, true>> = {
  lightRequest: true,
  lightResponse: true,
};

/**
 * An HTTP server: each connection has a greenlet, and each request one of its own, which is killed when its client
 * goes away. `stop()` closes idle connections at once, lets requests finish for the time given, and kills the rest.
 *
 * The handler is a WHATWG fetch handler, so that Hono, itty-router and other fetch frameworks run as they are; a Node
 * listener (Express, Koa, Fastify) wrapped by `nodeHandler()`; for WSGI there is `WSGIServer`. gevent 0.13 has
 * another `http.HTTPServer`: that one is `RequestServer`.
 *
 * @example
 * const server = new HTTPServer('127.0.0.1:8080', () => new Response('hello'));
 * await server.serveForever();
 */
export class HTTPServer extends StreamServer {
  readonly #engine: HttpEngine;

  /** @throws {TypeError | RangeError} an argument makes no sense */
  constructor(listener: ListenerOption, handle: HTTPHandle, options: HTTPServerOptions = {}) {
    const { name } = new.target;
    const { engine, fetch, stream } = split(options, name);
    super(listener, undefined, stream);
    this.#engine = new HttpEngine(serveOf(handle, fetch, `${name}(handle)`), engine, name);
  }

  /** Serves a connection, until it has closed. Parks. */
  override async handle(socket: Socket): Promise<void> {
    try {
      await this.#engine.serve(socket.stream as ConnectionStream);
    } catch (error) {
      // A client that is gone is no failure of the server's.
      if (!(error instanceof SocketError)) throw error;
    }
  }

  /** How many requests are being served, or wait for their turn. */
  get requests(): number {
    return this.#engine.requests;
  }

  override startAccepting(): void {
    this.#engine.reopen();
    super.startAccepting();
  }

  override close(): void {
    super.close();
    this.#engine.closeIdle();
  }

  /** @internal */
  protected override refuse(): void {
    super.refuse();
    this.#engine.closeIdle();
  }
}

function serveOf(handle: unknown, options: FetchHandlerOptions, name: string): Serve {
  if (handle instanceof Handler) return handle.serve;
  if (typeof handle === 'function') return fetchHandler(handle as FetchFunction, options);
  if (
    typeof handle === 'object' &&
    handle !== null &&
    'fetch' in handle &&
    typeof handle.fetch === 'function'
  ) {
    const app = handle as { readonly fetch: FetchFunction };
    return fetchHandler((request, info) => app.fetch(request, info), options);
  }
  throw new TypeError(
    mismatch(name, 'a fetch handler, an object with a method fetch, or nodeHandler(...)', handle),
  );
}

interface SplitOptions {
  readonly engine: EngineOptions;
  readonly fetch: FetchHandlerOptions;
  readonly stream: StreamServerOptions;
}

/** Each part of the server gets its own options. */
function split(options: HTTPServerOptions, name: string): SplitOptions {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(mismatch(`${name}(options)`, 'an options object', options));
  }
  const { maxConnections, ...rest } = options;
  const [engine, fetch, stream]: Record<string, unknown>[] = [{}, {}, {}];
  for (const [option, value] of Object.entries(rest)) {
    const part = Object.hasOwn(ENGINE_OPTIONS, option)
      ? engine
      : Object.hasOwn(FETCH_OPTIONS, option)
        ? fetch
        : stream;
    (part as Record<string, unknown>)[option] = value;
  }
  if (maxConnections !== undefined) {
    checkInteger(maxConnections, `${name}({ maxConnections })`, 1);
    if ('spawn' in rest)
      throw new TypeError(`${name}({ maxConnections }): spawn says already how many there may be`);
    (stream as Record<string, unknown>)['spawn'] = maxConnections;
  }
  return { engine, fetch, stream } as SplitOptions;
}
