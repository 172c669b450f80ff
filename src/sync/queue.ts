/** The queue of programs: counts unfinished tasks, and can be shut down. */
import { checkFlag, checkInteger, checkOptions } from '../base/check.ts';
import { ShutDown } from '../base/errors.ts';
import { type WaitLimit, checkTimeLimit, underLimit } from '../core/time-limit.ts';
import { WaitList } from '../core/wait-list.ts';
import { passOn } from '../core/checkpoint.ts';
import { Waiter } from '../core/waiter.ts';
import type { ItemStore } from './item-store.ts';
import { SimpleQueue } from './simple-queue.ts';

/** What a queue begins with, beside its items. */
export interface QueueSetup<T> {
  /** Tasks that are unfinished to begin with. Default: as many as there are items. */
  unfinishedTasks?: number;
  /** @internal How items are kept. */
  store?: ItemStore<T>;
}

/**
 * First in, first out, between any number of greenlets. gevent: `queue.Queue`.
 *
 * `new Queue(0)` is a channel: `put` parks until somebody has taken the item.
 *
 * @example
 * const queue = new Queue<string>(10);
 * spawn(async () => { for await (const line of queue) console.log(line); });
 * await queue.put('hello');
 * queue.shutdown();
 */
export class Queue<T = unknown> extends SimpleQueue<T> {
  #unfinished: number;
  #ending: ShutDown | undefined = undefined;
  readonly #joiners: WaitList = new WaitList('join()', this);

  /**
   * @param maxsize how many items it holds at most; undefined or negative: any number; 0: none, a channel
   * @param items what it holds to begin with
   */
  constructor(maxsize?: number, items: Iterable<T> = [], setup: QueueSetup<T> = {}) {
    checkOptions(setup, 'Queue(setup)');
    const { unfinishedTasks } = setup;
    if (unfinishedTasks !== undefined) checkInteger(unfinishedTasks, 'Queue({ unfinishedTasks })', 0);
    super(maxsize, items, setup.store);
    this.#unfinished = unfinishedTasks ?? this.toArray().length;
  }

  /** Items that were put in and for which nobody has called {@link taskDone} yet. gevent: `unfinished_tasks`. */
  get unfinishedTasks(): number {
    return this.#unfinished;
  }

  /** True after {@link shutdown}. */
  get isShutdown(): boolean {
    return this.#ending !== undefined;
  }

  /**
   * Says that the work on one item that was taken out is complete. Never parks.
   *
   * @throws {RangeError} called more often than items were put in
   */
  taskDone(): void {
    if (this.#unfinished === 0)
      throw new RangeError(`Cannot mark a task of ${String(this)} done: none is unfinished`);
    this.#unfinished -= 1;
    if (this.#unfinished === 0) this.#wakeJoiners();
  }

  /** Parks until no task is unfinished. Resolves to true; to false when `timeout` was over first. */
  join(options: WaitLimit = {}): Promise<boolean> {
    checkOptions(options, 'join(options)');
    const limit = checkTimeLimit(options.timeout, 'join({ timeout })');
    if (this.#unfinished === 0) {
      return passOn(true);
    }
    return underLimit(
      limit,
      (seconds) => new Waiter<boolean>().park(this.#joiners, { seconds, late: gaveUp }),
      gaveUp,
    );
  }

  /**
   * Refuses further items: `put` raises ShutDown, and so does `get` once the queue is empty. Whoever waits is woken.
   * Never parks.
   *
   * @param options.immediate also throws away the items that are left, as if each were done
   */
  shutdown(options: { immediate?: boolean } = {}): void {
    checkOptions(options, 'shutdown(options)');
    checkFlag(options.immediate, 'shutdown({ immediate })');
    this.#ending ??= new ShutDown();
    if (options.immediate === true) {
      this.#unfinished = Math.max(0, this.#unfinished - this.drain());
      if (this.#unfinished === 0) this.#wakeJoiners();
    }
    this.wakeAll(this.#ending);
  }

  protected override refusePut(): Error | undefined {
    return this.#ending;
  }

  protected override refuseGet(): Error | undefined {
    return this.#ending;
  }

  protected override isAtEnd(): boolean {
    return this.#ending !== undefined && this.empty();
  }

  protected override onAdded(): void {
    this.#unfinished += 1;
  }

  #wakeJoiners(): void {
    while (this.#joiners.first instanceof Waiter) this.#joiners.first.switch(true);
  }
}

/** A {@link Queue} under the name that it had when only this class could be joined. gevent: `queue.JoinableQueue`. */
export class JoinableQueue<T = unknown> extends Queue<T> {}

function gaveUp(): boolean {
  return false;
}
