import { nameErrorClass } from '../base/errors.ts';

/** A reply was sent to a request that is over: answered already, detached, or without its client. */
export class HttpRequestDeleted extends Error {
  declare readonly code: string;
}
nameErrorClass(HttpRequestDeleted, 'HttpRequestDeleted', 'GEVENT_HTTP_REQUEST_DELETED');
