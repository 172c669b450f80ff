/**
 * The life of a server.
 *
 *   stopped ──start()──► started ──close()──► stopped, its handlers go on
 *      ▲                    └──────stop()───► stopped, and when the time given is up, they are killed
 *      └───────────────────────────────────────────┘
 *
 * Clients are taken by the hub: a handler belongs to nobody's tree, whoever called start(). The values of the program's
 * own AsyncLocalStorages are those of the caller of start(), as with Node's servers.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { checkOptions, checkSeconds } from '../base/check.ts';
import { GreenletExit } from '../base/errors.ts';
import { inspectAsText } from '../base/format.ts';
import { passOn } from '../core/checkpoint.ts';
import { hubScope } from '../core/hub-scope.ts';
import { spawn } from '../core/spawn.ts';
import { type TimeLimit, checkTimeLimit } from '../core/time-limit.ts';
import { type Seconds, Timeout } from '../core/timeout.ts';
import { SocketError } from '../inet/errors.ts';
import { Listener } from '../io/listener.ts';
import { Socket } from '../io/socket.ts';
import { Event } from '../sync/event.ts';
import { Semaphore } from '../sync/semaphore.ts';
import {
  type BaseServerOptions,
  type ListenerOption,
  type ServeForeverOptions,
  type StopOptions,
  checkServerFields,
} from './server-options.ts';
import { type ServerHandle, Serving } from './serving.ts';

/** How long killed handlers may take to end before `stop()` comes back without them. */
const KILL_TIMEOUT: Seconds = 1;

/**
 * The parent of all servers. A server is given a handler, or is a subclass with a method `handle`. gevent:
 * `baseserver.BaseServer`.
 */
export abstract class BaseServer<A extends unknown[] = unknown[]>
  extends Serving<A>
  implements AsyncDisposable, Disposable
{
  /** It was given a listening socket: once that is closed, there is nothing to start again with. */
  #isGivenSocket: boolean;
  /** Runs a function with the hub as the current greenlet, and the values that start() was called with. */
  #inContext: (fn: () => void) => void = (fn) => fn();
  /** Counts what ended it: whoever waits meanwhile sees that the server is not his any more. */
  #epoch = 0;
  /** Up while it is not started. */
  readonly #stopped = new Event();
  /** Up while no stop() waits for handlers. */
  readonly #settled = new Event();
  #stops = 0;
  readonly #starting = new Semaphore(1);

  /** @internal */
  constructor(
    listener: ListenerOption,
    handle: ServerHandle<A> | undefined,
    options: BaseServerOptions,
    type: number,
  ) {
    super(listener, handle, options, type);
    this.#isGivenSocket = listener instanceof Socket;
    this.#stopped.set();
    this.#settled.set();
  }

  override get started(): boolean {
    return !this.#stopped.isSet();
  }

  override setListener(listener: ListenerOption): void {
    super.setListener(listener);
    this.#isGivenSocket = listener instanceof Socket;
  }

  /** Makes the listening socket, if there is none; parks until it listens. `start()` calls it. gevent: `init_socket`. */
  async initSocket(): Promise<void> {
    if (this.socket?.closed === false) return;
    this.useSocket(undefined);
    if (this.#isGivenSocket) {
      throw new SocketError(
        `Cannot start ${this.toString()}: the socket that it was given has been closed; setListener() takes another`,
        { code: 'EBADF', syscall: 'listen' },
      );
    }
    this.useSocket(await this.openSocket());
  }

  /**
   * Begins to take clients; parks until it listens. A server that was stopped can be started again, once its handlers
   * have ended. One that is started stays as it is.
   *
   * @throws {SocketError} EADDRINUSE, EACCES and the like; ECANCELED: it was stopped meanwhile
   */
  start(): Promise<void> {
    checkServerFields(this, this.constructor.name);
    return this.started ? passOn(undefined) : this.#start();
  }

  async #start(): Promise<void> {
    const epoch = this.#epoch;
    await this.#starting.use(async () => {
      if (this.started) return;
      await this.#settled.wait();
      if (epoch === this.#epoch) await this.initSocket();
      if (epoch !== this.#epoch) {
        this.useSocket(undefined);
        throw new SocketError(`Cannot start ${this.toString()}: it was stopped meanwhile`, {
          code: 'ECANCELED',
        });
      }
      this.delay = this.minDelay;
      this.#inContext = hubScope().run(() => AsyncLocalStorage.snapshot());
      this.#stopped.clear();
      this.startAccepting();
    });
  }

  /** Takes clients again, those first that came meanwhile. Never parks. gevent: `start_accepting`. */
  startAccepting(): void {
    const source = this.socket?.watchable;
    if (!this.started || source === undefined) {
      throw new SocketError(`Cannot accept: ${this.toString()} is not started`, { code: 'EINVAL' });
    }
    if (this.acceptLoop.isOpen) return;
    if (source instanceof Listener) source.onAcceptError = (error) => this.acceptLoop.fail(error);
    this.acceptLoop.open(source, this.#inContext);
  }

  override close(): void {
    this.#epoch += 1;
    this.#shut();
  }

  #shut(): void {
    this.useSocket(undefined);
    this.#stopped.set();
  }

  /**
   * Refuses new clients at once, and parks until the handlers have finished, or the time is up; those that are left are
   * then killed. Resolves to how many were. A handler that stops its own server is not waited for, nor killed.
   *
   * @param options `{ timeout }`, or the seconds; by default `stopTimeout`
   */
  stop(options: StopOptions | TimeLimit = {}): Promise<number> {
    const limit = stopLimit(options) ?? this.stopTimeout;
    this.#epoch += 1;
    this.refuse();
    return this.#stop(limit);
  }

  async #stop(limit: TimeLimit): Promise<number> {
    this.#stops += 1;
    this.#settled.clear();
    try {
      return await this.#endHandlers(limit);
    } finally {
      this.#shut();
      this.#stops -= 1;
      if (this.#stops === 0) this.#settled.set();
    }
  }

  async #endHandlers(limit: TimeLimit): Promise<number> {
    if (await this.handlers.join(limit)) return 0;
    const killed = this.handlers.kill(new GreenletExit('the server was stopped'));
    await this.handlers.join(KILL_TIMEOUT);
    return killed;
  }

  /**
   * Starts it, if it is not started, and parks until somebody stops it. When the greenlet that waits here is killed, or
   * timed out, the server is stopped. Either way the handlers may finish first, as with {@link stop}. gevent:
   * `serve_forever`.
   *
   * @example
   * await new StreamServer('127.0.0.1:7000', handle).serveForever();
   */
  serveForever(options: ServeForeverOptions = {}): Promise<void> {
    checkOptions(options, 'serveForever(options)');
    const { stopTimeout } = options;
    if (stopTimeout !== undefined) checkSeconds(stopTimeout, 'serveForever({ stopTimeout })');
    checkServerFields(this, this.constructor.name);
    return this.#serveForever(stopTimeout);
  }

  async #serveForever(timeout: Seconds | undefined): Promise<void> {
    const epoch = this.#epoch;
    try {
      if (!this.started) await this.start();
    } catch (error) {
      // Stopped before it could start: that is an end like any other.
      if (error instanceof SocketError && error.code === 'ECANCELED' && epoch !== this.#epoch) return;
      throw error;
    }
    try {
      await this.#stopped.wait();
    } finally {
      // In a greenlet of its own: a second kill ends the wait for it alone.
      await spawn(() => this.#end(epoch, timeout)).join();
    }
  }

  /** The end of serveForever(): what another greenlet has begun is left to that one. */
  async #end(epoch: number, timeout: Seconds | undefined): Promise<void> {
    if (epoch === this.#epoch) await this.stop({ timeout });
    else if (this.#stops > 0) await this.#settled.wait();
    else if (!this.started && !this.#starting.locked()) await this.#endHandlers(timeout ?? this.stopTimeout);
  }

  /** Stops it at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Closes it at the end of a `using` block, which cannot wait: the handlers are stopped in a greenlet. */
  [Symbol.dispose](): void {
    this.close();
    if (this.active > 0) spawn(() => this.stop());
  }

  /** @internal Makes the listening socket; parks until it listens. */
  protected abstract openSocket(): Promise<Socket>;

  /** @internal The first step of stop(): nothing new is taken. */
  protected refuse(): void {
    this.#shut();
  }

  /** @internal Takes nothing, while the socket stays open for the handlers. */
  protected refuseOnly(): void {
    this.stopAccepting();
    this.#stopped.set();
  }
}
inspectAsText(BaseServer);

function stopLimit(options: StopOptions | TimeLimit): TimeLimit | undefined {
  if (typeof options === 'number' || options instanceof Timeout)
    return checkTimeLimit(options, 'stop(timeout)');
  checkOptions(options, 'stop(options)');
  return checkTimeLimit(options.timeout, 'stop({ timeout })');
}
