/** A function that runs on the hub when its turn in the ready queue comes: it must not wait there. */
import { reportUncaught } from './uncaught.ts';
import { type ReadyEntry, scheduler } from './scheduler.ts';
import { hubScope } from './hub-scope.ts';
import { type Scope, enterScope } from './scope.ts';
import { prepare } from './trigger.ts';

/** What `hub.runCallback` answers. gevent: `ICallback`. */
export class HubCallback<A extends unknown[] = unknown[]> implements ReadyEntry {
  #fn: ((...args: A) => unknown) | undefined;
  readonly #args: A;
  readonly #trigger: (callback: HubCallback<never[]>) => void = prepare(runCallbackNow);

  /** @internal */
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
  take(): Scope | undefined {
    if (this.#fn === undefined) return undefined;
    this.#trigger(this as unknown as HubCallback<never[]>);
    return hubScope();
  }

  /** @internal */
  run(): void {
    const fn = this.#fn;
    this.#fn = undefined;
    enterScope(hubScope());
    if (fn !== undefined) callOnHub(fn, this.#args);
    scheduler.ended(hubScope());
  }
}

function runCallbackNow(callback: HubCallback<never[]>): void {
  callback.run();
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
