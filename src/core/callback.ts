/** A function that runs on the hub when its turn in the ready queue comes: it must not wait there. */
import { reportUncaught } from './uncaught.ts';
import { type ReadyEntry, scheduler } from './scheduler.ts';
import { type Scope, hubScope } from './scope.ts';

/** What `hub.runCallback` answers. gevent: `ICallback`. */
export class HubCallback<A extends unknown[] = unknown[]> implements ReadyEntry {
  #fn: ((...args: A) => unknown) | undefined;
  readonly #args: A;

  constructor(fn: (...args: A) => unknown, args: A) {
    this.#fn = fn;
    this.#args = args;
  }

  /** True until it has run or was stopped. */
  get pending(): boolean {
    return this.#fn !== undefined;
  }

  /** Keeps it from running. */
  stop(): void {
    this.#fn = undefined;
  }

  /** The same as {@link stop}. */
  close(): void {
    this.stop();
  }

  /** @internal */
  get isWake(): boolean {
    return false;
  }

  /** @internal */
  wake(): undefined {
    return undefined;
  }

  /** @internal */
  get runScope(): Scope {
    return hubScope();
  }

  /** @internal */
  runNow(): boolean {
    const fn = this.#fn;
    this.#fn = undefined;
    if (fn === undefined) return false;
    callOnHub(fn, this.#args);
    return false;
  }
}

/** @internal Calls a function on the hub; what it throws, or rejects with, is reported. */
export function callOnHub<A extends unknown[]>(fn: (...args: A) => unknown, args: A): void {
  try {
    const result = fn(...args);
    if (result instanceof Promise) result.catch((error: unknown) => reportUncaught(fn, error));
  } catch (error) {
    reportUncaught(fn, error);
  }
}

/** @internal Puts a callback at the end of the ready queue. */
export function runCallback<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): HubCallback<A> {
  const callback = new HubCallback(fn, args);
  scheduler.push(callback);
  return callback;
}
