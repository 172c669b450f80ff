/**
 * The iterators behind `map`, `imap` and `imapUnordered`.
 *
 * A greenlet of its own walks through the items and starts a member for each, parking while the pool is full, or
 * while `maxsize` finished results wait to be read. Each member's end puts its outcome where `next()` finds it.
 */
import { GreenletExit } from '../base/errors.ts';
import { Greenlet } from '../core/greenlet.ts';
import { sleep } from '../core/sleep.ts';
import { WaitList } from '../core/wait-list.ts';
import { NOT_YET, Waiter, pendingInterrupt, rejectedQuietly } from '../core/waiter.ts';
import { Semaphore } from '../sync/semaphore.ts';
import type { StartMember } from './mapping.ts';

/** How one call ended. */
type Outcome<R> = { readonly value: R } | { readonly error: unknown };

/** Starts that may follow one another without giving way: an endless iterable must not stop the world. */
const STARTS_BETWEEN_YIELDS = 1000;

abstract class Results<R> implements AsyncIterableIterator<R, undefined>, AsyncDisposable {
  /** How many calls were started; the number there will be, once the items have ended. */
  protected started = 0;
  protected total: number | undefined = undefined;
  protected given = 0;
  readonly #startMember: StartMember;
  readonly #fn: (...args: never[]) => unknown;
  readonly #iterables: readonly Iterable<unknown>[];
  readonly #room: Semaphore | undefined;
  readonly #waiting: WaitList = new WaitList(() => `imap().next(), ${this.given} results given`);
  #starter: Greenlet<void> | undefined = undefined;
  #failure: { readonly error: unknown } | undefined = undefined;

  /** @internal */
  constructor(startMember: StartMember, fn: (...args: never[]) => unknown, iterables: readonly Iterable<unknown>[], maxsize: number | undefined) {
    this.#startMember = startMember;
    this.#fn = fn;
    this.#iterables = iterables;
    this.#room = maxsize === undefined ? undefined : new Semaphore(maxsize);
  }

  /** The next result; parks until it is there. @throws what its call threw */
  next(): Promise<IteratorResult<R, undefined>> {
    const reason = pendingInterrupt();
    if (reason !== undefined) return rejectedQuietly(reason);
    this.#begin();
    try {
      const result = this.#collect();
      if (result !== NOT_YET) return Promise.resolve(result);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    return new Waiter<IteratorResult<R, undefined>>().park({ list: this.#waiting, collect: () => this.#collect() });
  }

  /** Starts no further calls; those that run go on. */
  return(): Promise<IteratorResult<R, undefined>> {
    this.#starter?.kill({ block: false });
    this.total = this.given;
    return Promise.resolve({ done: true, value: undefined });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** @internal All results; raises the first failure. */
  async collect(): Promise<R[]> {
    const list: R[] = [];
    for (let step = await this.next(); step.done !== true; step = await this.next()) list.push(step.value);
    return list;
  }

  /** @internal Keeps the outcome of a call. */
  protected abstract keep(index: number, outcome: Outcome<R>): void;

  /** @internal Takes out the outcome that comes next, if it is there. */
  protected abstract take(): Outcome<R> | undefined;

  #begin(): void {
    if (this.#starter !== undefined || this.total !== undefined) return;
    this.#starter = new Greenlet<void>(() => this.#startAll());
    this.#starter.quiet = true;
    this.#starter.linkImmediately((starter) => this.#onItemsEnd(starter));
    this.#starter.start();
  }

  async #startAll(): Promise<void> {
    const iterators = this.#iterables.map((iterable) => iterable[Symbol.iterator]());
    try {
      for (;;) {
        if (this.#room !== undefined) await this.#room.acquire();
        const steps = iterators.map((iterator) => iterator.next());
        if (steps.some((step) => step.done === true)) return;
        const args = steps.map((step) => step.value as unknown);
        const starting = this.#startMember(this.#fn, args, true);
        const member = starting instanceof Greenlet ? starting : await starting;
        const index = this.started;
        this.started += 1;
        if (member.dead) this.#onMemberEnd(index, member);
        else member.linkImmediately((ended) => this.#onMemberEnd(index, ended));
        if (this.started % STARTS_BETWEEN_YIELDS === 0) await sleep(0);
      }
    } finally {
      for (const iterator of iterators) iterator.return?.();
    }
  }

  #onMemberEnd(index: number, member: Greenlet<unknown>): void {
    this.keep(index, member.successful() ? { value: member.value as R } : { error: member.exception });
    this.#wake();
  }

  /** The items have ended, or walking through them failed: that is the last result. */
  #onItemsEnd(starter: Greenlet<void>): void {
    if (!starter.successful()) this.#failure = { error: starter.exception };
    if (!(starter.value instanceof GreenletExit) || this.total === undefined) this.total = this.started;
    this.#wake();
  }

  #wake(): void {
    const { first } = this.#waiting;
    if (first instanceof Waiter) first.switch();
  }

  #collect(): IteratorResult<R, undefined> | typeof NOT_YET {
    const outcome = this.take();
    if (outcome !== undefined) {
      this.given += 1;
      this.#room?.release();
      if ('error' in outcome) throw outcome.error;
      return { done: false, value: outcome.value };
    }
    if (this.total === undefined || this.given < this.total) return NOT_YET;
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
    return { done: true, value: undefined };
  }
}

/** Results in the order of the items. gevent: `IMap`. */
export class IMap<R> extends Results<R> {
  readonly #outcomes = new Map<number, Outcome<R>>();

  protected override keep(index: number, outcome: Outcome<R>): void {
    this.#outcomes.set(index, outcome);
  }

  protected override take(): Outcome<R> | undefined {
    const outcome = this.#outcomes.get(this.given);
    this.#outcomes.delete(this.given);
    return outcome;
  }
}

/** Results in the order in which the calls end. gevent: `IMapUnordered`. */
export class IMapUnordered<R> extends Results<R> {
  readonly #outcomes: Outcome<R>[] = [];

  protected override keep(_index: number, outcome: Outcome<R>): void {
    this.#outcomes.push(outcome);
  }

  protected override take(): Outcome<R> | undefined {
    return this.#outcomes.shift();
  }
}
