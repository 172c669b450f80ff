/** HTTP servers: fetch handlers, Node listeners, and the request interface of gevent 0.13. gevent: `gevent.http`. @module gevent-ts/http */
export type { AccessEntry, AccessLogTarget, LogStream } from './http/access-log.ts';
export { Handler, type Serve } from './http/exchange.ts';
export {
  type FetchFunction,
  type FetchHandlerOptions,
  FetchInfo,
  fetchHandler,
} from './http/fetch-handler.ts';
export { restoreFetchGlobals } from './http/fetch-globals.ts';
export { ClientGoneError } from './http/fetch-request.ts';
export { BodyTooLarge } from './http/incoming.ts';
export { type HTTPHandle, HTTPServer, type HTTPServerOptions } from './http/http-server.ts';
export { type NodeListener, nodeHandler } from './http/node-handler.ts';
export type { ShedOptions, UpgradeHook } from './http/options.ts';
export { RequestBuffer } from './http/request-server-buffer.ts';
export { HttpRequestDeleted } from './http/request-server-errors.ts';
export { ReceivedRequest, type RequestConnection } from './http/request-server-received.ts';
export { ServerRequest } from './http/request-server-request.ts';
export { RequestServer, type RequestHandle, type RequestServerOptions } from './http/request-server.ts';
export type { HeaderPair } from './http/wsgi-headers.ts';
