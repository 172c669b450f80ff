/**
 * A UDP socket. Node reads datagrams as they come and cannot be told to stop; as in the kernel, what finds no room
 * here is dropped.
 */
import { type RemoteInfo, type Socket, type SocketOptions, createSocket } from 'node:dgram';
import { Ring } from '../base/ring.ts';
import { ConcurrentObjectUseError } from '../base/errors.ts';
import { pendingInterrupt, rejectedQuietly } from '../core/checkpoint.ts';
import { interruptible } from '../core/interruptible.ts';
import { runOutside } from '../core/scope.ts';
import { NOT_YET } from '../core/wait-options.ts';
import { WaitList } from '../core/wait-list.ts';
import { Waiter } from '../core/waiter.ts';
import { type InetAddress, fromNode } from '../inet/address.ts';
import { AF_INET6 } from '../inet/constants.ts';
import { type SocketError, systemError, toSocketError } from '../inet/errors.ts';
import { raiseTimeout } from './outflow.ts';
import { type ReadyCallback, type Watchable, Watchers } from './watchable.ts';

/** Bytes that are held for receivers, at most; a datagram counts for at least a hundred. */
const LIMIT = 1024 * 1024;
const LEAST_COST = 100;

/** A datagram, and who sent it. */
export type Datagram = readonly [data: Buffer, address: InetAddress];

/** @internal */
export class DatagramPort implements Watchable {
  readonly socket: Socket;
  readonly #arrived = new Ring<Datagram>();
  #bytes = 0;
  #dropped = 0;
  #error: SocketError | undefined = undefined;
  /** An error of the network that the next call raises, once: a port that nobody listens on. */
  #pendingError: SocketError | undefined = undefined;
  readonly #receivers: WaitList;
  readonly #watchers = new Watchers();

  constructor(options: SocketOptions, owner: { toString(): string }) {
    this.#receivers = new WaitList('recvFrom()', owner);
    // Outside: its events must not keep the greenlet that binds it.
    this.socket = runOutside(() => createSocket(options));
    this.socket.on('message', (data, from) => this.#onMessage(data, from));
    this.socket.on('error', (error) => this.#onError(error));
  }

  /** Datagrams that were dropped because nobody received the ones before. */
  get dropped(): number {
    return this.#dropped;
  }

  get isReadable(): boolean {
    return this.#arrived.length > 0 || this.hasFailed;
  }

  get isWritable(): boolean {
    return true;
  }

  /** What every later call raises, if anything. */
  get error(): SocketError | undefined {
    return this.#error;
  }

  get hasFailed(): boolean {
    return this.#error !== undefined || this.#pendingError !== undefined;
  }

  /** Parks until the socket is bound. */
  async bind(address: InetAddress): Promise<void> {
    const [host, port] = address;
    await this.#until((done) => this.socket.bind({ port, ...(host === '' ? {} : { address: host }) }, done));
  }

  /** Parks until the peer is set. */
  async connect([host, port]: InetAddress): Promise<void> {
    await this.#until((done) => this.socket.connect(port, host, done));
  }

  /** The next datagram; parks until there is one. */
  receive(seconds: number | undefined, isPeek = false): Promise<Datagram> {
    const reason = pendingInterrupt();
    if (reason !== undefined) return rejectedQuietly(reason);
    if (this.#receivers.size > 0) {
      return Promise.reject(
        new ConcurrentObjectUseError('Cannot receive: another greenlet receives on this socket already'),
      );
    }
    const collect = (): Datagram | typeof NOT_YET => {
      const error = this.#error ?? this.#takePendingError();
      if (error !== undefined) throw error;
      return (isPeek ? this.#arrived.peek() : this.#take()) ?? NOT_YET;
    };
    try {
      const next = collect();
      if (next !== NOT_YET) return Promise.resolve(next);
    } catch (error) {
      return Promise.reject(error);
    }
    if (seconds === 0) return Promise.reject(systemError('EAGAIN', 'recvfrom'));
    return new Waiter<Datagram>().park(this.#receivers, { collect, seconds, late: raiseTimeout });
  }

  /** The next datagram, if one is there. Never parks. @throws what `receive` would raise */
  take(): Datagram | undefined {
    const error = this.#error ?? this.#takePendingError();
    if (error !== undefined) throw error;
    return this.#take();
  }

  /** Parks until the kernel has taken the datagram. Answers its size. */
  send(data: Buffer, to: InetAddress | undefined, seconds: number | undefined): Promise<number> {
    const reason = pendingInterrupt();
    if (reason !== undefined) return rejectedQuietly(reason);
    const error = this.#error ?? this.#takePendingError();
    if (error !== undefined) return Promise.reject(error);
    const waiter = new Waiter<number>();
    const wait = waiter.park(undefined, {
      seconds: seconds === 0 ? undefined : seconds,
      late: raiseTimeout,
      about: 'sendTo()',
    });
    const done = (failure: Error | null, size: number): void => {
      if (failure) waiter.throw(toSocketError(failure, 'sendto'));
      else waiter.switch(size);
    };
    try {
      if (to === undefined) this.socket.send(data, done);
      else this.socket.send(data, to[1], to[0], done);
    } catch (failure) {
      waiter.throw(toSocketError(failure, 'sendto'));
    }
    return wait;
  }

  /** Ends it: whoever waits here is woken with `error`, and every later call raises it. Never parks. */
  close(error: SocketError): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#arrived.clear();
    this.socket.close();
    this.#wake();
  }

  get address(): InetAddress | undefined {
    return this.#read(() => this.socket.address());
  }

  get peer(): InetAddress | undefined {
    return this.#read(() => this.socket.remoteAddress());
  }

  watch(callback: ReadyCallback): void {
    this.#watchers.add(callback);
  }

  unwatch(callback: ReadyCallback): void {
    this.#watchers.remove(callback);
  }

  cancelWaits(error: Error): void {
    for (const waiter of [...this.#receivers]) (waiter as Waiter).throw(error);
    this.#watchers.notify(error);
  }

  async #until(start: (done: () => void) => void): Promise<void> {
    const { socket } = this;
    let onError: (error: Error) => void = () => {};
    const done = new Promise<void>((resolve, reject) => {
      onError = reject;
      socket.once('error', onError);
      try {
        start(resolve);
      } catch (error) {
        reject(error as Error);
      }
    });
    try {
      await interruptible(done);
    } catch (error) {
      this.#pendingError = undefined;
      throw error instanceof Error && 'code' in error && 'syscall' in error
        ? toSocketError(error, 'bind')
        : error;
    } finally {
      socket.off('error', onError);
    }
  }

  #read(ask: () => { address: string; port: number; family: string }): InetAddress | undefined {
    try {
      const { address, port, family } = ask();
      return fromNode(address, port, family) as InetAddress;
    } catch {
      // Not bound, or not connected.
      return undefined;
    }
  }

  #onMessage(data: Buffer, from: RemoteInfo): void {
    const cost = Math.max(data.length, LEAST_COST);
    if (this.#bytes + cost > LIMIT) {
      this.#dropped += 1;
      return;
    }
    this.#bytes += cost;
    this.#arrived.push([data, fromNode(from.address, from.port, from.family) as InetAddress]);
    this.#wake();
  }

  #take(): Datagram | undefined {
    const datagram = this.#arrived.shift();
    if (datagram !== undefined) this.#bytes -= Math.max(datagram[0].length, LEAST_COST);
    return datagram;
  }

  #onError(error: Error): void {
    this.#pendingError = toSocketError(error, 'recvfrom');
    this.#wake();
  }

  #takePendingError(): SocketError | undefined {
    const error = this.#pendingError;
    this.#pendingError = undefined;
    return error;
  }

  #wake(): void {
    (this.#receivers.first as Waiter<Datagram> | undefined)?.switch();
    this.#watchers.notify();
  }
}

/** @internal Node's name of a family of UDP sockets. */
export function datagramType(family: number): 'udp4' | 'udp6' {
  return family === AF_INET6 ? 'udp6' : 'udp4';
}
