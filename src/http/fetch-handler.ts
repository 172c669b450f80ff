import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { checkFlag, checkFunction, checkOptions, isThenable } from '../base/check.ts';
import { type Address, fromNode } from '../inet/address.ts';
import type { Serve } from './exchange.ts';
import { installRequest, installResponse, linkClasses } from './fetch-globals.ts';
import { LightRequest, lightRequest } from './fetch-request.ts';
import { sendResponse } from './fetch-send.ts';
import { refuse } from './refusal.ts';

/** What a fetch handler is told beside the request. Nothing of it is made before it is read. */
export class FetchInfo {
  /** The request as node:http has it. */
  readonly incoming: IncomingMessage;
  /** The response as node:http has it; what is sent past the returned Response is the handler's own affair. */
  readonly outgoing: ServerResponse;

  /** @internal */
  constructor(incoming: IncomingMessage, outgoing: ServerResponse) {
    this.incoming = incoming;
    this.outgoing = outgoing;
  }

  /** The connection. */
  get socket(): Socket {
    return this.incoming.socket;
  }

  /** Where the client is; undefined for a Unix-domain socket. */
  get remoteAddress(): Address | undefined {
    const { remoteAddress, remotePort, remoteFamily } = this.incoming.socket;
    return fromNode(remoteAddress, remotePort, remoteFamily);
  }

  /** The address that the client has connected to; undefined for a Unix-domain socket. */
  get localAddress(): Address | undefined {
    const { localAddress, localPort, localFamily } = this.incoming.socket;
    return fromNode(localAddress, localPort, localFamily);
  }
}

/** A WHATWG fetch handler: what `app.fetch` of a framework is. */
export type FetchFunction = (request: Request, info: FetchInfo) => Response | Promise<Response>;

/** How a fetch handler works. */
export interface FetchHandlerOptions {
  /**
   * Whether `new Response()` makes light ones from now on: text and bytes are kept as they are and sent in one write, and
   * a real Response is made only when something asks for more. Default true.
   *
   * They answer, and fail, as real ones do, and either kind is an instance of either class. What cannot be had: calling
   * a method that was taken from the real class (`realResponse.prototype.text.call(response)`), and a faithful
   * `structuredClone()`. False leaves the global alone; {@link restoreFetchGlobals} puts it back.
   */
  lightResponse?: boolean;
  /**
   * Whether the handler is given light requests, which are read off the connection only where they are looked at.
   * The global `Request` and `fetch` then take one, too; those that somebody has kept from before do not, and want
   * `request.clone()`. Default true. False makes a real Request for each request, and leaves these globals alone.
   */
  lightRequest?: boolean;
}

/**
 * Makes a way to serve requests of a WHATWG fetch handler; `HTTPServer` does so by itself. The handler is called in the
 * greenlet of the request, which lives until the response has been sent.
 *
 * - `request.url` is made of the connection, the target and the `Host`; where these make no sense, the client gets 400
 *   and the handler is not called. `request.signal` is aborted with a {@link ClientGoneError} when the client goes.
 * - The body is read from the connection when somebody reads it. A kill, or a timeout, ends that wait; a stream that was
 *   cut off so fails from then on.
 * - A body that is known is sent in one write, with its length. A stream is sent as it comes, and read no faster than
 *   the client takes it; it is cancelled when the client goes, the greenlet is killed, or the method is HEAD.
 * - `Transfer-Encoding`, `Keep-Alive` and their like are the server's affair, and not sent; `Connection: close` is
 *   obeyed. A `Content-Length` is the real length; where a stream of an announced length turns out to have another, the
 *   connection is cut.
 * - When the handler fails, or returns something else than a Response, the error is reported and the client gets 500.
 *
 * @throws {TypeError} `handle` is not a function, or an option makes no sense
 * @example
 * const handle = async (request: Request, info: FetchInfo): Promise<Response> => {
 *   if (request.method === 'POST') return new Response(request.body); // an echo, streamed both ways
 *   await sleep(0.1);
 *   return Response.json({ path: new URL(request.url).pathname, client: info.remoteAddress });
 * };
 * const server = new HTTPServer('127.0.0.1:8080', handle);
 */
export function fetchHandler(handle: FetchFunction, options: FetchHandlerOptions = {}): Serve {
  checkFunction(handle, 'fetchHandler(handle)');
  checkOptions(options, 'fetchHandler(options)');
  checkFlag(options.lightResponse, 'fetchHandler({ lightResponse })');
  checkFlag(options.lightRequest, 'fetchHandler({ lightRequest })');
  linkClasses();
  if (options.lightResponse !== false) installResponse();
  const isLight = options.lightRequest !== false;
  if (isLight) installRequest();
  return (incoming, outgoing) => {
    const request = lightRequest(incoming, outgoing);
    if (request === undefined) return void refuse(outgoing, 400);
    const given = isLight ? request : LightRequest.toReal(request);
    const result: unknown = handle(given as unknown as Request, new FetchInfo(incoming, outgoing));
    // It is not waited for with `interruptible`: a kill is raised where the handler waits, so that its `finally` runs.
    return isThenable(result)
      ? result.then((response) => sendResponse(response, outgoing))
      : sendResponse(result, outgoing);
  };
}
