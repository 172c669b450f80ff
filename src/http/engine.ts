/**
 * HTTP on accepted streams, a greenlet for each request. The wire work is done by a server of node:http that never
 * listens: it is handed each stream, and its parser reads from the system's handle directly.
 *
 *   stream ──► Connection ──► RequestGreenlet ──► serve(request, response)
 *                  │ one after the other             one of three faces: fetch, Node, WSGI
 *                  └──► UpgradeGreenlet ──► upgrade(request, socket, head)
 */
import { type Server, createServer } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { checkFunction, mismatch } from '../base/check.ts';
import type { Seconds } from '../core/timeout.ts';
import { writeErrorLine } from './access-log.ts';
import { Connection } from './connection.ts';
import { EngineState } from './engine-state.ts';
import type { Serve } from './exchange.ts';
import { EngineRequest, requestLineOf } from './incoming.ts';
import { EngineResponse } from './outgoing.ts';
import { type HTTPServerOptions, type HTTPSettings, checkHttpOptions } from './options.ts';
import { Patrol } from './patrol.ts';
import { type ClientError, firstLine, sendPlain, statusOfClientError } from './refusal.ts';
import { refusalOf } from './request-check.ts';
import { logRefusal } from './request-log.ts';
import { keepTickShape } from './tick-shape.ts';
import { Shedder } from './shed.ts';
import type { ConnectionStream } from './turn.ts';

const connectionOf: unique symbol = Symbol('gevent.http.connection');

type ServedStream = ConnectionStream & { [connectionOf]?: Connection };

/** @internal Serves HTTP on streams that somebody else accepts. */
export class HttpEngine {
  readonly #state: EngineState;
  readonly #server: Server<typeof EngineRequest, typeof EngineResponse>;
  readonly #shedder: Shedder | undefined;
  readonly #patrols: readonly Patrol[];
  /** What clients are told of how long an idle connection is kept: milliseconds; 0 tells them nothing. */
  readonly #keepAlive: number;
  readonly #connections = new Set<Connection>();
  readonly #forget = (connection: Connection): void => this.#close(connection);

  /**
   * @param serve called for each request, in a greenlet of its own
   * @param name who was given the options, for messages
   * @throws {TypeError | RangeError} an option makes no sense
   */
  constructor(serve: Serve, options: HTTPServerOptions = {}, name = 'HttpEngine') {
    checkFunction(serve, `${name}(serve)`);
    const settings = checkHttpOptions(options, name);
    this.#state = new EngineState(serve, settings);
    this.#shedder = settings.shed === undefined ? undefined : new Shedder(settings.shed);
    this.#patrols = [
      new Patrol(settings.keepAliveTimeout, () => this.#eachConnection((each) => each.lookIdle())),
      new Patrol(settings.sendTimeout, () => this.#eachConnection((each) => each.lookStalled())),
    ];
    this.#keepAlive = milliseconds(settings.keepAliveTimeout);
    this.#server = this.#makeServer(settings);
    keepTickShape();
  }

  /** How many connections there are. */
  get connections(): number {
    return this.#connections.size;
  }

  /** How many connections have a request that is not answered yet, or were taken over. */
  get active(): number {
    return this.#state.active;
  }

  /** How many requests are being served, or wait for their turn. */
  get requests(): number {
    return this.#state.requests;
  }

  /**
   * Serves a connection until it has closed and what was served on it is over: parks for that long. When it is
   * interrupted, the connection is cut and the greenlets of its requests are killed; it then still waits for their end.
   *
   * @param stream a socket of a server with `allowHalfOpen` and `pauseOnConnect`, or the TLS socket on top of one
   */
  async serve(stream: ConnectionStream): Promise<void> {
    if (!(stream instanceof Socket)) throw new TypeError(mismatch('serve(stream)', 'a socket', stream));
    if (stream.destroyed) return;
    const connection = this.#open(stream);
    try {
      await connection.done();
    } catch (error) {
      connection.kill();
      await connection.done();
      throw error;
    }
  }

  /**
   * Closes the connections that are idle, and has each of the others closed when it has answered what it is at: with
   * `Connection: close`, where the answer has not begun. Never parks.
   */
  closeIdle(): void {
    this.#state.isClosing = true;
    this.#server.closeIdleConnections();
    for (const connection of this.#connections) connection.closeWhenDone();
  }

  /** Undoes {@link closeIdle}, for connections that come from now on. */
  reopen(): void {
    this.#state.isClosing = false;
  }

  #open(stream: ServedStream): Connection {
    const connection = new Connection(this.#state, stream, this.#forget);
    if (this.#connections.size === 0) this.#startWatching();
    this.#connections.add(connection);
    stream[connectionOf] = connection;
    stream.on('close', onStreamClose);
    stream.setNoDelay(true);
    this.#server.emit('connection', stream);
    // It was accepted paused, so that the parser sees its very first byte.
    stream.resume();
    return connection;
  }

  #close(connection: Connection): void {
    this.#connections.delete(connection);
    if (this.#connections.size > 0) return;
    // This stops the timer of node:http that looks for slow requests; nothing listens that could be closed.
    this.#server.close();
    this.#shedder?.stop();
    for (const patrol of this.#patrols) patrol.stop();
  }

  #startWatching(): void {
    // For node:http, watching for slow requests begins with listening.
    this.#server.emit('listening');
    this.#shedder?.start();
    for (const patrol of this.#patrols) patrol.start();
  }

  #eachConnection(look: (connection: Connection) => void): void {
    for (const connection of this.#connections) look(connection);
  }

  #makeServer(settings: HTTPSettings): Server<typeof EngineRequest, typeof EngineResponse> {
    const { headersTimeout, requestTimeout, killOnDisconnect, upgrade } = settings;
    const server = createServer({
      IncomingMessage: EngineRequest,
      ServerResponse: EngineResponse,
      insecureHTTPParser: false,
      requireHostHeader: false,
      maxHeaderSize: Math.min(settings.maxHeaderSize, 2 ** 31),
      headersTimeout: milliseconds(Math.min(headersTimeout, requestTimeout)),
      requestTimeout: milliseconds(requestTimeout),
      // Idle connections are ours to close: a timer for each would be started and stopped with every request.
      keepAliveTimeout: 0,
      connectionsCheckingInterval: checkingInterval(Math.min(headersTimeout, requestTimeout)),
    });
    // One more than allowed is kept, so that too many are seen.
    server.maxHeadersCount = settings.maxHeaders === Infinity ? 0 : settings.maxHeaders + 1;
    (server as { httpAllowHalfOpen?: boolean }).httpAllowHalfOpen = !killOnDisconnect;
    server.on('request', (request, response) => this.#onRequest(request, response));
    server.on('checkContinue', (request, response) => {
      request.awaitsContinue = response;
      this.#onRequest(request, response);
    });
    server.on('checkExpectation', (request, response) => this.#refuse(request, response, 417));
    server.on('clientError', (error, stream) => this.#onClientError(error, stream as ServedStream));
    server.on('connect', (request, socket, head) => this.#onUpgrade(request, socket, head));
    if (upgrade !== undefined)
      server.on('upgrade', (request, socket, head) => this.#onUpgrade(request, socket, head));
    return server;
  }

  #onRequest(request: EngineRequest, response: EngineResponse): void {
    const connection = (request.socket as ServedStream)[connectionOf] as Connection;
    const refusal = refusalOf(request, this.#state.settings);
    if (refusal !== 0) return this.#refuse(request, response, refusal);
    connection.meet(request);
    if (this.#shedder?.refuses(this.#state) === true) {
      sendPlain(response, 503, ['Retry-After', this.#shedder.retryAfter]);
      return this.#logRefusal(connection, requestLineOf(request), 503);
    }
    (response as { _keepAliveTimeout?: number })._keepAliveTimeout = this.#keepAlive;
    connection.take(request, response);
  }

  #refuse(request: EngineRequest, response: EngineResponse, status: number): void {
    const connection = (request.socket as ServedStream)[connectionOf] as Connection;
    connection.meet(request);
    connection.refuse(response, status);
    this.#logRefusal(connection, requestLineOf(request), status);
  }

  #onUpgrade(request: EngineRequest, socket: Duplex, head: Buffer): void {
    const connection = (request.socket as ServedStream)[connectionOf] as Connection;
    const { settings } = this.#state;
    const refusal = refusalOf(request, settings);
    if (refusal === 0 && settings.upgrade !== undefined)
      return connection.upgrade(settings.upgrade, request, socket, head);
    connection.refuseTunnel(refusal === 0 ? 405 : refusal);
    this.#logRefusal(connection, requestLineOf(request), refusal === 0 ? 405 : refusal);
  }

  #onClientError(error: ClientError, stream: ServedStream): void {
    const connection = stream[connectionOf];
    const status = statusOfClientError(error);
    if (status === 0 || connection === undefined) {
      if (error.code !== 'HPE_CLOSED_CONNECTION') stream.destroy(error);
      return;
    }
    // Who never sent anything is not waiting for an answer.
    if (status === 408 && stream.bytesRead === 0) return void stream.destroy();
    if (!connection.refuseNonsense(status)) return;
    this.#logRefusal(connection, firstLine(error), status);
    const { errorLog } = this.#state.settings;
    if (errorLog !== undefined) writeErrorLine(errorLog, connection.address, `refused: ${error.message}`);
  }

  #logRefusal(connection: Connection, requestLine: string, status: number): void {
    const { log } = this.#state.settings;
    if (log !== undefined) logRefusal(log, connection.address, requestLine, status);
  }
}

function onStreamClose(this: ServedStream): void {
  this[connectionOf]?.closed();
}

/** For node:http, 0 is for ever. */
function milliseconds(seconds: Seconds): number {
  return seconds === Infinity ? 0 : Math.ceil(seconds * 1000);
}

/** How often node:http looks for requests that are too slow. */
function checkingInterval(seconds: Seconds): number {
  return Math.min(Math.max(Math.ceil(seconds * 250), 10), 1000);
}
