import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkFunction } from '../base/check.ts';
import { Handler } from './exchange.ts';

/** What node:http calls a request listener: an Express app, what `koa.callback()` answers, Fastify's `routing`. */
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => unknown;

/**
 * Has an HTTP server call a request listener as node:http would, each request in a greenlet of its own: what the
 * listener and the framework behind it start belongs to that greenlet. The request is over when the listener is through
 * (what it returned has settled) and the response has finished or closed. What it throws, or rejects with, is answered
 * with 500.
 *
 * @throws {TypeError} `listener` is not a function
 * @example
 * const server = new HTTPServer(':8080', nodeHandler(app)); // an Express application
 * await server.serveForever();
 */
export function nodeHandler(listener: NodeListener): Handler {
  checkFunction(listener, 'nodeHandler(listener)');
  return new Handler(listener);
}
