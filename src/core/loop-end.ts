/**
 * What happens when nothing is left that could wake anybody: `wait()` without objects comes back, and otherwise
 * main's waits are interrupted with a LoopExit that says who waits for what.
 */
import { LoopExit } from '../base/errors.ts';
import { type Counted, aliveGreenlets } from './census.ts';
import { mainGreenlet } from './main-greenlet.ts';
import type { RawGreenlet } from './raw-greenlet.ts';
import { scheduler } from './scheduler.ts';
import { orphans } from './scope.ts';
import { WaitList } from './wait-list.ts';
import { Waiter } from './waiter.ts';

const MAX_LINES = 50;

/** @internal Those who wait for the loop to have nothing left. */
export const loopEndWaiters: WaitList = new WaitList('wait() for the end of the loop');

/** @internal Called by the runtime, or a virtual clock, when nothing is left. Answers whether somebody woke. */
export function onLoopEnd(hub: unknown): boolean {
  if (scheduler.readyCount > 0) return true;
  let hasWoken = false;
  scheduler.runOnHub(() => {
    while (loopEndWaiters.first instanceof Waiter) {
      loopEndWaiters.first.switch(true);
      hasWoken = true;
    }
    if (!hasWoken) hasWoken = interruptMain(hub);
  });
  return hasWoken;
}

function interruptMain(hub: unknown): boolean {
  if (mainGreenlet.parkedWaits().next().done === true) return false;
  const lines = parkedLines();
  const shown = lines.slice(0, MAX_LINES);
  if (lines.length > shown.length) shown.push(`… and ${lines.length - shown.length} more`);
  const text = [
    'This operation would block forever: nothing is left in the event loop that could wake it',
    ...shown,
  ];
  mainGreenlet.raiseEverywhere(new LoopExit(text.join('\n  '), hub, lines));
  return true;
}

/** @internal A line for each parked wait: who, for what, spawned where. */
export function parkedLines(): string[] {
  const left = [...orphans.parkedWaits()].map(
    (wait) => `a call that its greenlet left behind waits in ${(wait as Waiter).describe()}`,
  );
  const lines = [mainGreenlet, ...(aliveGreenlets() as Iterable<Counted & RawGreenlet>)].flatMap((greenlet) =>
    [...greenlet.parkedWaits()].map((wait) => {
      const [site] = greenlet.spawningStack;
      const origin = site === undefined || greenlet === mainGreenlet ? '' : `, spawned ${site}`;
      return `${greenlet} waits in ${(wait as Waiter).describe()}${origin}`;
    }),
  );
  return [...lines, ...left];
}
