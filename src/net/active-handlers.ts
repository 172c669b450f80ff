/** The clients that a server serves at the moment. */
import type { GreenletExit } from '../base/errors.ts';
import { getCurrent } from '../core/main-greenlet.ts';
import { passOn } from '../core/checkpoint.ts';
import { type TimeLimit, underLimit } from '../core/time-limit.ts';
import { WaitList } from '../core/wait-list.ts';
import { NOT_YET } from '../core/wait-options.ts';
import { Waiter } from '../core/waiter.ts';
import type { Handling } from './handling.ts';

/** @internal */
export class ActiveHandlers {
  readonly #handlings = new Set<Handling>();
  readonly #waiters: WaitList;

  constructor(owner: { toString(): string }) {
    this.#waiters = new WaitList('the handlers', owner);
  }

  get size(): number {
    return this.#handlings.size;
  }

  add(handling: Handling): void {
    this.#handlings.add(handling);
  }

  delete(handling: Handling): void {
    this.#handlings.delete(handling);
    if (this.#waiters.size === 0) return;
    for (const waiter of [...this.#waiters]) (waiter as Waiter<boolean>).switch();
  }

  /** Parks until all have ended, but for the caller if it is one: true. False when the time was up first. */
  join(limit: TimeLimit | undefined): Promise<boolean> {
    const own = this.#own();
    const isDone = (): boolean =>
      this.#handlings.size <= (own !== undefined && this.#handlings.has(own) ? 1 : 0);
    if (isDone()) return passOn(true);
    const collect = (): boolean | typeof NOT_YET => isDone() || NOT_YET;
    return underLimit(
      limit,
      (seconds) => new Waiter<boolean>().park(this.#waiters, { collect, seconds, late: isDone }),
      isDone,
    );
  }

  /** Kills all, but for the caller if it is one. Answers how many. Never parks. */
  kill(reason: GreenletExit): number {
    const own = this.#own();
    let count = 0;
    for (const handling of [...this.#handlings]) if (handling !== own && handling.kill(reason)) count += 1;
    return count;
  }

  /** The one that the caller runs in. */
  #own(): Handling | undefined {
    const current = getCurrent();
    for (const handling of this.#handlings) if (handling.greenlet === current) return handling;
    return undefined;
  }
}
