/** What follows one another on a connection: requests, and the use of it that a client has asked for instead. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** @internal The stream of a connection: a TCP or Unix-domain socket of node:net, or a TLS socket. */
export type ConnectionStream = Socket;

/** @internal What has its turn on a connection, one after the other: a greenlet. */
export interface Turn {
  /** The request that it is about. */
  readonly request: IncomingMessage;
  /** Its turn has come. */
  start(): void;
  /** Raises in it. */
  throw(reason: Error): void;
  /**
   * The connection has closed under it.
   *
   * @param mayKill whether that is a reason to be killed
   */
  clientGone(mayKill: boolean): void;
  /** Nothing follows it on the connection. */
  makeLast(): void;
}
