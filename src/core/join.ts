/** Waiting for, and killing, several greenlets. */
import { checkFlag, checkIterable, checkOptions, type ErrorClass, mismatch } from '../base/check.ts';
import { GreenletExit } from '../base/errors.ts';
import { runCallback } from './callback.ts';
import { Greenlet } from './greenlet.ts';
import { getHub } from './hub.ts';
import { type KillOptions, splitKillArguments } from './kill-options.ts';
import { RawGreenlet } from './raw-greenlet.ts';
import { underLimit } from './time-limit.ts';
import type { Seconds } from './timeout.ts';
import { type WaitOptions, readyObjects } from './wait.ts';
import type { Waitable } from './waitable.ts';
import type { LinkSource } from './link.ts';

/** How `joinAll` waits. */
export interface JoinAllOptions extends WaitOptions {
  /** Raise the first failure, as soon as it is seen. */
  raiseError?: boolean;
}

/** What `joinAll` and `killAll` take: greenlets, and what ends as they do. */
export type Joinable = Waitable & Partial<LinkSource>;

/**
 * Parks until all greenlets (or `count` of them) have ended, or the time is up: quietly. Resolves to those that
 * have, in the order in which they did. gevent: `joinall`.
 *
 * @throws the first failure, with `raiseError`
 * @example
 * const jobs = urls.map((url) => spawn(download, url));
 * await joinAll(jobs, { timeout: 2 });
 */
export function joinAll<G extends Joinable>(
  greenlets: Iterable<G>,
  options: JoinAllOptions = {},
): Promise<G[]> {
  checkOptions(options, 'joinAll(options)');
  checkFlag(options.raiseError, 'joinAll({ raiseError })');
  const objects = readyObjects('joinAll', greenlets, options);
  return options.raiseError === true ? collectSuccessful(objects) : objects.all();
}

/**
 * Kills greenlets in the order given, and parks until all have ended (raw ones cannot be waited for), or the time is up: quietly, as everywhere.
 * Resolves to those that are still alive; undefined when none is. gevent: `killall`.
 *
 * @param exception an error or a class of errors; GreenletExit by default
 * @param options.block false answers at once, and touches nobody before the caller parks
 * @param options.force raise again at each later wait of theirs
 */
export function killAll<G extends RawGreenlet>(
  greenlets: Iterable<G>,
  options: KillOptions & { block: false },
): void;
export function killAll<G extends RawGreenlet>(
  greenlets: Iterable<G>,
  exception: Error | ErrorClass | undefined,
  options: KillOptions & { block: false },
): void;
export function killAll<G extends RawGreenlet>(
  greenlets: Iterable<G>,
  exception?: Error | ErrorClass | KillOptions,
  options?: KillOptions,
): Promise<G[] | undefined>;
export function killAll<G extends RawGreenlet>(
  greenlets: Iterable<G>,
  first?: Error | ErrorClass | KillOptions,
  second?: KillOptions,
): Promise<G[] | undefined> | void {
  checkIterable<G>(greenlets, 'killAll(greenlets)');
  const list = [...greenlets];
  for (const greenlet of list) {
    if (!(greenlet instanceof RawGreenlet))
      throw new TypeError(mismatch('killAll(greenlets)', 'greenlets', greenlet));
  }
  const { exception, options } = splitKillArguments(first, second, 'killAll');
  const reason = exception ?? new GreenletExit();
  const killThem = (): void => {
    for (const greenlet of list) {
      if (options.force === true && greenlet.started) greenlet.doom(reason);
      else greenlet.throw(reason);
    }
  };
  if (options.block === false) runCallback(killThem);
  else return killAndJoin(list, killThem, options);
}

async function killAndJoin<G extends RawGreenlet>(
  list: readonly G[],
  killThem: () => void,
  options: KillOptions,
): Promise<G[] | undefined> {
  killThem();
  await underLimit(options.timeout, (seconds) => joinInTurn(list, seconds), nothing);
  const survivors = list.filter((greenlet) => !greenlet.dead);
  return survivors.length === 0 ? undefined : survivors;
}

/** Most of them have died in the turn in which the first has: a link to each would cost more than the kill. */
async function joinInTurn(list: readonly RawGreenlet[], seconds: Seconds | undefined): Promise<void> {
  const { loop } = getHub();
  const deadline = seconds === undefined ? undefined : loop.now() + seconds;
  for (const greenlet of list) {
    if (greenlet.dead || !(greenlet instanceof Greenlet)) continue;
    const timeout = deadline === undefined ? undefined : Math.max(0, deadline - loop.now());
    await greenlet.join({ timeout });
    if (!greenlet.dead) return;
  }
}

function nothing(): void {
  // Expiry is quiet.
}

async function collectSuccessful<G extends Joinable>(objects: AsyncIterable<G>): Promise<G[]> {
  const ended: G[] = [];
  for await (const object of objects) {
    if (object.successful?.() === false) throw object.exception;
    ended.push(object);
  }
  return ended;
}
