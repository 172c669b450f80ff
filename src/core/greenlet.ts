/** The greenlet of programs: a RawGreenlet that can be waited for, killed and linked. */
import { checkBoolean, checkError, checkFunction, checkOptions, checkSeconds, isErrorClass, type ErrorClass } from '../base/check.ts';
import { GreenletExit } from '../base/errors.ts';
import { CallSite } from './call-site.ts';
import { type Receiver, makeLink } from './link.ts';
import { Links } from './links.ts';
import type { Loop } from './loop.ts';
import { getHub } from './hub.ts';
import { getCurrent } from './main-greenlet.ts';
import { RawGreenlet } from './raw-greenlet.ts';
import { currentScopeOrMain, interruptionCount } from './scope.ts';
import { type WaitLimit, checkTimeLimit, underLimit } from './time-limit.ts';
import { Timeout } from './timeout.ts';
import { Waiter, pendingInterrupt, rejectedQuietly } from './waiter.ts';

/** What a greenlet may end with when it was killed, and how that went. */
export type KillOutcome =
  /** It ended by the kill. */
  | 'killed'
  /** It had ended before, or ended in a way of its own after it caught what was raised. */
  | 'finished'
  /** It is still alive: the time given was up, or nobody waited. */
  | 'alive';

export interface KillOptions extends WaitLimit {
  /** Wait for the end (the default), or answer at once. */
  block?: boolean;
  /** Raise again in every later wait, so that a handler which goes on cannot. `finally` blocks cannot wait either. */
  force?: boolean;
}

export interface GetOptions extends WaitLimit {
  /** False: raise at once when there is no result yet. Default true. */
  block?: boolean;
}

/** Called at each start of a Greenlet. */
export type SpawnCallback = (greenlet: Greenlet<unknown>) => void;

const spawnCallbacks = new Set<SpawnCallback>();

// A subclass's constructor decides what `spawn` takes.
type GreenletClass<A extends unknown[], G> = new (...args: A) => G;

/**
 * A killable flow of async code: `spawn` makes one and starts it. It is not thenable: `await g.get()` for the
 * result, `await g.join()` for the end. gevent: `Greenlet`.
 *
 * A subclass overrides `_run()`, and `toString()` for the text in messages.
 *
 * @example
 * const g = Greenlet.spawn(async (seconds: number) => { await sleep(seconds); return 'done'; }, 0.1);
 * console.log(await g.get());
 */
export class Greenlet<T = unknown> extends RawGreenlet {
  #links: Links | undefined = undefined;
  #isQuiet = false;
  readonly #bornAt: number = interruptionCount();

  /**
   * @param fn what runs in it; left out by a subclass that overrides `_run`
   * @throws {TypeError} `fn` is not a function
   */
  constructor();
  constructor(fn: undefined, ...args: unknown[]);
  // oxlint-disable-next-line typescript/no-explicit-any -- the arguments are checked against the function's own
  constructor(fn: (...args: any[]) => T | Promise<T>, ...args: unknown[]);
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  constructor(fn?: (...args: any[]) => T | Promise<T>, ...args: unknown[]) {
    if (fn !== undefined) checkFunction(fn, 'Greenlet(fn)');
    super(fn, args);
  }

  /** Makes a greenlet and starts it; on a subclass, the arguments are those of its constructor. Never parks. */
  static spawn<A extends unknown[], R>(this: typeof Greenlet, fn: (...args: A) => R, ...args: A): Greenlet<Awaited<R>>;
  static spawn<A extends unknown[], G extends Greenlet<unknown>>(this: GreenletClass<A, G>, ...args: A): G;
  static spawn(this: GreenletClass<unknown[], Greenlet<unknown>>, ...args: unknown[]): Greenlet<unknown> {
    if ((this as unknown) === Greenlet) checkFunction(args[0], 'spawn(fn)');
    const greenlet = new this(...args);
    greenlet.start();
    return greenlet;
  }

  /** As {@link spawn}, starting in `seconds`. Never parks. */
  static spawnLater<A extends unknown[], R>(this: typeof Greenlet, seconds: number, fn: (...args: A) => R, ...args: A): Greenlet<Awaited<R>>;
  static spawnLater<A extends unknown[], G extends Greenlet<unknown>>(this: GreenletClass<A, G>, seconds: number, ...args: A): G;
  static spawnLater(this: GreenletClass<unknown[], Greenlet<unknown>>, seconds: number, ...args: unknown[]): Greenlet<unknown> {
    checkSeconds(seconds, 'spawnLater(seconds)');
    if ((this as unknown) === Greenlet) checkFunction(args[0], 'spawnLater(fn)');
    const greenlet = new this(...args);
    greenlet.startLater(seconds);
    return greenlet;
  }

  /** Has `callback` called at each start of a Greenlet; the same one twice is called once. */
  static addSpawnCallback(callback: SpawnCallback): void {
    checkFunction(callback, 'addSpawnCallback(callback)');
    spawnCallbacks.add(callback);
  }

  static removeSpawnCallback(callback: SpawnCallback): void {
    spawnCallbacks.delete(callback);
  }

  /** How many frames `spawningStack` holds. gevent: `spawning_stack_limit`. */
  static get spawningStackLimit(): number {
    return CallSite.limit;
  }

  static set spawningStackLimit(frames: number) {
    CallSite.limit = frames;
  }

  override start(): void {
    if (this.state !== 'created') return;
    super.start();
    if (spawnCallbacks.size > 0) for (const callback of spawnCallbacks) callback(this);
  }

  override startLater(seconds: number): void {
    checkSeconds(seconds, 'startLater(seconds)');
    if (this.state !== 'created') return;
    super.startLater(seconds);
    if (spawnCallbacks.size > 0) for (const callback of spawnCallbacks) callback(this);
  }

  /** True once it has ended, in whatever way. */
  ready(): boolean {
    return this.dead;
  }

  /** True when it has ended without an error; a killed one has. */
  successful(): boolean {
    return this.state === 'succeeded';
  }

  /** What it returned, or the GreenletExit that ended it; undefined while it runs, and after a failure. */
  get value(): T | GreenletExit | undefined {
    return this.state === 'succeeded' ? (this.result as T) : undefined;
  }

  /** The error that ended it; undefined without one. */
  get exception(): unknown {
    return this.state === 'failed' ? this.result : undefined;
  }

  /** `[class, error, stack]` after a failure, else empty. gevent: `exc_info`. */
  get excInfo(): readonly unknown[] {
    return this.excTriple;
  }

  /** The loop it runs on. */
  get loop(): Loop {
    return getHub().loop;
  }

  /** True keeps its failure from being printed: for those whose result somebody is sure to look at. */
  get quiet(): boolean {
    return this.#isQuiet;
  }

  set quiet(quiet: boolean) {
    this.#isQuiet = checkBoolean(quiet, 'quiet');
  }

  /**
   * Parks until it has ended, or the time is up: quietly, whatever happened.
   *
   * @example
   * await g.join({ timeout: 1 });
   */
  join(options: WaitLimit = {}): Promise<void> {
    checkOptions(options, 'join(options)');
    const limit = checkTimeLimit(options.timeout, 'join({ timeout })');
    if (this.dead) return passOn(undefined);
    return underLimit(limit, (seconds) => new Waiter<void>().park({ list: this.#linked(), seconds }), nothing);
  }

  /**
   * What it returned; parks until it has ended. After a kill, the GreenletExit. A failure is raised, the same error
   * object each time.
   *
   * @throws {Timeout} it is still alive after `timeout` seconds, or at once with `block: false`
   */
  get(options: GetOptions = {}): Promise<T> {
    checkOptions(options, 'get(options)');
    const limit = checkTimeLimit(options.timeout, 'get({ timeout })');
    if (this.dead) {
      const reason = pendingInterrupt();
      if (reason !== undefined) return rejectedQuietly(reason);
      return this.state === 'failed' ? Promise.reject(this.result) : Promise.resolve(this.result as T);
    }
    if (options.block === false) return Promise.reject(new Timeout(0));
    return underLimit(limit, (seconds) =>
      new Waiter<T>().park({ list: this.#linked(), seconds, late: () => raiseTimeout(seconds), collect: () => this.#outcome() }),
    );
  }

  /**
   * Raises `exception` in it and parks until it has ended: its `finally` blocks run, and may wait. One that has not
   * begun never will. Raised at this very call when a greenlet kills itself. Never rejects with the victim's error.
   *
   * @param exception an error or a class of errors; GreenletExit by default, which ends it silently
   * @param options.block false answers at once
   * @param options.timeout seconds to wait for the end at most; expiry is quiet
   * @param options.force raise again at each later wait
   */
  kill(options: KillOptions & { block: false }): void;
  kill(exception: Error | ErrorClass | undefined, options: KillOptions & { block: false }): void;
  kill(exception?: Error | ErrorClass | KillOptions, options?: KillOptions): Promise<KillOutcome>;
  kill(first?: Error | ErrorClass | KillOptions, second?: KillOptions): Promise<KillOutcome> | void {
    const { exception, options } = splitKillArguments(first, second, 'kill');
    const limit = checkTimeLimit(options.timeout, 'kill({ timeout })');
    const isBlocking = options.block !== false;
    if (this.dead) return isBlocking ? passOn<KillOutcome>('finished') : undefined;
    const reason = exception ?? new GreenletExit();
    const isRunning = this.state === 'running';
    if (options.force === true && isRunning) this.doom(reason);
    else this.throw(reason);
    if (!isBlocking) return undefined;
    if (!isRunning) return passOn<KillOutcome>('killed');
    return underLimit(limit, (seconds) => this.#death(seconds), nothing).then(() => this.#killOutcome(reason));
  }

  /**
   * Has `receiver` told when it has ended: a function is called with it, in a greenlet of its own; a greenlet (the
   * current one, when left out) gets a LinkedExited raised; an AsyncResult takes over the outcome. Never parks.
   */
  link(receiver?: Receiver<this>): void {
    this.#link('any', receiver);
  }

  /** As {@link link}, when it ends without an error; a killed one does. */
  linkValue(receiver?: Receiver<this>): void {
    this.#link('value', receiver);
  }

  /** As {@link link}, when an error ends it. */
  linkException(receiver?: Receiver<this>): void {
    this.#link('exception', receiver);
  }

  /** Calls `callback` with it on the hub when it has ended; the callback must not wait. Never parks. */
  rawLink(callback: (source: this) => void): void {
    checkFunction(callback, 'rawLink(callback)');
    this.#linked().link(callback, callback);
    if (this.dead) this.#links?.notify(this);
  }

  /** @internal Bookkeeping that is done before anybody who came later is told. */
  linkImmediately(callback: (source: this) => void): void {
    this.#linked().link(callback, callback, true);
  }

  /** Undoes a `link` or `rawLink` with this receiver; the current greenlet, when left out. Never parks. */
  unlink(receiver: Receiver<this> | ((source: this) => void) = getCurrent() as Receiver<this>): void {
    this.#links?.unlink(receiver);
  }

  /** Undoes every link. Never parks. */
  unlinkAll(): void {
    this.#links?.unlinkAll();
  }

  /** True while somebody is linked to it, or waits for its end. */
  hasLinks(): boolean {
    return this.#links !== undefined && this.#links.size > 0;
  }

  /**
   * Runs `fn` beside it: when `fn` is through, parks until the greenlet has ended; when `fn` fails, kills it.
   *
   * @example
   * await spawn(heartbeat).use(async () => upload(file));
   */
  async use<R>(fn: (greenlet: this) => R | Promise<R>): Promise<R> {
    checkFunction(fn, 'use(fn)');
    let isClean = false;
    try {
      const result = await fn(this);
      isClean = true;
      return result;
    } finally {
      await (isClean ? this.join() : this.kill());
    }
  }

  /**
   * `await using g = spawn(fn)`: leaving the block parks until the greenlet has ended; when a kill or a timeout
   * drives us out of the block, the greenlet is killed. An ordinary error cannot be seen from here: {@link use} can.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await (currentScopeOrMain().wasInterruptedSince(this.#bornAt) ? this.kill() : this.join());
  }

  /** @internal */
  protected override onEnd(): void {
    this.#links?.notify(this);
  }

  /** @internal */
  protected override isWorthReporting(): boolean {
    return !this.#isQuiet;
  }

  #linked(): Links {
    this.#links ??= new Links(() => `the end of ${String(this)}`);
    return this.#links;
  }

  #outcome(): T {
    if (this.state === 'failed') throw this.result;
    return this.result as T;
  }

  #link(when: 'any' | 'value' | 'exception', receiver: Receiver<this> | undefined): void {
    const target = receiver ?? (getCurrent() as Receiver<this>);
    const call = makeLink(when, target);
    if (this.dead && (target as unknown) === currentScopeOrMain().root) return call(this, true);
    this.#linked().link(target, (source: this) => call(source, false));
    if (this.dead) this.#links?.notify(this);
  }

  #death(seconds: number | undefined): Promise<void> {
    return this.dead ? passOn(undefined) : new Waiter<void>().park({ list: this.#linked(), seconds });
  }

  #killOutcome(reason: Error): KillOutcome {
    if (!this.dead) return 'alive';
    return this.result === reason ? 'killed' : 'finished';
  }
}

/** @internal `kill(exception?, options?)`, where the options may stand alone. */
export function splitKillArguments(first: unknown, second: unknown, name: string): { exception: Error | undefined; options: KillOptions } {
  const isOptionsAlone = typeof first === 'object' && first !== null && !(first instanceof Error) && second === undefined;
  const options = (isOptionsAlone ? first : second) ?? {};
  checkOptions(options, `${name}(options)`);
  const exception = isOptionsAlone || first === undefined ? undefined : checkError(first, `${name}(exception)`);
  return { exception, options: options as KillOptions };
}

/** @internal True for what `kill` takes as its exception. */
export function isKillException(value: unknown): value is Error | ErrorClass {
  return value instanceof Error || isErrorClass(value);
}

/** A result that is there already; a pending interruption comes first, as at every wait. */
function passOn<T>(value: T): Promise<T> {
  const reason = pendingInterrupt();
  return reason === undefined ? Promise.resolve(value) : rejectedQuietly<T>(reason);
}

function raiseTimeout(seconds: number | undefined): never {
  throw new Timeout(seconds);
}

function nothing(): void {
  // join() ends quietly when the time is up.
}
