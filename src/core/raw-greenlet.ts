/**
 * A greenlet without links: the identity of a flow of `async` code, its state, and how it starts and ends.
 *
 *   created ──start──► scheduled ──its turn──► running ──► succeeded | failed
 *      └───────kill───────┴──────────► succeeded (GreenletExit) | failed, without having run
 *
 * A greenlet *is* its root scope: an interruption of the scope reaches whatever the greenlet waits for.
 */
import { isThenable, type ErrorClass, checkError, checkSeconds, mismatch } from '../base/check.ts';
import { config } from '../base/config.ts';
import { GreenletExit } from '../base/errors.ts';
import { errorTriple, formatCall, inspectAsText } from '../base/format.ts';
import { NativePromise } from '../base/native.ts';
import { type CallSite, sampleCallSite } from './call-site.ts';
import { type Counted, addAlive, removeAlive } from './census.ts';
import { giveBackIdent, takeIdent } from './ident.ts';
import { slot } from './probe.ts';
import { type ReadyEntry, scheduler } from './scheduler.ts';
import { Scope, currentScopeOrMain, enterScope } from './scope.ts';
import { Timer, type TimerTarget } from './timers.ts';
import { prepare } from './trigger.ts';
import { reportUncaught } from './uncaught.ts';

/** @internal Where a greenlet is in its life. */
export type GreenletState = 'created' | 'scheduled' | 'running' | 'succeeded' | 'failed';

// oxlint-disable-next-line typescript/no-explicit-any -- any function can be a greenlet's body
type Body = (...args: any[]) => unknown;

/** Values shared by a greenlet and all it spawned, down from a child of main. */
export type SpawnTreeLocals = Record<string, unknown>;

/** A killable flow of async code, without links. What `spawnRaw` makes; main is one too. gevent: `greenlet`. */
export class RawGreenlet extends Scope implements ReadyEntry, TimerTarget, Counted {
  /** @internal */
  previousAlive: Counted | undefined = undefined;
  /** @internal */
  nextAlive: Counted | undefined = undefined;
  /** @internal Values of greenlet-local objects. */
  locals: WeakMap<object, unknown> | undefined = undefined;
  /** @internal */
  protected state: GreenletState = 'created';
  /** @internal The value returned, or the error raised. */
  protected result: unknown = undefined;
  #body: Body | undefined;
  #args: readonly unknown[];
  #spawner: RawGreenlet | undefined = undefined;
  #tree: { locals?: SpawnTreeLocals } | undefined = undefined;
  #site: CallSite | undefined = undefined;
  #trigger: ((greenlet: RawGreenlet) => void) | undefined = undefined;
  #startTimer: Timer | undefined = undefined;
  #ident: number | undefined = undefined;
  #name: string | undefined = undefined;

  /** @internal Made by `spawnRaw`, and by `Greenlet`. */
  constructor(body?: Body, args: readonly unknown[] = []) {
    super();
    this.#body = body;
    this.#args = args;
    if (config.trackGreenletTree) this.#track();
    this.#site = sampleCallSite();
  }

  /** True once it has ended, or was killed before it began. */
  get dead(): boolean {
    return this.state === 'succeeded' || this.state === 'failed';
  }

  /** True from the call of `start()` until it ends. */
  get started(): boolean {
    return this.state === 'scheduled' || this.state === 'running';
  }

  /** The arguments its function gets; empty once it has ended. */
  get args(): readonly unknown[] {
    return this.#args;
  }

  /** A small number that no other living greenlet has. gevent: `minimal_ident`. */
  get minimalIdent(): number {
    this.#ident ??= takeIdent();
    return this.#ident;
  }

  /** What it is called in messages: `Greenlet-N` unless you assign a name. */
  get name(): string {
    this.#name ??= this.defaultName();
    return this.#name;
  }

  set name(name: string) {
    if (typeof name !== 'string') throw new TypeError(mismatch('name', 'a string', name));
    this.#name = name;
  }

  /** Who spawned it, while that is alive or was not long ago; undefined when the tree is not tracked. */
  get spawningGreenlet(): RawGreenlet | undefined {
    return this.#spawner;
  }

  /** Where it was spawned, innermost frame first; empty when the place was not taken (`config.spawnSites`). */
  get spawningStack(): readonly string[] {
    return this.#site?.frames ?? [];
  }

  /** One object shared by a child of main and everything spawned below it. gevent: `spawn_tree_locals`. */
  get spawnTreeLocals(): SpawnTreeLocals {
    this.#tree ??= {};
    this.#tree.locals ??= {};
    return this.#tree.locals;
  }

  /** Schedules it to run in this turn; a second call, or one after the end, does nothing. Never parks. */
  start(): void {
    if (this.state !== 'created') return;
    this.#schedule();
    scheduler.push(this);
  }

  /** @internal Schedules it, for somebody who takes it when its turn comes. */
  startInPlace(): void {
    this.#schedule();
  }

  /** @internal It will not be taken after all. */
  callOff(): void {
    this.throw();
  }

  /** Schedules it to run in `seconds`. Never parks. */
  startLater(seconds: number): void {
    checkSeconds(seconds, 'startLater(seconds)');
    if (this.state !== 'created') return;
    this.#startTimer = new Timer(this).start(seconds);
    this.#schedule();
  }

  /**
   * Raises `exception` in it, without waiting: at the wait it is parked in, else at its next one. One that has not
   * begun ends at once. Never parks. gevent: `greenlet.throw`.
   */
  throw(exception: Error | ErrorClass = GreenletExit): void {
    const reason = checkError(exception, 'throw(exception)');
    if (this.dead) return;
    if (this.state === 'running') this.raise(reason);
    else this.#endUnstarted(reason);
  }

  /** @internal Raises in a running greenlet; answers whether a wait was reached. */
  protected raise(reason: Error): boolean {
    if (currentScopeOrMain().root !== this) return this.interrupt(reason);
    this.interruptSelf(reason);
    return false;
  }

  /** `<Greenlet "name": fn(args)>`: the text that messages name it by. Override it to have another. */
  override toString(): string {
    return `<${this.constructor.name} "${this.name}": ${this.describeCall()}>`;
  }

  /** @internal Where it is in its life, for `console.log`. */
  get lifeState(): GreenletState {
    return this.state;
  }

  /** @internal The function and its arguments. */
  protected describeCall(): string {
    return formatCall(this.#body?.name || '(anonymous)', this.#args);
  }

  /** @internal */
  protected defaultName(): string {
    return `Greenlet-${this.minimalIdent}`;
  }

  /** @internal What runs in it. */
  protected _run(): unknown {
    return this.#body?.(...this.#args);
  }

  /** @internal Told when it has ended, before anybody else is. */
  protected onEnd(): void {
    // Greenlets with links tell them here.
  }

  /** @internal True when a failure is worth printing. */
  protected isWorthReporting(): boolean {
    return true;
  }

  /** @internal Its turn to start has come. */
  take(): Scope | undefined {
    if (this.state !== 'scheduled') return undefined;
    this.state = 'running';
    this.#trigger?.(this);
    this.#trigger = undefined;
    return this;
  }

  /** @internal The start of `startLater` is due. */
  onTimer(): void {
    scheduler.push(this);
  }

  /** @internal Its first slice, in a microtask of its own. */
  begin(): void {
    enterScope(this);
    if (slot.probe !== undefined) slot.probe.started?.(this);
    try {
      const result = this._run();
      if (!isThenable(result)) return this.succeed(result);
      const promise = result instanceof NativePromise ? result : NativePromise.resolve(result);
      // Two functions for all greenlets: they run in the store of this one, which says whose end it is.
      void promise.then(succeedCurrent, failCurrent);
    } catch (error) {
      this.fail(error);
    }
  }

  #track(): void {
    const spawner = currentScopeOrMain()?.root as RawGreenlet | undefined;
    if (spawner === undefined) return;
    this.#spawner = spawner;
    // Main and the hub are nobody's tree: each of their children is the root of one.
    if (!spawner.isRootOfTrees()) this.#tree = spawner.#tree ??= {};
  }

  /** @internal */
  isRootOfTrees(): boolean {
    return false;
  }

  #schedule(): void {
    this.state = 'scheduled';
    this.#trigger = prepare(begin);
    addAlive(this);
    if (slot.probe !== undefined) slot.probe.spawned?.(this);
  }

  #endUnstarted(exception: Error): void {
    this.#startTimer?.stop();
    const wasAlive = this.state === 'scheduled';
    this.#end(exception instanceof GreenletExit ? 'succeeded' : 'failed', exception, wasAlive);
    this.#args = [];
  }

  /** @internal */
  succeed(value: unknown): void {
    this.#end('succeeded', value);
    scheduler.ended(this);
  }

  /** @internal */
  fail(error: unknown): void {
    if (error instanceof GreenletExit) return this.succeed(error);
    this.#end('failed', error);
    if (this.isWorthReporting()) reportUncaught(this, error);
    this.#args = [];
    scheduler.ended(this);
  }

  #end(state: 'succeeded' | 'failed', result: unknown, wasAlive = true): void {
    this.state = state;
    this.result = result;
    // The line about a failure names the arguments: they go when it has been written.
    if (state === 'succeeded') this.#args = [];
    this.locals = undefined;
    this.#startTimer = undefined;
    this.#trigger = undefined;
    if (this.#ident !== undefined) giveBackIdent(this.#ident);
    // A chain of greenlets that each spawn the next must not keep all its ancestors.
    if (this.#spawner?.dead === true) this.#spawner = undefined;
    this.close();
    if (wasAlive) removeAlive(this);
    if (slot.probe !== undefined) slot.probe.finished?.(this);
    this.onEnd();
  }

  /** @internal */
  protected get excTriple(): readonly unknown[] {
    return this.state === 'failed' ? errorTriple(this.result) : [];
  }
}
inspectAsText(RawGreenlet, (greenlet) => `${greenlet.toString()} ${greenlet.lifeState}`);

function begin(greenlet: RawGreenlet): void {
  greenlet.begin();
}

function succeedCurrent(value: unknown): void {
  (currentScopeOrMain() as RawGreenlet).succeed(value);
}

function failCurrent(error: unknown): void {
  (currentScopeOrMain() as RawGreenlet).fail(error);
}
