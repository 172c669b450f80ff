/** How a server runs its handlers: what its `spawn` option says. */
import { mismatch } from '../base/check.ts';
import { PoolFull } from '../base/errors.ts';
import { Greenlet } from '../core/greenlet.ts';
import { runCallback } from '../core/callback.ts';
import { spawn, spawnRaw } from '../core/spawn.ts';
import { Group } from '../pool/group.ts';
import { Pool } from '../pool/pool.ts';
import { type GuardedHandler, type Handling, RawHandler } from './handling.ts';

/** Starts `handle(...args)` in a way of its own, as `spawnRaw` does; whether it parks is its own affair. */
export type SpawnFunction = (
  handle: GuardedHandler,
  // oxlint-disable-next-line typescript/no-explicit-any -- what a server hands to its handler differs
  ...args: any[]
) => unknown;

/**
 * How handlers are run.
 *
 * - `'default'`: each in a greenlet of its own
 * - a number: each in a greenlet, at most so many at once; further clients wait to be accepted
 * - a Pool: the same, with a pool that others may use too; a Group: no bound, and the handlers are its members
 * - `'raw'`: each in a raw greenlet, which costs less
 * - a function: called with the handler and its arguments
 * - `undefined`, `null`: each in the hub, as a callback, where it must not park
 */
export type SpawnOption = 'default' | 'raw' | number | Pool | Group | SpawnFunction | null | undefined;

/** @internal */
export interface Spawner {
  /** Where the handlers are members, if they are. */
  readonly pool: Pool | Group | undefined;
  /** Starts a handler; throws when it cannot. Never parks. */
  readonly start: (handling: Handling) => void;
}

const inGreenlet: Spawner = {
  pool: undefined,
  start: (handling) => {
    const greenlet = new Greenlet(handling.body, ...handling.args);
    handling.runIn(greenlet);
    greenlet.start();
  },
};

const inRawGreenlet: Spawner = {
  pool: undefined,
  start: (handling) => new RawHandler(handling).start(),
};

const inHub: Spawner = {
  pool: undefined,
  start: (handling) => void runCallback(handling.guarded(), ...(handling.args as never[])),
};

function inPool(pool: Pool | Group): Spawner {
  return {
    pool,
    start: (handling) => {
      const member = pool.trySpawn(handling.body, handling.args);
      if (member === undefined) throw new PoolFull();
      handling.runIn(member);
    },
  };
}

function byFunction(start: SpawnFunction): Spawner {
  return {
    pool: undefined,
    start: (handling) => handling.startedAs(start(handling.guarded(), ...handling.args)),
  };
}

/** @internal @throws {TypeError | RangeError} it is none of those that {@link SpawnOption} lists */
export function makeSpawner(option: unknown, name: string): Spawner {
  if (option === undefined || option === null) return inHub;
  if (option === 'default' || option === spawn) return inGreenlet;
  if (option === 'raw' || option === spawnRaw) return inRawGreenlet;
  if (option instanceof Pool || option instanceof Group) return inPool(option);
  if (typeof option === 'function') return byFunction(option as SpawnFunction);
  const expected = "'default', 'raw', a number of at least 1, a Pool, a Group, a function or undefined";
  if (typeof option !== 'number') throw new TypeError(mismatch(name, expected, option));
  if (!Number.isInteger(option) || option < 1) throw new RangeError(mismatch(name, expected, option));
  return inPool(new Pool(option));
}
