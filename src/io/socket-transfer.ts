/** The calls of a socket that carry data: recv and send, in all their forms. */
import { checkInteger, mismatch } from '../base/check.ts';
import { passOn } from '../core/checkpoint.ts';
import { type Address, type InetAddress, checkAddress, familyOf } from '../inet/address.ts';
import {
  AF_UNIX,
  MSG_DONTWAIT,
  MSG_PEEK,
  MSG_WAITALL,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SOCK_STREAM,
  SOL_SOCKET,
  SO_REUSEADDR,
  SO_REUSEPORT,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
} from '../inet/constants.ts';
import { systemError } from '../inet/errors.ts';
import { EMPTY } from './byte-buffer.ts';
import { type SendableData, toBuffer } from './bytes.ts';
import { DatagramPort, datagramType } from './datagram.ts';
import { Flow } from './flow.ts';
import { SEND_CHUNK } from './outflow.ts';
import { resolveAddress } from './resolve-address.ts';
import { SocketBase } from './socket-base.ts';

/** Bytes that `recv()` takes when it is not told. */
const DEFAULT_SIZE = 64 * 1024;

/** A socket that receives and sends. */
export abstract class TransferSocket extends SocketBase {
  /** @internal What bind() and listen() are doing, for calls that need them done. */
  protected binding: Promise<void> | undefined = undefined;

  /**
   * Up to `size` bytes; parks until there are some. Empty when the peer has ended. With `MSG_PEEK` they are left
   * there, with `MSG_WAITALL` it waits for all of them or the end, `MSG_DONTWAIT` never waits.
   *
   * @throws {SocketTimeout} nothing came within `setTimeout` seconds
   * @throws {SocketError} ECONNRESET and the like; EBADF: the socket was closed; ENOTCONN
   * @throws {ConcurrentObjectUseError} another greenlet receives here
   */
  recv(size: number = DEFAULT_SIZE, flags = 0): Promise<Buffer> {
    checkInteger(size, 'recv(size)', 0);
    const { endpoint } = this;
    if (flags === 0 && endpoint instanceof Flow && size > 0) return endpoint.receive(size, this.timeout);
    checkInteger(flags, 'recv(flags)', 0);
    if (endpoint instanceof DatagramPort) return this.recvFrom(size, flags).then(([data]) => data);
    if (!(endpoint instanceof Flow)) return this.notConnected('recv');
    return size === 0 ? passOn(EMPTY) : this.#receiveWith(endpoint, size, flags);
  }

  async #receiveWith(flow: Flow, size: number, flags: number): Promise<Buffer> {
    const timeout = (flags & MSG_DONTWAIT) === 0 ? this.timeout : 0;
    let data = await flow.receive(size, timeout);
    try {
      while ((flags & MSG_WAITALL) !== 0 && data.length > 0 && data.length < size) {
        const more = await flow.receive(size - data.length, timeout);
        if (more.length === 0) break;
        data = Buffer.concat([data, more]);
      }
    } catch (error) {
      // Nothing that arrived is lost to a kill or a timeout.
      flow.putBack(data);
      throw error;
    }
    if ((flags & MSG_PEEK) !== 0) flow.putBack(data);
    return data;
  }

  /** As {@link recv}, into `buffer` (its first `size` bytes); answers how many bytes came. */
  recvInto(buffer: Uint8Array, size = 0, flags = 0): Promise<number> {
    return this.recv(room('recvInto', buffer, size), flags).then((data) => {
      buffer.set(data);
      return data.length;
    });
  }

  /** The next datagram and its sender, cut to `size` bytes; parks until there is one. Of a stream: `recv`'s bytes and the peer. */
  recvFrom(size: number = DEFAULT_SIZE, flags = 0): Promise<[data: Buffer, address: Address]> {
    checkInteger(size, 'recvFrom(size)', 0);
    checkInteger(flags, 'recvFrom(flags)', 0);
    return this.#receiveFrom(size, flags);
  }

  async #receiveFrom(size: number, flags: number): Promise<[Buffer, Address]> {
    if (this.type === SOCK_STREAM) return [await this.recv(size, flags), this.getPeerName()];
    const timeout = (flags & MSG_DONTWAIT) === 0 ? this.timeout : 0;
    const [data, from] = await (await this.port()).receive(timeout, (flags & MSG_PEEK) !== 0);
    return [data.length > size ? data.subarray(0, size) : data, from];
  }

  /** As {@link recvFrom}, into `buffer`; answers the number of bytes and the sender. */
  recvFromInto(buffer: Uint8Array, size = 0, flags = 0): Promise<[size: number, address: Address]> {
    return this.recvFrom(room('recvFromInto', buffer, size), flags).then(([data, from]) => {
      buffer.set(data);
      return [data.length, from];
    });
  }

  /**
   * Sends at least the first part of `data` (64 KiB, or all of it) and answers how many bytes; parks until the kernel
   * has taken them. Of a connected UDP socket: one datagram.
   */
  send(data: SendableData, flags = 0): Promise<number> {
    const bytes = toBuffer(data, 'send(data)');
    checkInteger(flags, 'send(flags)', 0);
    const { endpoint } = this;
    if (endpoint instanceof DatagramPort) return endpoint.send(bytes, undefined, this.timeout);
    if (!(endpoint instanceof Flow)) return this.notConnected('send');
    const size = Math.min(bytes.length, SEND_CHUNK);
    const timeout = (flags & MSG_DONTWAIT) === 0 ? this.timeout : 0;
    return endpoint.send(bytes, 0, size, timeout).then(() => size);
  }

  /**
   * Sends all of `data` (a string as UTF-8); parks until the kernel has taken it. After a kill, a timeout or an error
   * nobody knows how much was sent.
   *
   * @throws {SocketTimeout} not all was taken within `setTimeout` seconds
   * @throws {SocketError} EPIPE, ECONNRESET and the like; EBADF: the socket was closed
   * @throws {ConcurrentObjectUseError} another greenlet sends here
   */
  sendAll(data: SendableData): Promise<void> {
    const bytes = toBuffer(data, 'sendAll(data)');
    const { endpoint } = this;
    if (endpoint instanceof Flow) return endpoint.send(bytes, 0, bytes.length, this.timeout);
    if (endpoint instanceof DatagramPort) return endpoint.send(bytes, undefined, this.timeout).then(() => {});
    return this.notConnected('send');
  }

  /** Sends one datagram to `address`; parks while a host name is looked up, and until the kernel has it. Answers its size. */
  sendTo(data: SendableData, address: Address): Promise<number>;
  sendTo(data: SendableData, flags: number, address: Address): Promise<number>;
  sendTo(data: SendableData, ...rest: [Address] | [number, Address]): Promise<number> {
    const bytes = toBuffer(data, 'sendTo(data)');
    const to = this.checkFamily(rest.at(-1) as Address, 'sendTo(address)');
    if (this.type === SOCK_STREAM) return Promise.reject(systemError('EISCONN', 'sendto'));
    return this.#sendTo(bytes, to);
  }

  async #sendTo(data: Buffer, to: Address): Promise<number> {
    const target = (await resolveAddress(to, this.family, this.type)) as InetAddress;
    return await (await this.port()).send(data, target, this.timeout);
  }

  /**
   * Ends one direction, or both: SHUT_RD, SHUT_WR (the peer receives the end), SHUT_RDWR. Wakes who waits in it.
   * Never parks.
   */
  shutdown(how: number): void {
    if (how !== SHUT_RD && how !== SHUT_WR && how !== SHUT_RDWR) {
      throw new TypeError(mismatch('shutdown(how)', 'SHUT_RD, SHUT_WR or SHUT_RDWR', how));
    }
    this.checkOpen('shutdown');
    if (!(this.endpoint instanceof Flow)) throw systemError('ENOTCONN', 'shutdown');
    this.endpoint.shutdown(how !== SHUT_WR, how !== SHUT_RD);
  }

  /** @internal The UDP socket, bound to any port if it was not bound. */
  protected async port(): Promise<DatagramPort> {
    this.checkOpen('sendto');
    if (this.binding !== undefined) await this.binding;
    const { endpoint } = this;
    if (endpoint instanceof DatagramPort) return endpoint;
    this.binding = this.bindPort(['', 0]);
    await this.binding;
    return this.endpoint as DatagramPort;
  }

  /** @internal Opens the UDP socket at an address. */
  protected async bindPort(address: InetAddress): Promise<void> {
    const port = new DatagramPort(
      {
        type: datagramType(this.family),
        reuseAddr: this.options.isOn(SOL_SOCKET, SO_REUSEADDR),
        ipv6Only: this.options.isOn(IPPROTO_IPV6, IPV6_V6ONLY),
        ...(this.options.isOn(SOL_SOCKET, SO_REUSEPORT) ? { reusePort: true } : {}),
      },
      this,
    );
    try {
      await port.bind(address);
    } catch (error) {
      port.close(systemError('EBADF', 'bind'));
      throw error;
    }
    if (this.closed) {
      port.close(systemError('EBADF', 'bind'));
      throw systemError('EBADF', 'bind');
    }
    this.endpoint = port;
  }

  /** @internal An address of this socket's family, or one that may turn out to be. */
  protected checkFamily(address: unknown, name: string): Address {
    const checked = checkAddress(address, name);
    if (this.family === AF_UNIX ? typeof checked !== 'string' : typeof checked === 'string') {
      throw new TypeError(mismatch(name, this.family === AF_UNIX ? 'a path' : '[host, port]', address));
    }
    const family = familyOf(checked);
    if (family !== undefined && family !== this.family) {
      throw new TypeError(mismatch(name, "an address of the socket's family", address));
    }
    return checked;
  }

  /** @internal */
  protected notConnected(call: string): Promise<never> {
    return Promise.reject(this.closed ? systemError('EBADF', call) : systemError('ENOTCONN', call));
  }
}

/** How many bytes go into `buffer`. */
function room(call: string, buffer: unknown, size: unknown): number {
  if (!(buffer instanceof Uint8Array))
    throw new TypeError(mismatch(`${call}(buffer)`, 'a Uint8Array', buffer));
  const wanted = checkInteger(size, `${call}(size)`, 0);
  return wanted === 0 ? buffer.length : Math.min(wanted, buffer.length);
}
