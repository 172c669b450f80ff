/**
 * A listening socket. Node accepts by itself and cannot be told to stop; so what nobody has taken yet is held here,
 * unread, which looks to the client as if it stood in the kernel's queue:
 *
 *   kernel ──► net.Server ──► [ held: at most `backlog`, nothing read from them ] ──take()──► server, or accept()
 *                                       │
 *                                       └── more than that are reset
 */
import { type ListenOptions, type Server, type Socket, createServer } from 'node:net';
import { isInterrupt } from '../base/errors.ts';
import { Ring } from '../base/ring.ts';
import { pendingInterrupt, rejectedQuietly } from '../core/checkpoint.ts';
import { interruptible } from '../core/interruptible.ts';
import { runOutside } from '../core/scope.ts';
import { NOT_YET } from '../core/wait-options.ts';
import { WaitList } from '../core/wait-list.ts';
import { Waiter } from '../core/waiter.ts';
import { type Address, fromNode } from '../inet/address.ts';
import { type SocketError, systemError, toSocketError } from '../inet/errors.ts';
import { resetStream } from './end-stream.ts';
import { raiseTimeout } from './outflow.ts';
import { hostOf } from './socket-names.ts';
import { type ReadyCallback, type Watchable, Watchers } from './watchable.ts';

/** What `socket.listen` and servers may say of a listening socket. */
export interface ListenerOptions {
  /** How many clients may wait to be accepted, at most. */
  readonly backlog: number;
  /** An IPv6 socket takes no IPv4 clients. */
  readonly ipv6Only?: boolean | undefined;
  /** Several sockets may listen on the address at once; the kernel spreads the clients. */
  readonly reusePort?: boolean | undefined;
}

/** @internal */
export class Listener implements Watchable {
  backlog: number;
  readonly #server: Server;
  readonly #held = new Ring<Socket>();
  readonly #acceptors: WaitList;
  /** Acceptors that were woken for a client and have not taken it yet. */
  #woken = 0;
  readonly #watchers = new Watchers();
  #error: SocketError | undefined = undefined;
  #refused = 0;
  /** Told of an error while accepting, such as EMFILE; the listener goes on. */
  onAcceptError: ((error: SocketError) => void) | undefined = undefined;

  private constructor(server: Server, backlog: number, owner: { toString(): string }) {
    this.backlog = backlog;
    this.#server = server;
    this.#acceptors = new WaitList('accept()', owner);
    server.on('connection', (stream) => this.#onConnection(stream));
    server.on('error', (error) => this.#onError(error));
  }

  /** Parks until the socket listens. */
  static async listen(
    where: Address | { readonly fd: number },
    options: ListenerOptions,
    owner: { toString(): string },
  ): Promise<Listener> {
    // Outside: the clients' events must not keep the greenlet that listens, nor run as if they were its own.
    const server = runOutside(() => createServer({ allowHalfOpen: true, pauseOnConnect: true }));
    // Before it listens: the first client may come before whoever waits here has its turn.
    const listener = new Listener(server, options.backlog, owner);
    const listening = new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.once('listening', () => {
        server.off('error', reject);
        resolve();
      });
    });
    try {
      runOutside(() => server.listen(listenOptions(where, options)));
      await interruptible(listening);
      return listener;
    } catch (error) {
      // Node looks the host up first, numeric or not, and would begin to listen after it was closed.
      server.once('listening', () => server.close());
      listener.close(systemError('EBADF', 'listen'));
      throw isInterrupt(error) ? error : toSocketError(error, 'listen');
    }
  }

  get server(): Server {
    return this.#server;
  }

  /** Where it listens, with the real port. */
  get address(): Address | undefined {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') return address ?? undefined;
    return fromNode(address.address, address.port, address.family);
  }

  /** Clients that were accepted by Node and taken by nobody yet. */
  get held(): number {
    return this.#held.length;
  }

  /** Clients that were reset because as many as `backlog` were waiting already. */
  get refused(): number {
    return this.#refused;
  }

  get isReadable(): boolean {
    return this.#held.length > 0 || this.#error !== undefined;
  }

  get isWritable(): boolean {
    return false;
  }

  /** What every later call raises, if anything. */
  get error(): SocketError | undefined {
    return this.#error;
  }

  get hasFailed(): boolean {
    return this.#error !== undefined;
  }

  /** The next client, if one is there. Never parks. */
  take(): Socket | undefined {
    return this.#held.shift();
  }

  /** The next client; parks until there is one. */
  accept(seconds?: number): Promise<Socket> {
    const reason = pendingInterrupt();
    if (reason !== undefined) return rejectedQuietly(reason);
    if (this.#error !== undefined) return Promise.reject(this.#error);
    const next = this.take();
    if (next !== undefined) return Promise.resolve(next);
    if (seconds === 0) return Promise.reject(systemError('EAGAIN', 'accept'));
    const collect = (): Socket | typeof NOT_YET => {
      this.#woken -= 1;
      const client = this.take();
      if (client === undefined && this.#error !== undefined) throw this.#error;
      return client ?? NOT_YET;
    };
    return new Waiter<Socket>().park(this.#acceptors, { collect, seconds, late: raiseTimeout });
  }

  /** Stops listening, and resets the clients that nobody took. Never parks. */
  close(error: SocketError): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#server.close();
    for (let client = this.take(); client !== undefined; client = this.take()) resetStream(client);
    this.cancelWaits(error);
  }

  /** The process may end while it listens. */
  set ref(ref: boolean) {
    if (ref) this.#server.ref();
    else this.#server.unref();
  }

  watch(callback: ReadyCallback): void {
    this.#watchers.add(callback);
  }

  unwatch(callback: ReadyCallback): void {
    this.#watchers.remove(callback);
  }

  cancelWaits(error: Error): void {
    for (const waiter of [...this.#acceptors]) (waiter as Waiter).throw(error);
    this.#watchers.notify(error);
  }

  #onConnection(client: Socket): void {
    // Those who were woken and have not run yet take what is theirs.
    if (this.#error !== undefined || this.#held.length - this.#woken >= this.backlog) {
      this.#refused += 1;
      resetStream(client);
      return;
    }
    this.#held.push(client);
    const acceptor = this.#acceptors.first as Waiter<Socket> | undefined;
    if (acceptor !== undefined) {
      this.#woken += 1;
      acceptor.switch();
    }
    this.#watchers.notify();
  }

  #onError(error: Error): void {
    const failure = toSocketError(error, 'accept');
    if (this.onAcceptError !== undefined) this.onAcceptError(failure);
    else (this.#acceptors.first as Waiter<Socket> | undefined)?.throw(failure);
  }
}

function listenOptions(where: Address | { readonly fd: number }, options: ListenerOptions): ListenOptions {
  const { backlog } = options;
  if (typeof where === 'string') return { path: where, backlog };
  if ('fd' in where) return { ...where, backlog };
  return {
    host: hostOf(where),
    port: where[1],
    backlog,
    ipv6Only: options.ipv6Only ?? false,
    ...(options.reusePort === true ? { reusePort: true } : {}),
  };
}
