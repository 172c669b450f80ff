/**
 * The TLS socket. It takes a plain socket over; what it is made of changes with the handshake:
 *
 *   plain socket ──wrap──► UnsecuredFlow ──doHandshake()──► TLSFlow ──unwrap()──► plain socket
 *                                └──── failed, killed, timed out ──► closed
 */
import type { SecureContext } from 'node:tls';
import { mismatch } from '../base/check.ts';
import { passOn } from '../core/checkpoint.ts';
import { type SocketError, systemError } from '../inet/errors.ts';
import type { Address } from '../inet/address.ts';
import type { SendableData } from '../io/bytes.ts';
import { Flow } from '../io/flow.ts';
import type { Endpoint } from '../io/socket-base.ts';
import { closedError } from '../io/socket-names.ts';
import { Socket } from '../io/socket.ts';
import { ConnectionInfo } from './connection-info.ts';
import { ContextSettings } from './context-settings.ts';
import { SSLError, SSLWantReadError } from './errors.ts';
import { Handshake, type Secured } from './handshake.ts';
import { secureOptionsOf } from './secure-options.ts';
import { ServerNameChoice } from './server-name.ts';
import { SSLSession } from './ssl-session.ts';
import { carryOver } from './take-over.ts';
import { TLSFlow, UnsecuredFlow } from './tls-flow.ts';
import type { WrapOptions } from './wrap-options.ts';

/** @internal A context, as far as its sockets need it. */
export interface SocketContext extends ContextSettings {
  /** @internal */
  readonly chooseContext: ((sock: SSLSocket, serverName: string) => unknown) | undefined;
}

/** How many bytes `read` takes when it is not told. */
const READ_SIZE = 1024;

/**
 * A socket that speaks TLS, made by `SSLContext.wrapSocket` or `wrapSocket`. All calls of a {@link Socket} work on
 * what is encrypted underneath; each that waits parks the calling greenlet alone. gevent: `ssl.SSLSocket`.
 *
 * @example
 * const context = createDefaultContext();
 * const sock = await context.wrapSocket(await createConnection(['example.org', 443]), {
 *   serverHostname: 'example.org',
 * });
 * console.log(sock.version(), sock.getPeerCert());
 */
export class SSLSocket extends ConnectionInfo {
  readonly serverSide: boolean;
  /** The host that a client means. */
  readonly serverHostname: string | undefined;
  readonly doHandshakeOnConnect: boolean;
  readonly suppressRaggedEofs: boolean;
  readonly #isDirect: boolean;
  /** @internal */
  protected readonly resumed: SSLSession | undefined;
  #context: SocketContext;
  #session: SSLSession | undefined = undefined;
  #handshake: Handshake | undefined = undefined;

  /** @internal Takes `sock` over, which is closed then. */
  constructor(sock: Socket, context: SocketContext, options: WrapOptions, isDirect = false) {
    super(sock.family, sock.type, sock.proto);
    this.#context = context;
    this.#isDirect = isDirect;
    this.resumed = options.session;
    this.serverSide = options.serverSide === true;
    this.serverHostname = options.serverHostname;
    this.doHandshakeOnConnect = options.doHandshakeOnConnect !== false;
    this.suppressRaggedEofs = options.suppressRaggedEofs !== false;
    this.ref = sock.ref;
    if (sock.stream === undefined) {
      this.shareWith(sock);
      sock.close();
    } else {
      carryOver(sock, this);
      this.endpoint = new Flow(sock.detach(), this);
    }
  }

  /** The context it was made with, or the one that was chosen for the host that the client asked for. */
  get context(): SocketContext {
    return this.#context;
  }

  set context(context: SocketContext) {
    if (!(context instanceof ContextSettings)) {
      throw new TypeError(mismatch('sslSocket.context', 'an SSLContext', context));
    }
    this.#context = context;
  }

  /**
   * The session of a client, to be given to the next connection; undefined until there is one: in TLS 1.3 it comes
   * after the handshake, with the first data.
   */
  get session(): SSLSession | undefined {
    return this.#session;
  }

  /**
   * Agrees on keys with the other side, and checks its certificate; parks until that is done, for as long as
   * `setTimeout` allows. If it fails, or is interrupted, the socket is closed. Does nothing if it was done.
   *
   * @throws {SSLCertVerificationError} the certificate is not accepted
   * @throws {SSLError} the two could not agree, or the other side does not speak TLS
   * @throws {SocketTimeout} it took too long
   */
  doHandshake(): Promise<void> {
    const { endpoint } = this;
    if (endpoint instanceof TLSFlow) return passOn(undefined);
    if (endpoint instanceof UnsecuredFlow) return this.#shakeHands(endpoint);
    // One that failed while nobody waited is reported now.
    return this.#handshake?.wait(this.timeout) ?? this.notConnected('do_handshake');
  }

  /**
   * Up to `size` bytes, as `recv`; with a buffer, into that, and answers how many. Parks until there are some.
   * Python: `SSLSocket.read`.
   */
  read(size?: number): Promise<Buffer>;
  read(size: number, buffer: Uint8Array): Promise<number>;
  read(size: number = READ_SIZE, buffer?: Uint8Array): Promise<Buffer | number> {
    return buffer === undefined ? this.recv(size) : this.recvInto(buffer, size);
  }

  /** As `send`. Python: `SSLSocket.write`. */
  write(data: SendableData): Promise<number> {
    return this.send(data);
  }

  /**
   * Ends TLS and parks until the other side has ended it too; answers a plain socket on the same connection, with
   * what came behind. This one is closed then. Interrupted on the way, it can be called again.
   *
   * @throws {SSLError} APPLICATION_DATA_AFTER_CLOSE_NOTIFY: there is data that was not received; receive it, and
   * call again
   * @throws {SSLError} the socket is a server's, which is bound to TLS: wrap a plain one yourself
   * @throws {SSLEOFError} the connection ended
   */
  async unwrap(): Promise<Socket> {
    this.checkOpen('unwrap');
    const { endpoint } = this;
    if (!(endpoint instanceof TLSFlow)) throw new SSLError('Cannot unwrap: there has been no handshake');
    await endpoint.endTLS(this.timeout);
    const plain = endpoint.release();
    const socket = Socket.fromStream(plain, this.family);
    carryOver(this, socket);
    this.close();
    return socket;
  }

  /** Connects, and does the handshake. */
  override connect(address: Address): Promise<void> {
    if (this.serverSide)
      throw new TypeError('connect(): a socket that was wrapped as a server cannot connect');
    return this.#secureAfter(super.connect(address));
  }

  /** As `connect`, and answers the number of the error of connecting; 0 for success. */
  override async connectEx(address: Address): Promise<number> {
    const code = await super.connectEx(address);
    if (code === 0) await this.#secureAfter(undefined);
    return code;
  }

  /** The next client, after its handshake, and its address; parks until one has done it. */
  override async accept(): Promise<[client: SSLSocket, address: Address]> {
    const [client, address] = await super.accept();
    const { serverSide, doHandshakeOnConnect, suppressRaggedEofs } = this;
    const options = { serverSide, doHandshakeOnConnect, suppressRaggedEofs };
    return [await wrapWith(client, this.#context, options), address];
  }

  override close(): void {
    super.close();
    this.#handshake?.abort(closedError());
  }

  /** @internal */
  protected override get settings(): ContextSettings {
    return this.#context;
  }

  /** @internal */
  protected override get endpoint(): Endpoint | undefined {
    return super.endpoint;
  }

  /** @internal Nothing goes in the clear: a connection that comes about is one that is to be secured. */
  protected override set endpoint(endpoint: Endpoint) {
    const isPlain = endpoint.constructor === Flow;
    super.endpoint = isPlain ? this.#toSecure(endpoint) : endpoint;
  }

  #toSecure(flow: Flow): UnsecuredFlow {
    return new UnsecuredFlow(flow.detach(closedError()), this, async () => {
      await this.doHandshake();
      if (!(this.endpoint instanceof TLSFlow)) throw systemError('EBADF', 'use a TLS connection');
      return this.endpoint;
    });
  }

  async #secureAfter(connected: Promise<void> | undefined): Promise<void> {
    await connected;
    if (this.doHandshakeOnConnect) await this.doHandshake();
  }

  async #shakeHands(flow: UnsecuredFlow): Promise<void> {
    const isOurs = this.#handshake === undefined;
    try {
      this.#handshake ??= this.#begin(flow);
      await this.#handshake.wait(this.timeout);
    } catch (error) {
      // Without waiting it goes on; and whoever only waited for it leaves it to the one who began.
      if (isOurs && !(error instanceof SSLWantReadError)) this.close();
      throw error;
    }
  }

  #begin(flow: UnsecuredFlow): Handshake {
    const { serverSide, serverHostname } = this;
    const context = this.#context;
    const choice = serverSide && context.chooseContext !== undefined ? new ServerNameChoice() : undefined;
    // Before anything is taken apart: the certificates may be no good.
    const { native } = context;
    const plain = flow.detach(closedError());
    context.counts[serverSide ? 'accept' : 'connect'] += 1;
    const handshake = new Handshake(
      plain,
      {
        ...secureOptionsOf(context, serverSide),
        native,
        hostname: serverHostname,
        session: this.resumed,
        onSession: (data, certificate) => {
          this.#session = new SSLSession(data, context, certificate);
        },
        onServerName: choice && ((name, done) => choice.make(() => this.#choose(context, name), done)),
      },
      this.#isDirect,
      this,
      (error, secured) => {
        choice?.end();
        this.#onHandshake(flow, context, error, secured);
      },
    );
    flow.secureBy(handshake);
    return handshake;
  }

  #onHandshake(
    flow: UnsecuredFlow,
    { counts }: SocketContext,
    error: SocketError | undefined,
    secured: Secured,
  ): void {
    if (error === undefined) {
      this.#handshake = undefined;
      counts[this.serverSide ? 'acceptGood' : 'connectGood'] += 1;
      if (secured.stream.isSessionReused()) counts.hits += 1;
      this.endpoint = new TLSFlow(secured, this, this.suppressRaggedEofs);
    } else this.close();
    flow.notify();
  }

  /** What the context's callback has chosen for the host that the client asks for. */
  async #choose(context: SocketContext, serverName: string): Promise<SecureContext | undefined> {
    const answer = await context.chooseContext?.(this, serverName);
    if (answer instanceof ContextSettings) this.context = answer as SocketContext;
    else if (answer !== undefined) {
      throw new TypeError(mismatch('what sniCallback answers', 'an SSLContext or undefined', answer));
    }
    return this.#context === context ? undefined : this.#context.native;
  }
}

/** @internal Wraps `sock`, whose options were checked; parks for the handshake if it is connected. */
export async function wrapWith(
  sock: Socket,
  context: SocketContext,
  options: WrapOptions,
  isDirect = false,
): Promise<SSLSocket> {
  const secure = new SSLSocket(sock, context, options, isDirect);
  if (secure.stream !== undefined && secure.doHandshakeOnConnect) await secure.doHandshake();
  return secure;
}
