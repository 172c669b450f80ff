/** Servers of connections: TCP, Unix-domain sockets, and TLS on top of either. */
import { checkFlag, checkInteger, mismatch } from '../base/check.ts';
import { type Address, parseAddress } from '../inet/address.ts';
import { AF_UNIX, SOCK_STREAM } from '../inet/constants.ts';
import { systemError } from '../inet/errors.ts';
import { Listener } from '../io/listener.ts';
import { Socket } from '../io/socket.ts';
import { peerAddress } from '../io/socket-names.ts';
import { type TLSServerOptions, contextFor, secureServerSide } from '../tls/server-side.ts';
import type { SSLContext } from '../tls/ssl-context.ts';
import { BaseServer } from './base-server.ts';
import type { HandlerBody } from './handling.ts';
import { openListener } from './open-listener.ts';
import { type BaseServerOptions, type ListenerOption, splitServerArguments } from './server-options.ts';
import type { ServerHandle } from './serving.ts';

/** How the listening socket is made. Refused beside a socket that listens already. */
export interface ListeningOptions {
  /** How many clients may wait to be taken; those beyond are refused. Default: 128. */
  readonly backlog?: number | undefined;
  /** Node sets SO_REUSEADDR on every listening socket, so that a server can start again at once: true is all there is. */
  readonly reuseAddr?: boolean | undefined;
  /** Several servers may listen on one port, and the kernel spreads the clients (Node 23.1 and later). */
  readonly reusePort?: boolean | undefined;
  /** An IPv6 address takes no IPv4 clients. Default: false, it takes both. */
  readonly ipv6Only?: boolean | undefined;
  /** The permissions of a Unix-domain socket's file, such as 0o600; it never has others. Default: what the umask leaves. */
  readonly mode?: number | undefined;
}

/** What a StreamServer takes. Any of the TLS options turns TLS on. */
export interface StreamServerOptions extends BaseServerOptions, ListeningOptions, TLSServerOptions {}

/** Handles one connection; it is closed when the handler is through. */
export type StreamHandle = ServerHandle<[socket: Socket, address: Address]>;

/** What `reuseAddr` is when nobody says. gevent: `DEFAULT_REUSE_ADDR`. */
export const DEFAULT_REUSE_ADDR: boolean | undefined = process.platform === 'win32' ? undefined : true;

const DEFAULT_BACKLOG = 128;

/**
 * A server of connections: each client's `handle(socket, address)` runs in a greenlet of its own. When it returns,
 * fails or is killed, the client's socket is closed; a failure is printed with the client's address, and the server
 * goes on. gevent: `server.StreamServer`.
 *
 * With a full pool no client is taken: they wait, up to `backlog` of them, as they do after `stopAccepting()`.
 *
 * @example
 * const server = new StreamServer('127.0.0.1:7000', async (socket, address) => {
 *   for await (const line of socket.makeFile()) await socket.sendAll(`you said: ${line}`);
 * });
 * await server.serveForever();
 */
export class StreamServer extends BaseServer<[socket: Socket, address: Address]> {
  /** How many clients may wait to be taken. */
  backlog: number = DEFAULT_BACKLOG;
  /** The permissions of a Unix-domain socket's file; undefined: what the umask leaves. */
  mode: number | undefined = undefined;
  /** The listening socket has SO_REUSEADDR. gevent: `reuse_addr`. */
  readonly reuseAddr: boolean | undefined = DEFAULT_REUSE_ADDR;
  /** The options that were given for TLS. gevent: `ssl_args`. */
  readonly sslArgs: TLSServerOptions;
  /** What the handshakes are made with; undefined without TLS. gevent: `ssl_context`. */
  readonly sslContext: SSLContext | undefined;
  readonly #listening: ListeningOptions;

  /**
   * @param handle left out by a subclass that has it as a method; the options may then stand alone
   * @throws {TypeError | RangeError} an argument makes no sense
   */
  constructor(
    listener: ListenerOption,
    handle?: StreamHandle | StreamServerOptions,
    options?: StreamServerOptions,
  ) {
    const given = splitServerArguments<StreamHandle, StreamServerOptions>(handle, options);
    super(listener, given.handle, given.options, SOCK_STREAM);
    const { name } = new.target;
    this.#listening = checkListening(given.options, listener, name);
    this.backlog = given.options.backlog ?? DEFAULT_BACKLOG;
    this.mode = given.options.mode;
    this.sslArgs = tlsOptions(given.options);
    this.sslContext = contextFor(this.sslArgs);
  }

  /** True when clients are served over TLS. gevent: `ssl_enabled`. */
  get sslEnabled(): boolean {
    return this.sslContext !== undefined;
  }

  /** A socket that listens on an address: what `start()` makes. Parks until it does. gevent: `get_listener`. */
  static getListener(
    address: Address | number,
    options: ListeningOptions = {},
    owner: { toString(): string } = StreamServer,
  ): Promise<Socket> {
    const where = parseAddress(address, 'getListener(address)');
    const { backlog = DEFAULT_BACKLOG, ...rest } = checkListening(options, undefined, 'getListener');
    return openListener(where, { ...rest, backlog }, owner);
  }

  /**
   * Serves a client over TLS: makes the handshake, and runs `handle` with the secured socket. Parks as both do. What
   * the greenlet of each client runs, when there is TLS. gevent: `wrap_socket_and_handle`.
   */
  async wrapSocketAndHandle(socket: Socket, address: Address): Promise<unknown> {
    const context = this.sslContext;
    if (context === undefined) throw systemError('EINVAL', 'wrap');
    const secured = await secureServerSide(socket, context, this.sslArgs.handshakeTimeout, this.sslArgs);
    try {
      return await this.handle?.(secured, address);
    } finally {
      secured.closeWithFiles();
    }
  }

  /** @internal */
  protected override get body(): HandlerBody {
    return this.sslEnabled ? this.#wrap.handle : super.body;
  }

  readonly #wrap = {
    handle: (socket: Socket, address: Address): Promise<unknown> => this.wrapSocketAndHandle(socket, address),
  };

  /** @internal */
  protected override openSocket(): Promise<Socket> {
    const { getListener } = this.constructor as typeof StreamServer;
    const options = { ...this.#listening, backlog: this.backlog, mode: this.mode };
    return getListener.call(this.constructor, this.address, options, this);
  }

  protected override doRead(): [Socket, Address] | undefined {
    const listener = this.socket?.watchable;
    // Somebody closed it behind our back.
    if (!(listener instanceof Listener)) throw systemError('EBADF', 'accept');
    const stream = listener.take();
    if (stream === undefined) return undefined;
    return [
      Socket.fromStream(stream, this.family),
      peerAddress(stream) ?? (this.family === AF_UNIX ? '' : ['', 0]),
    ];
  }

  protected override doClose(socket: Socket, _address: Address): void {
    socket.closeWithFiles();
  }
}

function checkListening(
  options: ListeningOptions,
  listener: ListenerOption | undefined,
  name: string,
): ListeningOptions {
  const { backlog, reuseAddr, reusePort, ipv6Only, mode } = options;
  if (backlog !== undefined) checkInteger(backlog, `${name}({ backlog })`, 1);
  checkFlag(reuseAddr, `${name}({ reuseAddr })`);
  checkFlag(reusePort, `${name}({ reusePort })`);
  checkFlag(ipv6Only, `${name}({ ipv6Only })`);
  if (reuseAddr === false && DEFAULT_REUSE_ADDR === true) {
    throw new TypeError(`${name}({ reuseAddr }): Node sets SO_REUSEADDR on every socket that listens`);
  }
  if (mode !== undefined && checkInteger(mode, `${name}({ mode })`, 0) > 0o777) {
    throw new RangeError(mismatch(`${name}({ mode })`, 'permissions from 0 to 0o777', mode));
  }
  const listening = { backlog, reuseAddr, reusePort, ipv6Only, mode };
  if (listener instanceof Socket) {
    for (const [option, value] of Object.entries(listening)) {
      if (value !== undefined)
        throw new TypeError(`${name}({ ${option} }): the socket that it was given listens already`);
    }
  }
  return listening;
}

/** What is left when the other options are taken out. */
function tlsOptions(options: StreamServerOptions): TLSServerOptions {
  const others: Record<keyof BaseServerOptions | keyof ListeningOptions, true> = {
    spawn: true,
    maxAccept: true,
    minDelay: true,
    maxDelay: true,
    stopTimeout: true,
    backlog: true,
    reuseAddr: true,
    reusePort: true,
    ipv6Only: true,
    mode: true,
  };
  return Object.fromEntries(Object.entries(options).filter(([name]) => !Object.hasOwn(others, name)));
}
