// Chance that can be had again: the same seed gives the same numbers.
import { seededRandom } from '../../src/base/random.ts';

export class Dice {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** An integer from 0 up to `count`, without it. */
  below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  /** Up to so many seconds. */
  seconds(most: number): number {
    return this.#random() * most;
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  oneOf<T>(list: readonly [T, ...T[]]): T;
  oneOf<T>(list: readonly T[]): T | undefined;
  oneOf<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length)];
  }
}
