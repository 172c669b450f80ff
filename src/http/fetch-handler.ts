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
   * Whether the global `Response` becomes one that is not made into a stream before something asks for that. Default
   * true. {@link restoreFetchGlobals} undoes it.
   */
  lightResponse?: boolean;
  /**
   * Whether the handler gets a Request of which nothing is made before it is looked at; the global `Request` and `fetch`
   * are then wrapped, so that they take one. Default true; false gives each request to the handler as the runtime's own
   * Request, which takes longer.
   */
  lightRequest?: boolean;
}

/**
 * Makes a server's handler of a fetch handler. It is called in the greenlet of the request; when it fails, or returns
 * something else than a Response, the error is reported and the client gets 500.
 *
 * @throws {TypeError} `handle` is not a function
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
    return isThenable(result) ? result.then((response) => sendResponse(response, outgoing)) : sendResponse(result, outgoing);
  };
}
