/** What a WSGI application is: PEP 3333, carried over to TypeScript. */
import type { BodyChunk, WSGIBody } from './wsgi-body.ts';
import type { Environ } from './wsgi-environ.ts';
import type { HeaderPair } from './wsgi-headers.ts';

/** What `startResponse` returns: sends a piece of the body. Parks while the client is slower. */
export type WriteFunction = (data: BodyChunk) => Promise<void>;

/**
 * Begins a response; nothing is sent before the first piece of the body that is not empty. A second call is an error,
 * unless it brings `excInfo`: then it replaces what was to be sent, or throws `excInfo` when that is too late.
 *
 * @param status code and reason: `'200 OK'`
 * @param headers `[name, value]` each
 * @param excInfo the error that the application answers for, or `[class, error, stack]` of it
 * @throws {TypeError | RangeError} a status or a header that cannot be sent
 */
export type StartResponse = (
  status: string,
  headers: readonly HeaderPair[],
  excInfo?: unknown,
) => WriteFunction;

/**
 * Answers one request, in a greenlet of its own: calls `startResponse`, and returns the body, at once or as a promise. A
 * generator function, async or not, is one too.
 */
export type WSGIApplication = (
  environ: Environ,
  startResponse: StartResponse,
) => WSGIBody | string | Promise<WSGIBody | string>;
