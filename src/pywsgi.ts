/** A WSGI server: PEP 3333, carried over to TypeScript. gevent: `gevent.pywsgi`. @module gevent-ts/pywsgi */
export type { AccessEntry, AccessLogTarget, LogStream } from './http/access-log.ts';
export type { StartResponse, WSGIApplication, WriteFunction } from './http/wsgi-application.ts';
export type { BodyChunk, WSGIBody } from './http/wsgi-body.ts';
export { Environ, SecureEnviron, WSGISecureEnviron } from './http/wsgi-environ.ts';
export { WSGIExchange } from './http/wsgi-exchange.ts';
export { WSGIHandler, type WSGIHost } from './http/wsgi-handler.ts';
export { type HeaderPair, MAX_REQUEST_LINE, formatDateTime } from './http/wsgi-headers.ts';
export { Input } from './http/wsgi-input.ts';
export { ErrorsStream, type Logger, LoggingLogAdapter } from './http/wsgi-log.ts';
export { WSGIServer, type WSGIHandlerClass, type WSGIServerOptions } from './http/wsgi-server.ts';
