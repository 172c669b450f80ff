/**
 * A UDP socket. Node reads datagrams as they come and cannot be told to stop; as in the kernel, what finds no room
 * here is dropped.
 */
import { type RemoteInfo, type Socket, type SocketOptions, createSocket } from 'node:dgram';
import { Ring } from '../base/ring.ts';
import { ConcurrentObjectUseError, isInterrupt } from '../base/errors.ts';
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
import { hostOf } from './socket-names.ts';
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
  #isConnected = false;
  /** Somebody receives: from the moment it parks until it has its datagram or gives up. */
  #isClaimed = false;
  readonly #senders: WaitList;
  readonly #watchers = new Watchers();

  constructor(options: SocketOptions, owner: { toString(): string }) {
    this.#receivers = new WaitList('recvFrom()', owner);
    this.#senders = new WaitList('sendTo()', owner);
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
    const { socket } = this;
    const where = { port: address[1], ...(address[0] === '' ? {} : { address: hostOf(address) }) };
    await this.#until('bind', (resolve, reject) => {
      socket.once('error', reject);
      socket.bind(where, () => {
        socket.off('error', reject);
        resolve();
      });
    });
  }

  /** Parks until the peer is set, in place of the one before. Interrupted, there is none. */
  async connect(address: InetAddress): Promise<void> {
    const { socket } = this;
    this.#disconnect();
    let isWanted = true;
    try {
      await this.#until('connect', (resolve, reject) => {
        socket.connect(address[1], hostOf(address), (error?: Error) => {
          if (error !== undefined) return reject(error);
          this.#isConnected = this.#error === undefined;
          if (!isWanted) this.#disconnect();
          resolve();
        });
      });
    } finally {
      isWanted = false;
    }
  }

  /** The next datagram; parks until there is one. */
  receive(seconds: number | undefined, isPeek = false): Promise<Datagram> {
    const reason = pendingInterrupt();
    if (reason !== undefined) return rejectedQuietly(reason);
    if (this.#isClaimed) {
      return Promise.reject(
        new ConcurrentObjectUseError('Cannot receive: another greenlet receives on this socket already'),
      );
    }
    const collect = (): Datagram | typeof NOT_YET => {
      this.#isClaimed = false;
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
    const abandon = (): void => void (this.#isClaimed = false);
    const late = (): never => {
      abandon();
      return raiseTimeout();
    };
    const waiter = new Waiter<Datagram>();
    const wait = waiter.park(this.#receivers, { collect, seconds, late, abandon });
    if (waiter.isParked) this.#isClaimed = true;
    return wait;
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
    const refusal = this.#refusalOf(to);
    if (refusal !== undefined) return Promise.reject(systemError(refusal, 'sendto'));
    const waiter = new Waiter<number>();
    const wait = waiter.park(this.#senders, {
      seconds: seconds === 0 ? undefined : seconds,
      late: raiseTimeout,
    });
    const done = (failure: Error | null): void => {
      // Whoever gave up is not told.
      if (!waiter.isParked) return;
      if (failure) waiter.throw(toSocketError(failure, 'sendto'));
      else waiter.switch(data.length);
    };
    try {
      if (to === undefined) this.socket.send(data, done);
      else this.socket.send(data, to[1], hostOf(to), done);
    } catch (failure) {
      done(failure as Error);
    }
    return wait;
  }

  /** Ends it: whoever waits here is woken with `error`, and every later call raises it. Never parks. */
  close(error: SocketError): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#arrived.clear();
    this.socket.close();
    this.cancelWaits(error);
  }

  get address(): InetAddress | undefined {
    return this.#read(() => this.socket.address());
  }

  get peer(): InetAddress | undefined {
    return this.#isConnected ? this.#read(() => this.socket.remoteAddress()) : undefined;
  }

  watch(callback: ReadyCallback): void {
    this.#watchers.add(callback);
  }

  unwatch(callback: ReadyCallback): void {
    this.#watchers.remove(callback);
  }

  cancelWaits(error: Error): void {
    if (this.#receivers.size > 0) this.#isClaimed = false;
    for (const list of [this.#receivers, this.#senders])
      for (const waiter of [...list]) (waiter as Waiter).throw(error);
    this.#watchers.notify(error);
  }

  async #until(
    syscall: string,
    start: (resolve: () => void, reject: (error: Error) => void) => void,
  ): Promise<void> {
    try {
      await interruptible(new Promise<void>(start));
    } catch (error) {
      this.#pendingError = undefined;
      throw isInterrupt(error) ? error : toSocketError(error, syscall);
    }
  }

  #disconnect(): void {
    if (this.#isConnected) this.socket.disconnect();
    this.#isConnected = false;
  }

  /** What Node cannot do, or no system. */
  #refusalOf(to: InetAddress | undefined): string | undefined {
    if (to === undefined) return this.#isConnected ? undefined : 'EDESTADDRREQ';
    if (this.#isConnected) return 'EISCONN';
    return to[1] === 0 ? 'EINVAL' : undefined;
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
