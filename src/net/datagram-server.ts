/** Servers of datagrams: UDP. */
import { checkFlag, mismatch } from '../base/check.ts';
import { type Address, type InetAddress, checkAddress, familyOf, parseAddress } from '../inet/address.ts';
import {
  AF_INET,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  SOCK_DGRAM,
  SOL_SOCKET,
  SO_BROADCAST,
  SO_REUSEADDR,
  SO_REUSEPORT,
} from '../inet/constants.ts';
import { systemError } from '../inet/errors.ts';
import { type SendableData, toBuffer } from '../io/bytes.ts';
import { DatagramPort } from '../io/datagram.ts';
import { Socket } from '../io/socket.ts';
import { Semaphore } from '../sync/semaphore.ts';
import { BaseServer } from './base-server.ts';
import { type BaseServerOptions, type ListenerOption, splitServerArguments } from './server-options.ts';
import type { ServerHandle } from './serving.ts';

/** How the socket of a DatagramServer is made. Refused beside a socket that is bound already. */
export interface DatagramListeningOptions {
  /** It may send to broadcast addresses. Default: false. */
  readonly broadcast?: boolean | undefined;
  /** Others may bind the address too; the last one gets what is sent to it. Default: false. */
  readonly reuseAddr?: boolean | undefined;
  /** Others may bind the address too, and the kernel spreads what comes (Node 23.1 and later). Default: false. */
  readonly reusePort?: boolean | undefined;
  /** An IPv6 address takes nothing from IPv4. Default: false, it takes both. */
  readonly ipv6Only?: boolean | undefined;
}

/** What a DatagramServer takes. */
export interface DatagramServerOptions extends BaseServerOptions, DatagramListeningOptions {}

/** Handles one datagram. */
export type DatagramHandle = ServerHandle<[data: Buffer, address: InetAddress]>;

/**
 * A server of datagrams: `handle(data, address)` runs in a greenlet for each, and may answer with `sendTo`. With a full
 * pool the datagrams wait, in a buffer of 1 MiB; what finds no room there is lost, as is the way of datagrams. gevent:
 * `server.DatagramServer`.
 *
 * @example
 * const server = new DatagramServer(':9000', (data, address) => server.sendTo(`got ${data.length} bytes`, address));
 * await server.serveForever();
 */
export class DatagramServer extends BaseServer<[data: Buffer, address: InetAddress]> {
  /** Others may bind the address too. gevent: `reuse_addr`. */
  readonly reuseAddr: boolean;
  readonly #listening: DatagramListeningOptions;
  readonly #sending = new Semaphore(1);

  /**
   * @param handle left out by a subclass that has it as a method; the options may then stand alone
   * @throws {TypeError | RangeError} an argument makes no sense
   */
  constructor(
    listener: ListenerOption,
    handle?: DatagramHandle | DatagramServerOptions,
    options?: DatagramServerOptions,
  ) {
    const given = splitServerArguments<DatagramHandle, DatagramServerOptions>(handle, options);
    super(listener, given.handle, given.options, SOCK_DGRAM);
    const { name } = new.target;
    this.#listening = checkListening(given.options, listener, name);
    this.reuseAddr = given.options.reuseAddr ?? false;
  }

  /** A socket that is bound to an address: what `start()` makes. Parks until it is. gevent: `get_listener`. */
  static getListener(address: Address | number, options: DatagramListeningOptions = {}): Promise<Socket> {
    const where = parseAddress(address, 'getListener(address)');
    return bindSocket(where, checkListening(options, undefined, 'getListener'));
  }

  /**
   * Sends a datagram from the server's address, after those that others are sending; parks until the kernel has it.
   * Answers its size. Handlers can still answer while `stop()` lets them finish. gevent: `sendto`.
   *
   * @throws {SocketError} EBADF: the server is not started; EMSGSIZE and the like
   */
  sendTo(data: SendableData, address: InetAddress): Promise<number> {
    const bytes = toBuffer(data, 'sendTo(data)');
    const to = checkAddress(address, 'sendTo(address)');
    if (typeof to === 'string') throw new TypeError(mismatch('sendTo(address)', '[host, port]', address));
    return this.#sending.use(() => {
      if (this.socket === undefined) throw systemError('EBADF', 'sendto');
      return this.socket.sendTo(bytes, to);
    });
  }

  /** @internal */
  protected override openSocket(): Promise<Socket> {
    const { getListener } = this.constructor as typeof DatagramServer;
    return getListener.call(this.constructor, this.address, this.#listening);
  }

  /** @internal The handlers that are running may still answer. */
  protected override refuse(): void {
    this.refuseOnly();
  }

  protected override doRead(): [Buffer, InetAddress] | undefined {
    const port = this.socket?.watchable;
    // Somebody closed it behind our back.
    if (!(port instanceof DatagramPort)) throw systemError('EBADF', 'recvfrom');
    return port.take() as [Buffer, InetAddress] | undefined;
  }

  protected override doClose(): void {
    // A datagram leaves nothing open.
  }
}

async function bindSocket(address: Address, options: DatagramListeningOptions): Promise<Socket> {
  const socket = new Socket(familyOf(address) ?? AF_INET, SOCK_DGRAM);
  try {
    if (options.reuseAddr === true) socket.setSockOpt(SOL_SOCKET, SO_REUSEADDR, true);
    if (options.reusePort === true) socket.setSockOpt(SOL_SOCKET, SO_REUSEPORT, true);
    if (options.broadcast === true) socket.setSockOpt(SOL_SOCKET, SO_BROADCAST, true);
    if (options.ipv6Only === true) socket.setSockOpt(IPPROTO_IPV6, IPV6_V6ONLY, true);
    await socket.bind(address);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

function checkListening(
  options: DatagramListeningOptions,
  listener: ListenerOption | undefined,
  name: string,
): DatagramListeningOptions {
  const { broadcast, reuseAddr, reusePort, ipv6Only } = options;
  const listening = { broadcast, reuseAddr, reusePort, ipv6Only };
  for (const [option, value] of Object.entries(listening)) {
    checkFlag(value, `${name}({ ${option} })`);
    if (value !== undefined && listener instanceof Socket)
      throw new TypeError(`${name}({ ${option} }): the socket that it was given is bound already`);
  }
  return listening;
}
