/** The socket: gevent's and Python's calls, each of which parks only the greenlet that makes it. */
import type { Duplex } from 'node:stream';
import type { Socket as Stream } from 'node:net';
import type { Address, InetAddress } from '../inet/address.ts';
import { AF_INET, AF_UNIX, SOCK_DGRAM, SOCK_STREAM } from '../inet/constants.ts';
import { SocketError, SocketTimeout, systemError } from '../inet/errors.ts';
import { type Callable, callable } from './callable.ts';
import { openConnection } from './connect.ts';
import { Flow } from './flow.ts';
import { Listener } from './listener.ts';
import { resolveAddress } from './resolve-address.ts';
import { checkStream, familyOfStream, peerAddress } from './socket-names.ts';
import { TransferSocket } from './socket-transfer.ts';
import { type FileMode, SocketFile, type SocketFileOptions } from './socket-file.ts';

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
  /** The duplicates that its files use. */
  #ofFiles: Socket[] | undefined = undefined;

  /**
   * @param family `AF_INET` (the default), `AF_INET6`, `AF_UNIX`
   * @param type `SOCK_STREAM` (the default), `SOCK_DGRAM`
   */
  constructor(family: number = AF_INET, type: number = SOCK_STREAM, proto = 0) {
    super(family, type, proto);
  }

  /**
   * A socket over a connected stream of Node's, of bytes, which belongs to it from then on. Never parks.
   *
   * @throws {SocketError} ENOTCONN: the stream is not connected, or not any more
   */
  static fromStream(stream: Duplex, family?: number): Socket {
    checkStream(stream);
    const socket = new Socket(family ?? familyOfStream(stream));
    socket.endpoint = new Flow(stream, socket);
    return socket;
  }

  /** The next client, and its address; parks until one has connected. */
  async accept(): Promise<[client: Socket, address: Address]> {
    this.checkOpen('accept');
    const binding = this.settled();
    if (binding !== undefined) await binding;
    const { endpoint } = this;
    if (!(endpoint instanceof Listener))
      throw systemError(this.type === SOCK_DGRAM ? 'EOPNOTSUPP' : 'EINVAL', 'accept');
    const wait = (): Promise<Stream> => endpoint.accept(this.timeout);
    const stream = await (this.isShared ? this.attempt(wait) : wait());
    const client = new Socket(this.family);
    client.options.inherit(this.options);
    client.endpoint = new Flow(stream, client);
    return [client, peerAddress(stream) ?? (this.family === AF_UNIX ? '' : ['', 0])];
  }

  /**
   * Connects to an address; parks until it has, or could not. A host name is looked up, and its first address used:
   * {@link createConnection} tries them all. Killed or timed out on the way, it is as it was before. For UDP, sets the
   * peer of `send` and `recv`.
   */
  connect(address: Address): Promise<void> {
    const to = this.checkFamily(address, 'connect(address)');
    return this.#connect(to);
  }

  async #connect(to: Address): Promise<void> {
    this.checkOpen('connect');
    if (this.#isConnecting) throw systemError('EALREADY', 'connect');
    this.#checkUnconnected();
    this.#isConnecting = true;
    this.idle.isConnecting = true;
    try {
      await this.attempt(() => this.#open(to));
    } finally {
      this.#isConnecting = false;
      this.idle.isConnecting = false;
    }
  }

  async #open(to: Address): Promise<void> {
    const binding = this.settled();
    if (binding !== undefined) await binding;
    const target = await resolveAddress(to, this.family, this.type);
    if (this.type === SOCK_DGRAM) return await (await this.port('connect')).connect(target as InetAddress);
    const local = this.bound;
    // Node can bind a path only to listen on it.
    if (typeof local === 'string') throw systemError('EOPNOTSUPP', 'connect', { address: local });
    const stream = await openConnection(target, { local, seconds: this.timeout });
    try {
      this.checkOpen('connect');
      this.#checkUnconnected();
    } catch (error) {
      stream.destroy();
      throw error;
    }
    this.endpoint = new Flow(stream, this);
  }

  #checkUnconnected(): void {
    if (this.endpoint instanceof Flow || this.endpoint instanceof Listener)
      throw systemError('EISCONN', 'connect');
  }

  /**
   * As {@link connect}, and answers the number of the error in place of raising it: 0 for success, that of EAGAIN when
   * `setTimeout` did not allow for more. What has no number is raised: a host name that is not found.
   */
  connectEx(address: Address): Promise<number> {
    const to = this.checkFamily(address, 'connectEx(address)');
    return this.#connect(to).then(
      () => 0,
      (error: unknown) => {
        if (error instanceof SocketTimeout) return systemError('EAGAIN', 'connect').errno as number;
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
    const open = (): Socket => {
      const twin = this.dup();
      this.#ofFiles = [...(this.#ofFiles ?? []).filter((other) => !other.closed), twin];
      return twin;
    };
    return String(mode).includes('b')
      ? new SocketFile<Buffer>(open, mode, options)
      : new SocketFile<string>(open, mode, options);
  }

  /** @internal Closes it, and its files: what servers do when a handler is through. A duplicate keeps the connection. */
  closeWithFiles(): void {
    this.close();
    for (const twin of this.#ofFiles ?? []) twin.close();
    this.#ofFiles = undefined;
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
