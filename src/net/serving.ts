/** What a server does while it serves: it takes clients, or datagrams, from its socket, and runs a handler for each. */
import { checkFunction, mismatch } from '../base/check.ts';
import type { Seconds } from '../core/timeout.ts';
import { reportUncaught } from '../core/uncaught.ts';
import { type Address, familyOf, formatAddress } from '../inet/address.ts';
import { AF_INET } from '../inet/constants.ts';
import { SocketError } from '../inet/errors.ts';
import { Listener } from '../io/listener.ts';
import { Socket } from '../io/socket.ts';
import type { Group } from '../pool/group.ts';
import type { Pool } from '../pool/pool.ts';
import { AcceptLoop } from './accept-loop.ts';
import { ActiveHandlers } from './active-handlers.ts';
import { type HandlerBody, Handling } from './handling.ts';
import {
  type BaseServerOptions,
  type ListenerOption,
  type ServerFields,
  parseListener,
  takeServerOptions,
} from './server-options.ts';
import { type SpawnOption, type Spawner, makeSpawner } from './spawner.ts';

/** A server's handler. */
export type ServerHandle<A extends unknown[]> = (...args: A) => unknown;

/** @internal The part of a server that deals with clients. */
export abstract class Serving<A extends unknown[]> implements ServerFields {
  /** How many clients are taken in one go before the event loop has its turn. gevent: `max_accept`. */
  maxAccept = 100;
  /** How long nothing is taken after an error, at first; negative: not at all. gevent: `min_delay`. */
  minDelay: Seconds = 0.01;
  /** How long at most. gevent: `max_delay`. */
  maxDelay: Seconds = 1;
  /** How long `stop()` lets handlers finish. gevent: `stop_timeout`. */
  stopTimeout: Seconds = 1;
  /** The codes of errors that end the server. gevent: `fatal_errors`. */
  fatalErrors: readonly string[] = ['EBADF', 'EINVAL', 'ENOTSOCK'];
  /** How long nothing is taken after the next error; doubles with each, until a client could be taken. */
  delay: Seconds = 0.01;
  readonly #type: number;
  #address: Address;
  #family: number;
  #socket: Socket | undefined = undefined;
  #spawner: Spawner;
  /** @internal Those that are running, or about to. */
  protected readonly handlers: ActiveHandlers = new ActiveHandlers(this);
  readonly #home = {
    over: (handling: Handling): void => this.#over(handling),
    toString: (): string => this.toString(),
  };
  /** @internal */
  protected readonly acceptLoop: AcceptLoop = new AcceptLoop({
    server: this,
    next: () => this.#next(),
    failed: (error) => this.#failed(error),
  });
  readonly #methodBody: HandlerBody;

  /** Handles one client, or datagram. A subclass may have it as a method; else it is what the constructor was given. */
  handle?(...args: A): unknown;

  /** @internal */
  constructor(
    listener: ListenerOption,
    handle: ServerHandle<A> | undefined,
    options: BaseServerOptions,
    type: number,
  ) {
    const { name } = new.target;
    takeServerOptions(this, options, name);
    this.#type = type;
    // Its name is what the text of a greenlet shows.
    const callMethod = { handle: (...args: A): unknown => this.handle?.(...args) };
    this.#methodBody = callMethod.handle;
    const parsed = parseListener(listener, `${name}(listener)`, type);
    [this.#address, this.#family] = describe(parsed);
    this.#spawner = makeSpawner('spawn' in options ? options.spawn : 'default', `${name}({ spawn })`);
    this.#takeHandle(handle, `${name}(handle)`);
    if (parsed instanceof Socket) this.#socket = parsed;
  }

  /** Where it listens; with the real port once it does. Kept afterwards, so that it starts again in the same place. */
  get address(): Address {
    return this.#address;
  }

  /** The family of the address: `AF_INET`, `AF_INET6`, `AF_UNIX`. */
  get family(): number {
    return this.#family;
  }

  /** The listening socket; undefined while there is none. */
  get socket(): Socket | undefined {
    return this.#socket;
  }

  /** The host of the address; undefined for a path. gevent: `server_host`. */
  get serverHost(): string | undefined {
    return typeof this.#address === 'string' ? undefined : this.#address[0];
  }

  /** The port of the address; undefined for a path. gevent: `server_port`. */
  get serverPort(): number | undefined {
    return typeof this.#address === 'string' ? undefined : this.#address[1];
  }

  /** The pool, or group, that the handlers are members of; undefined without one. */
  get pool(): Pool | Group | undefined {
    return this.#spawner.pool;
  }

  /** True while there is no listening socket. */
  get closed(): boolean {
    return this.#socket === undefined;
  }

  /** True between `start()` and the end. */
  abstract get started(): boolean;

  /** How many handlers are running, or about to. */
  get active(): number {
    return this.handlers.size;
  }

  /** True when no further client may be taken: the pool has no free slot. */
  full(): boolean {
    return this.pool?.full() ?? false;
  }

  /** Where it will listen. gevent: `set_listener`. @throws {SocketError} EISCONN: it listens already */
  setListener(listener: ListenerOption): void {
    const parsed = parseListener(listener, 'setListener(listener)', this.#type);
    if (this.#socket !== undefined) {
      throw new SocketError(`Cannot give ${this.toString()} another listener: it listens already`, {
        code: 'EISCONN',
      });
    }
    [this.#address, this.#family] = describe(parsed);
    if (parsed instanceof Socket) this.#socket = parsed;
  }

  /** How handlers are run from now on. gevent: `set_spawn`. */
  setSpawn(spawn: SpawnOption): void {
    this.#spawner = makeSpawner(spawn, 'setSpawn(spawn)');
    this.acceptLoop.slotsChanged();
  }

  /** What handles clients from now on; left out, the method `handle`. gevent: `set_handle`. */
  setHandle(handle?: ServerHandle<A>): void {
    this.#takeHandle(handle, 'setHandle(handle)');
  }

  /** Takes no further clients, and goes on listening: those who come wait. Never parks. gevent: `stop_accepting`. */
  stopAccepting(): void {
    this.acceptLoop.close();
    const source = this.#socket?.watchable;
    if (source instanceof Listener) source.onAcceptError = undefined;
  }

  /** True for an error that ends the server: it can take no client any more. gevent: `is_fatal_error`. */
  isFatalError(error: unknown): boolean {
    return error instanceof SocketError && this.fatalErrors.includes(error.code);
  }

  /** Closes the listening socket: nobody else can connect. The handlers go on. Never parks. */
  abstract close(): void;

  toString(): string {
    return `<${this.constructor.name} on ${formatAddress(this.#address)}>`;
  }

  /** @internal What runs for each client. */
  protected get body(): HandlerBody {
    return Object.hasOwn(this, 'handle') ? (this.handle as HandlerBody) : this.#methodBody;
  }

  /** The next client, as the arguments of the handler; undefined when there is none. Must not park. gevent: `do_read`. */
  protected abstract doRead(): A | undefined;

  /** Has a client handled. What it throws is reported, and nothing is taken for `delay` seconds. gevent: `do_handle`. */
  protected doHandle(...args: A): void {
    const handling = new Handling(this.#home, this.body, args);
    this.handlers.add(handling);
    try {
      this.#spawner.start(handling);
    } catch (error) {
      handling.end();
      throw error;
    }
  }

  /** Called when the handler of a client is through: closes it, where there is something to close. gevent: `do_close`. */
  protected abstract doClose(...args: A): void;

  /** @internal It listens on this socket from now on; on none, when there is none. */
  protected useSocket(socket: Socket | undefined): void {
    this.stopAccepting();
    const previous = this.#socket;
    this.#socket = socket;
    if (socket !== undefined) [this.#address, this.#family] = describe(socket);
    else previous?.close();
  }

  #takeHandle(handle: ServerHandle<A> | undefined, name: string): void {
    if (handle !== undefined) {
      checkFunction(handle, name);
      this.handle = handle;
    } else if (typeof this.handle !== 'function') {
      throw new TypeError(mismatch(name, 'a function, or a subclass with a method handle', handle));
    }
  }

  /** Takes the next client and starts its handler; false when there is none. */
  #next(): boolean {
    let args: A | undefined;
    try {
      args = this.doRead();
    } catch (error) {
      if (this.isFatalError(error)) return this.#endWith(error);
      throw error;
    }
    if (args === undefined) return false;
    this.delay = this.minDelay;
    this.doHandle(...args);
    return true;
  }

  #endWith(error: unknown): false {
    reportUncaught(this, error);
    this.close();
    return false;
  }

  #failed(error: unknown): Seconds {
    reportUncaught(this, error);
    const { delay } = this;
    this.delay = Math.min(this.maxDelay, delay * 2);
    return delay;
  }

  #over(handling: Handling): void {
    try {
      this.doClose(...(handling.args as A));
    } catch (error) {
      reportUncaught(handling, error);
    }
    this.handlers.delete(handling);
    this.acceptLoop.slotFreed();
  }
}

function describe(listener: Address | Socket): [Address, number] {
  if (listener instanceof Socket) return [listener.getSockName(), listener.family];
  return [listener, familyOf(listener) ?? AF_INET];
}
