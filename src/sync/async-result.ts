/** A value, or an error, that will be there some time. */
import { errorTriple, inspectAsText } from '../base/format.ts';
import { checkFlag, checkFunction, checkOptions, mismatch } from '../base/check.ts';
import { type LinkTarget, linkTarget } from '../core/link.ts';
import { Links } from '../core/links.ts';
import { type WaitLimit, checkTimeLimit, underLimit } from '../core/time-limit.ts';
import { Timeout } from '../core/timeout.ts';
import { pendingInterrupt, rejectedQuietly } from '../core/checkpoint.ts';
import { Waiter } from '../core/waiter.ts';

type Outcome<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'error'; readonly error: unknown };

/** How long `get` waits, and whether. */
export interface ResultGetOptions extends WaitLimit {
  /** False: raise at once when nothing is there. Default true. */
  block?: boolean;
}

/** Declares `[linkTarget]`: in the class itself, a computed name keeps its declarations from being made file by file. */
const DeclaredTarget: new () => LinkTarget = class {} as new () => LinkTarget;

/**
 * Holds one value or one error, and wakes everybody who waits for it. Also takes over what a greenlet ends with:
 * `g.link(result)`. gevent: `event.AsyncResult`, with the names of Python's Future beside.
 *
 * @example
 * const result = new AsyncResult<number>();
 * spawn(async () => { await sleep(0.1); result.set(42); });
 * console.log(await result.get());
 */
export class AsyncResult<T = unknown> extends DeclaredTarget {
  #outcome: Outcome<T> | undefined = undefined;
  readonly #links: Links = new Links('get()', this);

  /** True once it holds a value or an error. */
  ready(): boolean {
    return this.#outcome !== undefined;
  }

  /** True once it holds a value. */
  successful(): boolean {
    return this.#outcome?.kind === 'value';
  }

  /** The value; undefined without one. */
  get value(): T | undefined {
    return this.#outcome?.kind === 'value' ? this.#outcome.value : undefined;
  }

  /** The error; undefined without one. */
  get exception(): unknown {
    return this.#outcome?.kind === 'error' ? this.#outcome.error : undefined;
  }

  /** `[class, error, stack]` of the error, else empty. gevent: `exc_info`. */
  get excInfo(): readonly unknown[] {
    return this.#outcome?.kind === 'error' ? errorTriple(this.#outcome.error) : [];
  }

  /** Stores a value, undefined by default, and wakes all who wait. Never parks. */
  set(...value: undefined extends T ? [value?: T] : [value: T]): void {
    this.#settle({ kind: 'value', value: value[0] as T });
  }

  /**
   * Stores an error and wakes all who wait: `get()` raises it. Never parks.
   *
   * @throws {TypeError} not an Error
   */
  setException(error: Error): void {
    if (!(error instanceof Error)) throw new TypeError(mismatch('setException(error)', 'an Error', error));
    this.#settle({ kind: 'error', error });
  }

  /**
   * The value; parks until it is there. A stored error is raised, the same object each time.
   *
   * @throws {Timeout} nothing came within `timeout` seconds, or at once with `block: false`
   */
  get(options: ResultGetOptions = {}): Promise<T> {
    checkOptions(options, 'AsyncResult.get(options)');
    checkFlag(options.block, 'AsyncResult.get({ block })');
    const limit = checkTimeLimit(options.timeout, 'AsyncResult.get({ timeout })');
    if (this.#outcome !== undefined) return this.#pass(() => this.getNowait());
    if (options.block === false) return Promise.reject(new Timeout(0));
    return underLimit(limit, (seconds) =>
      new Waiter<T>().park(this.#links, {
        seconds,
        late: () => raiseTimeout(seconds),
        collect: () => this.getNowait(),
      }),
    );
  }

  /** The value now. @throws {Timeout} nothing is there */
  getNowait(): T {
    if (this.#outcome === undefined) throw new Timeout(0);
    if (this.#outcome.kind === 'error') throw this.#outcome.error;
    return this.#outcome.value;
  }

  /** Parks until it is ready, or the time is up. Resolves to the value; undefined for an error, or when it was not ready. */
  wait(options: WaitLimit = {}): Promise<T | undefined> {
    checkOptions(options, 'AsyncResult.wait(options)');
    const limit = checkTimeLimit(options.timeout, 'AsyncResult.wait({ timeout })');
    if (this.#outcome !== undefined) return this.#pass(() => this.value);
    const current = (): T | undefined => this.value;
    return underLimit(
      limit,
      (seconds) =>
        new Waiter<T | undefined>().park(this.#links, { seconds, late: current, collect: current }),
      current,
    );
  }

  /** Calls `callback` with this result on the hub when it is ready; it must not wait. Never parks. */
  rawLink(callback: (source: this) => void): void {
    checkFunction(callback, 'AsyncResult.rawLink(callback)');
    if (!this.#links.has(callback)) this.#links.link(callback, callback);
    if (this.#outcome !== undefined) this.#links.notify(this);
  }

  /** Undoes {@link rawLink}; an unknown callback is ignored. */
  unlink(callback: (source: this) => void): void {
    checkFunction(callback, 'AsyncResult.unlink(callback)');
    this.#links.unlink(callback);
  }

  /** How many wait or are linked. */
  linkCount(): number {
    return this.#links.size;
  }

  static {
    // Takes over the outcome of what it was linked to.
    this.prototype[linkTarget] = function takeOver(source) {
      if (source.successful()) this.#settle({ kind: 'value', value: source.value });
      else this.#settle({ kind: 'error', error: source.exception });
    };
  }

  /** The same as {@link ready}: the Future's name. */
  done(): boolean {
    return this.ready();
  }

  /** As {@link get}: the Future's name. */
  result(options: WaitLimit = {}): Promise<T> {
    return this.get(options);
  }

  /** The same as {@link set}: the Future's name. */
  setResult(...value: undefined extends T ? [value?: T] : [value: T]): void {
    this.set(...value);
  }

  /** Always false: a result cannot be cancelled. */
  cancel(): false {
    return false;
  }

  /** Always false: a result cannot be cancelled. */
  cancelled(): false {
    return false;
  }

  override toString(): string {
    return `<${this.constructor.name} ${this.#outcome?.kind ?? 'unset'}>`;
  }

  #settle(outcome: Outcome<T>): void {
    this.#outcome = outcome;
    this.#links.notify(this);
  }

  #pass<R>(read: () => R): Promise<R> {
    const reason = pendingInterrupt();
    if (reason !== undefined) return rejectedQuietly(reason);
    try {
      return Promise.resolve(read());
    } catch (error) {
      return Promise.reject(error);
    }
  }
}
inspectAsText(AsyncResult);

function raiseTimeout(seconds: number | undefined): never {
  throw new Timeout(seconds);
}
