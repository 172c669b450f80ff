/**
 * What every socket has, whatever it is at the moment: a family, a timeout, options, names, and an end.
 *
 *   idle ──connect()──► connected (Flow)                 the endpoint is shared with the duplicates that dup() makes
 *     ├────listen()───► listening (Listener)             and with the files of makeFile(): the last one closes it
 *     └────bind(), sendTo() of UDP──► DatagramPort
 */
import type { Socket as StreamSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import { checkBoolean, checkInteger, mismatch } from '../base/check.ts';
import { inspectAsText } from '../base/format.ts';
import { type Address, formatAddress } from '../inet/address.ts';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  SO_ACCEPTCONN,
  SO_DOMAIN,
  SO_ERROR,
  SO_PROTOCOL,
  SO_TYPE,
} from '../inet/constants.ts';
import { systemError } from '../inet/errors.ts';
import { Attempts } from './attempts.ts';
import { DatagramPort } from './datagram.ts';
import { descriptorOf, rememberDescriptor } from './descriptors.ts';
import { Flow } from './flow.ts';
import { IdleSocket } from './idle-socket.ts';
import { Listener } from './listener.ts';
import { closedError } from './socket-names.ts';
import { type OptionValue, OptionStore } from './socket-options.ts';
import { TimedSocket } from './socket-timing.ts';
import type { Watchable } from './watchable.ts';

export type Endpoint = Flow | Listener | DatagramPort;

/** The endpoint of a socket and of its duplicates and files. */
interface Shared {
  endpoint: Endpoint | undefined;
  users: number;
  readonly options: OptionStore;
  /** What those watch who wait before there is an endpoint. */
  idle: IdleSocket | undefined;
}

/** @internal What a socket is, apart from the data it carries. */
export abstract class SocketBase extends TimedSocket {
  /** `AF_INET`, `AF_INET6` or `AF_UNIX`. */
  readonly family: number;
  /** `SOCK_STREAM` or `SOCK_DGRAM`. */
  readonly type: number;
  /** The protocol; 0 is the usual one of the type. */
  readonly proto: number;
  /** @internal The address that bind() was given, until it is used. */
  protected bound: Address | undefined = undefined;
  #shared: Shared;
  /** Calls that end when the socket is closed. */
  #attempts: Attempts | undefined = undefined;
  #isClosed = false;
  #ref = true;

  constructor(family: number, type: number, proto: number) {
    super();
    if (![AF_INET, AF_INET6, AF_UNIX].includes(family)) {
      throw new TypeError(mismatch('socket(family)', 'AF_INET, AF_INET6 or AF_UNIX', family));
    }
    if (type !== SOCK_STREAM && type !== SOCK_DGRAM) {
      throw new TypeError(mismatch('socket(type)', 'SOCK_STREAM or SOCK_DGRAM', type));
    }
    if (family === AF_UNIX && type === SOCK_DGRAM) {
      throw new TypeError('socket(type): Node has no datagram sockets of the Unix domain');
    }
    checkInteger(proto, 'socket(proto)', 0);
    this.family = family;
    this.type = type;
    this.proto = proto;
    this.#shared = { endpoint: undefined, users: 1, options: new OptionStore(type), idle: undefined };
  }

  /** True after {@link close}. */
  get closed(): boolean {
    return this.#isClosed;
  }

  /** Whether an open connection, or listening, keeps the process alive. Default: true. gevent: `socket.ref`. */
  get ref(): boolean {
    return this.#ref;
  }

  set ref(ref: boolean) {
    checkBoolean(ref, 'socket.ref');
    this.#ref = ref;
    const { endpoint } = this.#shared;
    if (endpoint !== undefined) this.#applyRef(endpoint);
  }

  /**
   * Sets an option; those set before the socket is bound or connected take effect then. TCP_NODELAY, SO_KEEPALIVE,
   * TCP_KEEPIDLE (seconds), SO_LINGER (`[1, 0]`), SO_REUSEADDR, SO_REUSEPORT, IPV6_V6ONLY; of UDP also SO_BROADCAST,
   * SO_RCVBUF, SO_SNDBUF, IP_TTL and the multicast ones. Python: `setsockopt`.
   *
   * @throws {SocketError} ENOPROTOOPT, naming the option: Node has no call for it
   * @throws {TypeError} a value that the option does not take
   */
  setSockOpt(level: number, option: number, value: OptionValue): void {
    this.#checkOption('setSockOpt', level, option);
    this.#shared.options.set(this.#shared.endpoint, level, option, value);
  }

  /** An option as it was set (0 before that); also SO_TYPE, SO_DOMAIN, SO_PROTOCOL, SO_ACCEPTCONN, SO_ERROR. */
  getSockOpt(level: number, option: number): OptionValue {
    this.#checkOption('getSockOpt', level, option);
    const { endpoint, options } = this.#shared;
    if (level !== SOL_SOCKET) return options.get(level, option);
    if (option === SO_TYPE) return this.type;
    if (option === SO_DOMAIN) return this.family;
    if (option === SO_PROTOCOL) return this.proto;
    if (option === SO_ACCEPTCONN) return endpoint instanceof Listener ? 1 : 0;
    if (option === SO_ERROR) return endpoint?.error?.errno ?? 0;
    return options.get(level, option);
  }

  /** The address of this end, with the real port once it is bound. Python: `getsockname`. */
  getSockName(): Address {
    this.checkOpen('getsockname');
    const { endpoint } = this.#shared;
    const address = endpoint?.address;
    if (address !== undefined) return address;
    if (this.family === AF_UNIX) return (this.bound as string | undefined) ?? '';
    return this.bound ?? (this.family === AF_INET6 ? ['::', 0, 0, 0] : ['0.0.0.0', 0]);
  }

  /** The address of the other end. Python: `getpeername`. @throws {SocketError} ENOTCONN */
  getPeerName(): Address {
    this.checkOpen('getpeername');
    const { endpoint } = this.#shared;
    let address: Address | undefined;
    if (endpoint instanceof Flow) address = this.family === AF_UNIX ? '' : endpoint.peer;
    else if (endpoint instanceof DatagramPort) address = endpoint.peer;
    if (address === undefined) throw systemError('ENOTCONN', 'getpeername');
    return address;
  }

  /** The descriptor's number, -1 where there is none: before the socket is used, after it is closed, on Windows. */
  fileno(): number {
    const { endpoint } = this.#shared;
    if (this.#isClosed || endpoint === undefined) return -1;
    let holder: unknown = undefined;
    if (endpoint instanceof Flow) holder = endpoint.stream;
    else if (endpoint instanceof Listener) holder = endpoint.server;
    return rememberDescriptor(descriptorOf(holder), this);
  }

  /**
   * Closes the socket: whoever waits on it is woken with EBADF, and so fails every later call. The connection itself
   * ends when its duplicates and files are closed too. Never parks. gevent: `socket.close`.
   */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const shared = this.#shared;
    this.#shared = { ...shared, endpoint: undefined };
    shared.users -= 1;
    shared.idle?.changed();
    this.#attempts?.cancel(closedError());
    if (shared.users > 0 || shared.endpoint === undefined) return;
    if (shared.endpoint instanceof Flow && shared.options.resetsOnClose) shared.endpoint.reset(closedError());
    else shared.endpoint.close(closedError());
  }

  /** Closes it at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** The same, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  /** @internal What select and the waits for readiness work on. */
  get watchable(): Watchable {
    return this.#shared.endpoint ?? this.idle;
  }

  /** @internal What the socket is as long as it has no endpoint. */
  protected get idle(): IdleSocket {
    this.#shared.idle ??= new IdleSocket(this.type);
    return this.#shared.idle;
  }

  /** The Node stream of a connected socket, for what only Node can do; undefined otherwise. Reading from it steals what `recv` would give. */
  get stream(): Duplex | undefined {
    const { endpoint } = this.#shared;
    return endpoint instanceof Flow ? endpoint.stream : undefined;
  }

  override toString(): string {
    const state = this.#describeState();
    return `<${this.constructor.name} ${state}>`;
  }

  /** @internal */
  protected get endpoint(): Endpoint | undefined {
    return this.#shared.endpoint;
  }

  /** @internal What it is from now on. */
  protected set endpoint(endpoint: Endpoint) {
    if (!(endpoint instanceof Listener)) this.#shared.options.applyTo(endpoint);
    this.#shared.endpoint = endpoint;
    this.#shared.idle?.changed();
    if (!this.#ref) this.#applyRef(endpoint);
  }

  /** @internal */
  protected get options(): OptionStore {
    return this.#shared.options;
  }

  /** @internal Others use its endpoint: closing this one ends the calls of this one alone. */
  protected get isShared(): boolean {
    return this.#shared.users > 1;
  }

  /** @internal Runs what waits for something that close() does not end by itself. Parks as `work` does. */
  protected attempt<T>(work: () => Promise<T>): Promise<T> {
    this.#attempts ??= new Attempts();
    return this.#attempts.run(work);
  }

  /** @internal A duplicate uses the endpoint of `original`. */
  protected shareWith(original: SocketBase): void {
    this.#shared = original.#shared;
    this.#shared.users += 1;
    this.timeout = original.timeout;
    this.bound = original.bound;
    this.#ref = original.#ref;
  }

  /** @internal Gives the stream away; the socket is closed afterwards. */
  protected giveAway(): Duplex {
    const { endpoint } = this.#shared;
    if (!(endpoint instanceof Flow)) throw systemError('ENOTCONN', 'detach');
    const stream = endpoint.detach(closedError());
    this.#isClosed = true;
    this.#shared = { ...this.#shared, endpoint: undefined };
    return stream;
  }

  /** @internal @throws {SocketError} EBADF: it is closed */
  protected checkOpen(call: string): void {
    if (this.#isClosed) throw systemError('EBADF', call);
  }

  #checkOption(call: string, level: number, option: number): void {
    checkInteger(level, `${call}(level)`, 0);
    checkInteger(option, `${call}(option)`, 0);
    this.checkOpen(call.toLowerCase());
  }

  #applyRef(endpoint: Endpoint): void {
    if (endpoint instanceof Listener) {
      endpoint.ref = this.#ref;
      return;
    }
    const holder = (endpoint instanceof Flow ? endpoint.stream : endpoint.socket) as Partial<StreamSocket>;
    if (this.#ref) holder.ref?.();
    else holder.unref?.();
  }

  #describeState(): string {
    const { endpoint } = this.#shared;
    if (this.#isClosed) return 'closed';
    if (endpoint instanceof Listener) return `listening on ${formatAddress(endpoint.address)}`;
    if (endpoint instanceof Flow) return `connected to ${formatAddress(endpoint.peer ?? 'a local peer')}`;
    if (endpoint?.peer !== undefined) return `connected to ${formatAddress(endpoint.peer)}`;
    const { address = this.bound } = endpoint ?? {};
    return address === undefined ? 'idle' : `bound to ${formatAddress(address)}`;
  }
}
inspectAsText(SocketBase);
