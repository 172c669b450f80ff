// What the models share: greenlets that do random things, and somebody who interrupts them at random. Whoever runs
// next is chosen by the seed too, so a run can be repeated from its seed.
import assert from 'node:assert/strict';
import { getHub } from '../../src/hub.ts';
import {
  type Greenlet,
  GreenletExit,
  type TimeLimit,
  Timeout,
  isInterrupt,
  joinAll,
  killAll,
  sleep,
  spawn,
  withTimeout,
} from '../../src/index.ts';

/** How a call under random limits ended. */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Longer than everything that any actor does, together. */
const LONG = 1e6;

export class Driver {
  readonly #random: () => number;
  readonly #actors: Greenlet<unknown>[] = [];
  readonly #interrupters: Greenlet<unknown>[] = [];
  #isEnding = false;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** An integer from 0 up to `count`, without it. */
  below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  oneOf<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** Lets others run; for a moment, or for some seconds. */
  async pause(): Promise<void> {
    await sleep(this.chance(0.6) ? 0 : this.below(5));
  }

  /** Starts `count` greenlets that do `step` some times, until an interruption ends them. */
  actors(count: number, steps: number, step: (actor: number) => Promise<void>): void {
    for (let actor = 0; actor < count; actor += 1) {
      const greenlet = spawn(() => this.#act(steps, () => step(actor)));
      greenlet.quiet = true;
      this.#actors.push(greenlet);
    }
  }

  async #act(steps: number, step: () => Promise<void>): Promise<void> {
    for (let count = this.below(steps) + 1; count > 0; count -= 1) {
      if (this.#isEnding) return;
      try {
        if (this.chance(0.3)) await this.pause();
        await step();
      } catch (error) {
        if (!isInterrupt(error)) throw error;
        // Some give in, some go on.
        if (this.chance(0.3)) throw new GreenletExit();
      }
    }
  }

  /**
   * Makes a call that takes `timeout` under a limit chosen at random: none, seconds, a Timeout, or one around it.
   * Raises nothing but errors that are no interruptions and that `expected` does not name.
   */
  async attempt<T>(
    call: (timeout: TimeLimit | undefined) => Promise<T>,
    ...expected: string[]
  ): Promise<Outcome<T>> {
    const seconds = this.below(4);
    const limited = [
      () => call(undefined),
      () => call(seconds),
      () => call(new Timeout(seconds)),
      () => withTimeout(seconds, () => call(undefined)),
    ];
    try {
      return { kind: 'done', value: await this.oneOf(limited)() };
    } catch (error) {
      if (!isInterrupt(error) && !expected.includes((error as Error).name)) throw error;
      return { kind: 'failed', error };
    }
  }

  /** Kills actors at random, while others go on. */
  interruptions(count: number): void {
    const interrupter = async (): Promise<void> => {
      for (let left = this.below(count); left > 0; left -= 1) {
        await this.pause();
        const victim = this.oneOf(this.#actors);
        if (this.chance(0.7)) victim.kill({ block: false });
        else victim.throw();
      }
    };
    this.#interrupters.push(spawn(interrupter));
  }

  /** Waits until nobody moves any more. Those that are left wait for something that does not come. */
  async quiescence(): Promise<void> {
    await sleep(LONG);
  }

  /** Nobody may still be waiting: whatever they waited for was there. */
  assertAllEnded(): void {
    const waiting = this.#actors.filter((actor) => !actor.dead);
    assert.equal(waiting.length, 0, `somebody waits for nothing:\n${getHub().waits().join('\n')}`);
  }

  /** Kills whoever is left, and raises what failed. */
  async end(): Promise<void> {
    this.#isEnding = true;
    // Bounded, so that whoever cannot be killed fails this seed and does not end the process.
    const survivors = await killAll(this.#actors, { timeout: LONG });
    assert.deepEqual([survivors, getHub().waits()], [undefined, []]);
    await joinAll([...this.#actors, ...this.#interrupters], { raiseError: true });
    assert.deepEqual(getHub().waits(), []);
    assert.equal(getHub().statistics().alive, 0);
    assert.equal(getHub().statistics().pendingInterrupts, 0);
    assert.equal(getHub().loop.statistics().timers, 0);
  }
}
