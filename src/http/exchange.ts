import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkFunction } from '../base/check.ts';

/**
 * Serves one request, in a greenlet of its own. The exchange is over when this has returned (or its promise has
 * settled) and the response has finished or closed.
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
