/** The same scenario under many orders of the ready queue: finds the order in which it breaks. */
import { checkFunction, checkInteger, checkIterable, checkOptions } from '../base/check.ts';
import { seededRandom } from '../base/random.ts';
import { scheduler } from '../core/scheduler.ts';
import { refuseSecondVirtualTime, withVirtualTime } from './virtual-time.ts';

/** What a scenario is given. */
export interface Exploration {
  readonly seed: number;
  /** The seed's own random numbers, from 0 up to 1: for the scenario's choices. */
  readonly random: () => number;
}

/** What `explore` tries. */
export interface ExploreOptions {
  /** How many seeds to try, or which. Default 100. */
  seeds?: number | Iterable<number>;
}

/** Raised by {@link explore}: the scenario failed under a seed. Its error is the `cause`. */
export class ExplorationError extends Error {
  readonly code = 'GEVENT_EXPLORATION';
  /** Give this one to `explore` to see the failure again: `explore(scenario, { seeds: [seed] })`. */
  readonly seed: number;

  constructor(seed: number, cause: unknown) {
    super(
      `The scenario failed with seed ${seed}: run explore(scenario, { seeds: [${seed}] }) to see it again`,
      { cause },
    );
    this.name = 'ExplorationError';
    this.seed = seed;
  }
}

/**
 * Runs `scenario` once for each seed, in virtual time. With each, whoever of those that are ready runs next is chosen
 * at random, and the choice is the same whenever the seed is. Resolves to the number of runs. Parks.
 *
 * @throws {ExplorationError} naming the first seed under which the scenario failed
 * @example
 * await explore(async () => {
 *   const stock = new Stock(1);
 *   await joinAll([spawn(() => stock.take()), spawn(() => stock.take())]);
 *   assert(stock.count >= 0);
 * }, { seeds: 1000 });
 */
export function explore(
  scenario: (exploration: Exploration) => unknown,
  options: ExploreOptions = {},
): Promise<number> {
  checkFunction(scenario, 'explore(scenario)');
  checkOptions(options, 'explore(options)');
  const { seeds = 100 } = options;
  return exploreSeeds(scenario, seedList(seeds));
}

async function exploreSeeds(
  scenario: (exploration: Exploration) => unknown,
  seeds: readonly number[],
): Promise<number> {
  for (const seed of seeds) await runWithSeed(scenario, seed);
  return seeds.length;
}

async function runWithSeed(scenario: (exploration: Exploration) => unknown, seed: number): Promise<void> {
  refuseSecondVirtualTime();
  const choose = seededRandom(seed);
  const random = seededRandom(~seed);
  const outerPick = scheduler.pick;
  scheduler.pick = (count) => Math.floor(choose() * count);
  try {
    await withVirtualTime(async () => await scenario({ seed, random }));
  } catch (error) {
    throw new ExplorationError(seed, error);
  } finally {
    scheduler.pick = outerPick;
  }
}

function seedList(seeds: number | Iterable<number>): number[] {
  if (typeof seeds === 'number') {
    return Array.from({ length: checkInteger(seeds, 'explore({ seeds })', 1) }, (_, index) => index + 1);
  }
  checkIterable<number>(seeds, 'explore({ seeds })');
  return [...seeds].map((seed) => checkInteger(seed, 'explore({ seeds })', 0));
}
