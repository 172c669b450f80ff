/** The calls of a socket that carry data: recv and send, in all their forms. */
import { checkInteger, mismatch } from '../base/check.ts';
import { passOn } from '../core/checkpoint.ts';
import type { Address, InetAddress } from '../inet/address.ts';
import {
  AF_UNIX,
  MSG_DONTWAIT,
  MSG_PEEK,
  MSG_WAITALL,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SOCK_DGRAM,
} from '../inet/constants.ts';
import { systemError } from '../inet/errors.ts';
import { EMPTY } from './byte-buffer.ts';
import { type SendableData, toBuffer } from './bytes.ts';
import { DatagramPort } from './datagram.ts';
import { Flow } from './flow.ts';
import { SEND_CHUNK, countDown } from './outflow.ts';
import { resolveAddress } from './resolve-address.ts';
import { BindingSocket } from './socket-binding.ts';

/** Bytes that `recv()` takes when it is not told. */
const DEFAULT_SIZE = 64 * 1024;

/** A socket that receives and sends. */
export abstract class TransferSocket extends BindingSocket {
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
    if (flags === 0 && endpoint instanceof Flow && size > 0 && !this.isShared)
      return endpoint.receive(size, this.timeout);
    checkInteger(flags, 'recv(flags)', 0);
    if (this.type === SOCK_DGRAM) return this.recvFrom(size, flags).then(([data]) => data);
    if (!(endpoint instanceof Flow)) return this.notConnected('recv');
    return size === 0 ? passOn(EMPTY) : this.#whileOpen(() => this.#receiveWith(endpoint, size, flags));
  }

  async #receiveWith(flow: Flow, size: number, flags: number): Promise<Buffer> {
    const seconds = (flags & MSG_DONTWAIT) === 0 ? this.timeout : 0;
    const isWhole = (flags & MSG_WAITALL) !== 0 && seconds !== 0;
    const left = seconds === undefined || seconds === 0 ? () => seconds : countDown(seconds);
    let data = await flow.receive(size, left());
    try {
      while (isWhole && data.length > 0 && data.length < size) {
        const more = await flow.receive(size - data.length, left());
        if (more.length === 0) break;
        data = Buffer.concat([data, more]);
      }
    } catch (error) {
      // What came before the connection broke is given, and the next call told.
      if (flow.error !== undefined && error === flow.error && !this.closed) return data;
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
    const { endpoint } = this;
    // Asked before it may be gone: the bytes must not be lost over a name.
    if (endpoint instanceof Flow || this.type !== SOCK_DGRAM) {
      const peer = endpoint instanceof Flow ? endpoint.peer : undefined;
      return [await this.recv(size, flags), peer ?? (this.family === AF_UNIX ? '' : ['', 0])];
    }
    const timeout = (flags & MSG_DONTWAIT) === 0 ? this.timeout : 0;
    const port = await this.port('recvfrom');
    const [data, from] = await this.#whileOpen(() => port.receive(timeout, (flags & MSG_PEEK) !== 0));
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
   * Sends the first part of `data` (64 KiB, or all of it), and answers how many bytes that is. Parks until what was
   * sent before is with the kernel; interrupted there, it has sent nothing. Of a connected UDP socket: one datagram.
   *
   * @throws what {@link sendAll} does; EDESTADDRREQ: a UDP socket that is not connected
   */
  send(data: SendableData, flags = 0): Promise<number> {
    const bytes = toBuffer(data, 'send(data)');
    checkInteger(flags, 'send(flags)', 0);
    const { endpoint } = this;
    if (endpoint instanceof DatagramPort) return endpoint.send(bytes, undefined, this.timeout);
    if (!(endpoint instanceof Flow)) return this.notConnected('send');
    return this.#offer(endpoint, bytes, 0, (flags & MSG_DONTWAIT) === 0 ? this.timeout : 0);
  }

  /** Sends a piece of `data` from `start` on, or raises and has sent nothing. Answers its size. */
  async #offer(flow: Flow, data: Buffer, start: number, seconds: number | undefined): Promise<number> {
    const size = Math.min(data.length - start, SEND_CHUNK);
    await this.#whileOpen(() => flow.send(data, start, start + size, seconds, true));
    return size;
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
    const { endpoint, timeout } = this;
    if (endpoint instanceof DatagramPort) return endpoint.send(bytes, undefined, timeout).then(() => {});
    if (!(endpoint instanceof Flow)) return this.notConnected('send');
    if (timeout === 0) return this.#sendAllNow(endpoint, bytes);
    return this.#whileOpen(() => endpoint.send(bytes, 0, bytes.length, timeout));
  }

  async #sendAllNow(flow: Flow, data: Buffer): Promise<void> {
    for (let at = 0; at < data.length;) at += await this.#offer(flow, data, at, 0);
  }

  /** Sends one datagram to `address`; parks while a host name is looked up, and until the kernel has it. Answers its size. */
  sendTo(data: SendableData, address: Address): Promise<number>;
  sendTo(data: SendableData, flags: number, address: Address): Promise<number>;
  sendTo(data: SendableData, ...rest: [Address] | [number, Address]): Promise<number> {
    const bytes = toBuffer(data, 'sendTo(data)');
    const to = this.checkFamily(rest.at(-1), 'sendTo(address)');
    const flags = rest.length > 1 ? checkInteger(rest[0], 'sendTo(flags)', 0) : 0;
    // A connection goes where it goes.
    return this.type === SOCK_DGRAM ? this.#sendTo(bytes, to) : this.send(bytes, flags);
  }

  async #sendTo(data: Buffer, to: Address): Promise<number> {
    const target = (await resolveAddress(to, this.family, this.type)) as InetAddress;
    return await (await this.port('sendto')).send(data, target, this.timeout);
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

  /** Runs a call that is to end when this socket is closed, though others use its connection. */
  #whileOpen<T>(call: () => Promise<T>): Promise<T> {
    return this.isShared ? this.attempt(call) : call();
  }

  /** @internal */
  protected notConnected(call: string): Promise<never> {
    if (this.closed) return Promise.reject(systemError('EBADF', call));
    const isAddressMissing = this.type === SOCK_DGRAM && call === 'send';
    return Promise.reject(systemError(isAddressMissing ? 'EDESTADDRREQ' : 'ENOTCONN', call));
  }
}

/** How many bytes go into `buffer`. */
function room(call: string, buffer: unknown, size: unknown): number {
  if (!(buffer instanceof Uint8Array))
    throw new TypeError(mismatch(`${call}(buffer)`, 'a Uint8Array', buffer));
  const wanted = checkInteger(size, `${call}(size)`, 0);
  if (wanted > buffer.length)
    throw new RangeError(mismatch(`${call}(size)`, `at most the buffer's ${buffer.length}`, size));
  return wanted === 0 ? buffer.length : wanted;
}
