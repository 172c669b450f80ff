/** The socket: gevent's and Python's calls, each of which parks only the greenlet that makes it. */
import type { Duplex } from 'node:stream';
import { checkInteger } from '../base/check.ts';
import { type Address, type InetAddress } from '../inet/address.ts';
import {
  AF_INET,
  AF_UNIX,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  SOMAXCONN,
  SO_REUSEPORT,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
} from '../inet/constants.ts';
import { SocketError, systemError } from '../inet/errors.ts';
import { type Callable, callable } from './callable.ts';
import { openConnection } from './connect.ts';
import { Flow } from './flow.ts';
import { Listener } from './listener.ts';
import { resolveAddress } from './resolve-address.ts';
import { familyOfStream, peerAddress } from './socket-names.ts';
import { TransferSocket } from './socket-transfer.ts';
import { type FileMode, SocketFile, type SocketFileOptions } from './socket-file.ts';

const DEFAULT_BACKLOG = 128;

/**
 * A TCP, UDP or Unix-domain socket. A call that waits parks the calling greenlet alone: it can be killed and timed
 * out there, and the socket stays usable. Errors are {@link SocketError}s; a wait longer than `setTimeout` allows
 * raises `SocketTimeout`. gevent: `socket.socket`.
 *
 * @example
 * const sock = new Socket();
 * await sock.connect(['127.0.0.1', 7]);
 * await sock.sendAll('hello');
 * console.log((await sock.recv(100)).toString());
 * sock.close();
 */
export class Socket extends TransferSocket {
  #isConnecting = false;

  /**
   * @param family `AF_INET` (the default), `AF_INET6`, `AF_UNIX`
   * @param type `SOCK_STREAM` (the default), `SOCK_DGRAM`
   */
  constructor(family: number = AF_INET, type: number = SOCK_STREAM, proto = 0) {
    super(family, type, proto);
  }

  /** A socket over a connected stream of Node's, which belongs to it from then on. Never parks. */
  static fromStream(stream: Duplex, family: number = familyOfStream(stream)): Socket {
    const socket = new Socket(family);
    socket.endpoint = new Flow(stream, socket);
    return socket;
  }

  /**
   * Chooses the local address: of a listener, of a connection to be made, or of a UDP socket. Parks while a host name
   * is looked up, and until a UDP socket is bound. A stream socket takes the port when it listens or connects.
   *
   * @throws {SocketError} EINVAL: it has an address already; EADDRINUSE and the like for UDP
   */
  bind(address: Address): Promise<void> {
    const where = this.checkFamily(address, 'bind(address)');
    this.checkOpen('bind');
    if (this.bound !== undefined || this.endpoint !== undefined)
      return Promise.reject(systemError('EINVAL', 'bind'));
    this.bound = where;
    this.binding = this.#bind(where);
    // Whoever did not wait for it is told by the call that needs it.
    this.binding.catch(() => {});
    return this.binding;
  }

  async #bind(where: Address): Promise<void> {
    try {
      this.bound = await resolveAddress(where, this.family, this.type, true);
      if (this.type === SOCK_DGRAM) await this.bindPort(this.bound as InetAddress);
    } catch (error) {
      this.bound = undefined;
      throw error;
    }
  }

  /** Begins to take clients; parks until it does. Up to `backlog` of them may wait to be accepted. */
  listen(backlog: number = DEFAULT_BACKLOG): Promise<void> {
    checkInteger(backlog, 'listen(backlog)', 0);
    this.checkOpen('listen');
    if (this.type !== SOCK_STREAM) return Promise.reject(systemError('EOPNOTSUPP', 'listen'));
    if (this.endpoint !== undefined) return Promise.reject(systemError('EINVAL', 'listen'));
    this.binding = this.#listen(Math.min(Math.max(backlog, 1), SOMAXCONN));
    this.binding.catch(() => {});
    return this.binding;
  }

  async #listen(backlog: number): Promise<void> {
    await this.binding;
    const anywhere: Address = this.family === AF_INET ? ['0.0.0.0', 0] : ['::', 0];
    const options = {
      backlog,
      ipv6Only: this.options.flag(IPPROTO_IPV6, IPV6_V6ONLY),
      reusePort: this.options.isOn(SOL_SOCKET, SO_REUSEPORT),
    };
    const listener = await Listener.listen(this.bound ?? anywhere, options, this);
    if (this.closed) {
      listener.close(systemError('EBADF', 'listen'));
      throw systemError('EBADF', 'listen');
    }
    this.endpoint = listener;
  }

  /** The next client, and its address; parks until one has connected. */
  async accept(): Promise<[client: Socket, address: Address]> {
    this.checkOpen('accept');
    if (this.binding !== undefined) await this.binding;
    if (!(this.endpoint instanceof Listener)) throw systemError('EINVAL', 'accept');
    const stream = await this.endpoint.accept(this.timeout);
    return [
      Socket.fromStream(stream, this.family),
      peerAddress(stream) ?? (this.family === AF_UNIX ? '' : ['', 0]),
    ];
  }

  /**
   * Connects to an address; parks until it has, or could not. A host name is looked up, and its first address used:
   * {@link createConnection} tries them all. Killed or timed out on the way, it is as it was before. For UDP, sets the
   * peer of `send` and `recv`.
   */
  connect(address: Address): Promise<void> {
    const to = this.checkFamily(address, 'connect(address)');
    this.checkOpen('connect');
    return this.#connect(to);
  }

  async #connect(to: Address): Promise<void> {
    if (this.#isConnecting) throw systemError('EALREADY', 'connect');
    if (this.endpoint instanceof Flow) throw systemError('EISCONN', 'connect');
    if (this.endpoint instanceof Listener) throw systemError('EINVAL', 'connect');
    this.#isConnecting = true;
    this.idle.isConnecting = true;
    try {
      const target = await resolveAddress(to, this.family, this.type);
      if (this.type === SOCK_DGRAM) return await (await this.port()).connect(target as InetAddress);
      if (this.binding !== undefined) await this.binding;
      const local = this.bound as InetAddress | undefined;
      const stream = await openConnection(target, { local, seconds: this.timeout });
      if (this.closed) {
        stream.destroy();
        throw systemError('EBADF', 'connect');
      }
      this.endpoint = new Flow(stream, this);
    } finally {
      this.#isConnecting = false;
      this.idle.isConnecting = false;
    }
  }

  /** As {@link connect}, and answers the number of the error in place of raising it; 0 for success. */
  connectEx(address: Address): Promise<number> {
    const to = this.checkFamily(address, 'connectEx(address)');
    this.checkOpen('connect');
    return this.#connect(to).then(
      () => 0,
      (error: unknown) => {
        if (error instanceof SocketError && error.errno !== undefined && error.errno > 0) return error.errno;
        throw error;
      },
    );
  }

  /**
   * A file over the connection: text (UTF-8, or `encoding`), or bytes with a `b` in the mode. The connection stays
   * open until the file is closed too. Never parks. Python: `socket.makefile`.
   *
   * @example
   * for await (const line of sock.makeFile('r')) console.log(line);
   */
  makeFile(mode: 'rb' | 'wb' | 'rwb', options?: SocketFileOptions): SocketFile<Buffer>;
  makeFile(mode?: 'r' | 'w' | 'rw', options?: SocketFileOptions): SocketFile<string>;
  makeFile(mode: FileMode = 'r', options: SocketFileOptions = {}): SocketFile<string> | SocketFile<Buffer> {
    this.checkOpen('makefile');
    return new SocketFile(this.dup(), mode, options) as SocketFile<string> | SocketFile<Buffer>;
  }

  /** Another socket on the same connection: it ends when both are closed. Never parks. gevent: `socket.dup`. */
  dup(): Socket {
    this.checkOpen('dup');
    const twin = new Socket(this.family, this.type, this.proto);
    twin.shareWith(this);
    return twin;
  }

  /** Takes the Node stream out, with what was not received at its front; this socket is closed then. Never parks. */
  detach(): Duplex {
    this.checkOpen('detach');
    return this.giveAway();
  }
}

/** {@link Socket} by its name in Python; `new` may be left out. gevent: `socket.socket`. */
export const socket: Callable<typeof Socket> = callable(Socket);
