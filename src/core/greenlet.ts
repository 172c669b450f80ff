/** The greenlet of programs: one that can be waited for, killed and linked. */
import {
  NO_OPTIONS,
  checkBoolean,
  checkFlag,
  checkFunction,
  checkInteger,
  checkOptions,
  checkSeconds,
  type ErrorClass,
} from '../base/check.ts';
import { GreenletExit } from '../base/errors.ts';
import { joinOrKill, runBeside } from './beside.ts';
import { CallSite } from './call-site.ts';
import { type KillOptions, type KillOutcome, splitKillArguments } from './kill-options.ts';
import { LinkedGreenlet } from './linked-greenlet.ts';
import type { Loop } from './loop.ts';
import { getHub } from './hub.ts';
import { currentScopeOrMain } from './scope.ts';
import { interruptions } from './interruption.ts';
import { type WaitLimit, checkTimeLimit, underLimit } from './time-limit.ts';
import { Timeout } from './timeout.ts';
import { passOn, pendingInterrupt, rejectedQuietly } from './checkpoint.ts';
import { reportUncaught } from './uncaught.ts';
import { Waiter } from './waiter.ts';

/** How long `get` waits, and whether. */
export interface GetOptions extends WaitLimit {
  /** False: raise at once when there is no result yet. Default true. */
  block?: boolean;
}

/** Called at each start of a Greenlet. */
export type SpawnCallback = (greenlet: Greenlet<unknown>) => void;

const spawnCallbacks = new Set<SpawnCallback>();

type GreenletClass = new (...args: never[]) => Greenlet<unknown>;

/** A subclass's constructor decides what `spawn` takes; for Greenlet itself, the function that it is given does. */
type SubclassArguments<C extends GreenletClass> =
  (<X>() => X extends C ? 1 : 2) extends <X>() => X extends typeof Greenlet ? 1 : 2
    ? never
    : ConstructorParameters<C>;

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
export class Greenlet<T = unknown> extends LinkedGreenlet<T> {
  #isQuiet = false;
  readonly #bornAt: number = interruptions.count;

  /**
   * @param fn what runs in it; left out by a subclass that overrides `_run`
   * @throws {TypeError} `fn` is not a function
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- the arguments are checked against the function's own
  constructor(fn?: (...args: any[]) => T | Promise<T>, ...args: unknown[]) {
    if (fn !== undefined) checkFunction(fn, 'Greenlet(fn)');
    super(fn, args);
  }

  /** Makes a greenlet and starts it; on a subclass, the arguments are those of its constructor. Never parks. */
  static spawn<A extends unknown[], R>(
    this: typeof Greenlet,
    fn: (...args: A) => R,
    ...args: A
  ): Greenlet<Awaited<R>>;
  static spawn<C extends GreenletClass>(this: C, ...args: SubclassArguments<C>): InstanceType<C>;
  static spawn(this: GreenletClass, ...args: unknown[]): Greenlet<unknown> {
    if ((this as unknown) === Greenlet) checkFunction(args[0], 'spawn(fn)');
    const greenlet = new this(...(args as never[]));
    greenlet.start();
    return greenlet;
  }

  /** As {@link spawn}, starting in `seconds`. Never parks. */
  static spawnLater<A extends unknown[], R>(
    this: typeof Greenlet,
    seconds: number,
    fn: (...args: A) => R,
    ...args: A
  ): Greenlet<Awaited<R>>;
  static spawnLater<C extends GreenletClass>(
    this: C,
    seconds: number,
    ...args: SubclassArguments<C>
  ): InstanceType<C>;
  static spawnLater(this: GreenletClass, seconds: number, ...args: unknown[]): Greenlet<unknown> {
    checkSeconds(seconds, 'spawnLater(seconds)');
    if ((this as unknown) === Greenlet) checkFunction(args[0], 'spawnLater(fn)');
    const greenlet = new this(...(args as never[]));
    greenlet.startLater(seconds);
    return greenlet;
  }

  /** Has `callback` called at each start of a Greenlet; the same one twice is called once. */
  static addSpawnCallback(callback: SpawnCallback): void {
    checkFunction(callback, 'addSpawnCallback(callback)');
    spawnCallbacks.add(callback);
  }

  static removeSpawnCallback(callback: SpawnCallback): void {
    checkFunction(callback, 'removeSpawnCallback(callback)');
    spawnCallbacks.delete(callback);
  }

  /** How many frames `spawningStack` holds. gevent: `spawning_stack_limit`. */
  static get spawningStackLimit(): number {
    return CallSite.limit;
  }

  static set spawningStackLimit(frames: number) {
    CallSite.limit = checkInteger(frames, 'spawningStackLimit', 0);
  }

  override start(): void {
    if (this.state !== 'created') return;
    super.start();
    if (spawnCallbacks.size > 0) tellSpawned(this);
  }

  override startLater(seconds: number): void {
    checkSeconds(seconds, 'startLater(seconds)');
    if (this.state !== 'created') return;
    super.startLater(seconds);
    if (spawnCallbacks.size > 0) tellSpawned(this);
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
  join(options: WaitLimit = NO_OPTIONS): Promise<void> {
    checkOptions(options, 'join(options)');
    const limit = checkTimeLimit(options.timeout, 'join({ timeout })');
    if (this.dead) return passOn(undefined);
    if (limit === undefined) return new Waiter<void>().park(this.endLinks());
    return underLimit(limit, (seconds) => new Waiter<void>().park(this.endLinks(), { seconds }), nothing);
  }

  /**
   * What it returned; parks until it has ended. After a kill, the GreenletExit. A failure is raised, the same error
   * object each time.
   *
   * @throws {Timeout} it is still alive after `timeout` seconds, or at once with `block: false`
   */
  get(options: GetOptions = NO_OPTIONS): Promise<T> {
    checkOptions(options, 'get(options)');
    checkFlag(options.block, 'get({ block })');
    const limit = checkTimeLimit(options.timeout, 'get({ timeout })');
    if (this.dead) {
      const reason = pendingInterrupt();
      if (reason !== undefined) return rejectedQuietly(reason);
      return this.state === 'failed' ? Promise.reject(this.result) : Promise.resolve(this.result as T);
    }
    if (options.block === false) return Promise.reject(new Timeout(0));
    return underLimit(limit, (seconds) =>
      new Waiter<T>().park(this.endLinks(), {
        seconds,
        late: () => raiseTimeout(seconds),
        collect: () => this.#outcome(),
      }),
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
    const limit = options.timeout;
    const isBlocking = options.block !== false;
    if (this.dead) return isBlocking ? passOn<KillOutcome>('finished') : Promise.resolve('finished');
    const reason = exception ?? new GreenletExit();
    const isRunning = this.state === 'running';
    if (options.force === true && isRunning) this.doom(reason);
    else this.throw(reason);
    if (!isBlocking) return Promise.resolve('alive');
    if (!isRunning) return passOn<KillOutcome>('killed');
    const outcome = (): KillOutcome => this.#killOutcome(reason);
    if (this.dead) return passOn(outcome());
    return underLimit(
      limit,
      (seconds) =>
        new Waiter<KillOutcome>().park(this.endLinks(), { seconds, late: outcome, collect: outcome }),
      outcome,
    );
  }

  /**
   * Runs `fn` beside it: when `fn` is through, parks until the greenlet has ended; when `fn` fails, or a kill or timeout
   * comes meanwhile, kills it.
   *
   * @example
   * await spawn(heartbeat).use(async () => upload(file));
   */
  use<R>(fn: (greenlet: this) => R | Promise<R>): Promise<R> {
    checkFunction(fn, 'use(fn)');
    return runBeside(this, fn);
  }

  /**
   * `await using g = spawn(fn)`: leaving the block parks until the greenlet has ended; when a kill or a timeout
   * drives us out of the block, the greenlet is killed. An ordinary error cannot be seen from here: {@link use} can.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await (currentScopeOrMain().wasInterruptedSince(this.#bornAt) ? this.kill() : joinOrKill(this));
  }

  /** @internal */
  protected override isWorthReporting(): boolean {
    return !this.#isQuiet;
  }

  #outcome(): T {
    if (this.state === 'failed') throw this.result;
    return this.result as T;
  }

  #killOutcome(reason: Error): KillOutcome {
    if (!this.dead) return 'alive';
    return this.result === reason ? 'killed' : 'finished';
  }
}

function tellSpawned(greenlet: Greenlet<unknown>): void {
  for (const callback of spawnCallbacks) {
    try {
      callback(greenlet);
    } catch (error) {
      reportUncaught(callback, error);
    }
  }
}

function raiseTimeout(seconds: number | undefined): never {
  throw new Timeout(seconds);
}

function nothing(): void {
  // join() ends quietly when the time is up.
}
