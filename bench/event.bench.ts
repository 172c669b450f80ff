/** One Event that wakes a thousand greenlets, again and again; an operation is one greenlet woken. */
import type { LoopBench } from './harness/types.ts';
import { joinAll, sleep, spawn } from '../src/index.ts';
import { Event } from '../src/event.ts';

const WAITERS = 1000;

/** A round of the broadcast: the event the waiters wait for, and the one the last of them sets. */
const newRound = (): { gate: Event; finished: Event; left: number } => ({
  gate: new Event(),
  finished: new Event(),
  left: WAITERS,
});

const broadcast: LoopBench = async (ops) => {
  const rounds = Array.from({ length: ops / WAITERS }, newRound);
  let woken = 0;
  const waiter = async (): Promise<void> => {
    for (const round of rounds) {
      await round.gate.wait();
      woken++;
      if (--round.left === 0) round.finished.set();
    }
  };
  const waiters = Array.from({ length: WAITERS }, () => spawn(waiter));
  await sleep(0);
  for (const { gate, finished } of rounds) {
    gate.set();
    await finished.wait();
  }
  await joinAll(waiters);
  return woken;
};

export const benches: Readonly<Record<string, LoopBench>> = { 'event-broadcast': broadcast };
