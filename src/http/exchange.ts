import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkFunction } from '../base/check.ts';

/**
 * Serves one request, in a greenlet of its own. The exchange is over when this has returned (or its promise has
 * settled) and the response has finished or closed; the next request of the connection has its turn then, and what a
 * client sends before that waits.
 *
 * An error that comes out of it is answered with 500, without details, and so is a kill by somebody in the program; a
 * request that took longer than `handlerTimeout`, with 503. When the answer had begun already, the connection is cut
 * instead, so that half an answer does not look like a whole one. Errors are printed by the hub's `handleError`, with the
 * request line and the client.
 */
export type Serve = (request: IncomingMessage, response: ServerResponse) => unknown;

/** What an HTTP server accepts beside a fetch function: a way to serve a request, made by `nodeHandler()` and its like. */
export class Handler {
  /** Serves one request. */
  readonly serve: Serve;

  /** @throws {TypeError} when `serve` is not a function */
  constructor(serve: Serve) {
    checkFunction(serve, 'Handler(serve)');
    this.serve = serve;
  }
}
