/**
 * The iterators behind `map`, `imap` and `imapUnordered`.
 *
 * A greenlet of its own walks through the items and starts a member for each, parking while the pool is full, or
 * while `maxsize` finished results wait to be read. Each member's end puts its outcome where `next()` finds it.
 */
import { GreenletExit } from '../base/errors.ts';
import { Ring } from '../base/ring.ts';
import { Greenlet } from '../core/greenlet.ts';
import { Bookmark } from '../core/links.ts';
import { sleep } from '../core/sleep.ts';
import { WaitList } from '../core/wait-list.ts';
import { pendingInterrupt, rejectedQuietly } from '../core/checkpoint.ts';
import { NOT_YET } from '../core/wait-options.ts';
import { Waiter } from '../core/waiter.ts';
import { Semaphore } from '../sync/semaphore.ts';

/** @internal Takes a new member when there is room, else answers undefined. Never parks. */
export type TryStartMember = (
  fn: (...args: never[]) => unknown,
  args: readonly unknown[],
  isQuiet: boolean,
) => Greenlet<unknown> | undefined;

/** @internal Takes a new member: at once when there is room, else parks for it. Raises a pending interruption. */
export type StartMember = (
  fn: (...args: never[]) => unknown,
  args: readonly unknown[],
  isQuiet: boolean,
) => Greenlet<unknown> | Promise<Greenlet<unknown>>;

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
  readonly #waiting: WaitList = new WaitList('imap().next()');
  #starter: Greenlet<void> | undefined = undefined;
  #failure: { readonly error: unknown } | undefined = undefined;
  /** Nobody wants the results that are left. */
  #isClosed = false;
  /** Somebody wants all results at once: there is no need to wake for each. */
  #isCollecting = false;

  /** @internal */
  constructor(
    startMember: StartMember,
    fn: (...args: never[]) => unknown,
    iterables: readonly Iterable<unknown>[],
    maxsize: number | undefined,
  ) {
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
      return Promise.reject(error);
    }
    return new Waiter<IteratorResult<R, undefined>>().park(this.#waiting, { collect: () => this.#collect() });
  }

  /** Starts no further calls; those that run go on. */
  return(): Promise<IteratorResult<R, undefined>> {
    this.#starter?.kill({ block: false });
    this.total = this.given;
    this.#isClosed = true;
    while (this.#waiting.first instanceof Waiter) this.#waiting.first.switch();
    return Promise.resolve({ done: true, value: undefined });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** @internal All results; raises the first failure. Interrupted, it starts no further calls. */
  async collect(): Promise<R[]> {
    this.#isCollecting = true;
    const list: R[] = [];
    try {
      for (let step = await this.next(); step.done !== true; step = await this.next()) list.push(step.value);
      return list;
    } catch (error) {
      // A failure was given, and the other calls go on. An interruption was not: nobody will look at what comes.
      if (this.given === list.length) await this.return();
      throw error;
    }
  }

  /** @internal Keeps the outcome of a call. */
  protected abstract keep(index: number, outcome: Outcome<R>): void;

  /** @internal True when `collect` can come to an end: everything is there, or the first failure is. */
  protected abstract isDecided(): boolean;

  /** @internal Takes out the outcome that comes next, if it is there. */
  protected abstract take(): Outcome<R> | undefined;

  #begin(): void {
    if (this.#starter !== undefined || this.total !== undefined) return;
    this.#starter = new Greenlet<void>(() => this.#startAll());
    this.#starter.quiet = true;
    this.#starter.addBookmark(new EndOf<Greenlet<void>>((starter) => this.#onItemsEnd(starter)));
    this.#starter.start();
  }

  async #startAll(): Promise<void> {
    const iterators = this.#iterables.map((iterable) => iterable[Symbol.iterator]());
    try {
      for (;;) {
        if (this.#room !== undefined) await this.#room.acquire();
        const args = nextOfEach(iterators);
        if (args === undefined) return;
        const starting = this.#startMember(this.#fn, args, true);
        const member = starting instanceof Greenlet ? starting : await starting;
        const index = this.started;
        this.started += 1;
        if (member.dead) this.#onMemberEnd(index, member);
        else member.addBookmark(new EndOf<Greenlet<unknown>>((ended) => this.#onMemberEnd(index, ended)));
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
    if (first instanceof Waiter && (!this.#isCollecting || this.isDecided())) first.switch();
  }

  #collect(): IteratorResult<R, undefined> | typeof NOT_YET {
    const outcome = this.#isClosed ? undefined : this.take();
    if (outcome !== undefined) {
      this.given += 1;
      this.#room?.release();
      // One end may make several results ready, or be the last: whoever waits beside us looks too.
      this.#wake();
      if ('error' in outcome) throw outcome.error;
      return { done: false, value: outcome.value };
    }
    if (this.total === undefined || this.given < this.total) return NOT_YET;
    this.#wake();
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
    return { done: true, value: undefined };
  }
}

/** Calls a function at the end of a greenlet, before anybody who came later is told. */
class EndOf<G> extends Bookmark {
  readonly #call: (greenlet: G) => void;

  constructor(call: (greenlet: G) => void) {
    super();
    this.#call = call;
  }

  override tell(greenlet: G): void {
    this.#call(greenlet);
  }
}

/** Results in the order of the items. gevent: `IMap`. */
export class IMap<R> extends Results<R> {
  /** By index, until they are given. */
  readonly #outcomes = new Map<number, Outcome<R>>();
  /** Everything before this index is there, and a value. */
  #decidedTo = 0;

  protected override keep(index: number, outcome: Outcome<R>): void {
    this.#outcomes.set(index, outcome);
  }

  protected override isDecided(): boolean {
    this.#decidedTo = Math.max(this.#decidedTo, this.given);
    for (;;) {
      const outcome = this.#outcomes.get(this.#decidedTo);
      if (outcome === undefined) return this.#decidedTo === this.total;
      if ('error' in outcome) return true;
      this.#decidedTo += 1;
    }
  }

  protected override take(): Outcome<R> | undefined {
    const outcome = this.#outcomes.get(this.given);
    if (outcome !== undefined) this.#outcomes.delete(this.given);
    return outcome;
  }
}

/** Results in the order in which the calls end. gevent: `IMapUnordered`. */
export class IMapUnordered<R> extends Results<R> {
  readonly #outcomes = new Ring<Outcome<R>>();

  protected override keep(_index: number, outcome: Outcome<R>): void {
    this.#outcomes.push(outcome);
  }

  protected override isDecided(): boolean {
    return true;
  }

  protected override take(): Outcome<R> | undefined {
    return this.#outcomes.shift();
  }
}

/** One item from each iterable; undefined when the shortest has ended. */
function nextOfEach(iterators: readonly Iterator<unknown>[]): unknown[] | undefined {
  const items: unknown[] = [];
  for (const iterator of iterators) {
    const step = iterator.next();
    if (step.done === true) return undefined;
    items.push(step.value);
  }
  return items;
}
