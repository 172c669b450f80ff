/** Giving up the turn, and sleeping. */
import type { LoopBench } from './harness/types.ts';
import { joinAll, sleep, spawn } from '../src/index.ts';

/** Two greenlets that yield to each other; an operation is one yield. */
const switching: LoopBench = async (ops) => {
  let done = 0;
  const flow = async (): Promise<void> => {
    for (let i = 0; i < ops / 2; i++) {
      await sleep(0);
      done++;
    }
  };
  await joinAll([spawn(flow), spawn(flow)]);
  return done;
};

/** Many that sleep at once, evenly spread over one second. */
const sleepers: LoopBench = async (ops) => {
  let woken = 0;
  const sleeper = async (seconds: number): Promise<void> => {
    await sleep(seconds);
    woken++;
  };
  await joinAll(Array.from({ length: ops }, (_, i) => spawn(sleeper, i / ops)));
  return woken;
};

export const benches: Readonly<Record<string, LoopBench>> = { switch: switching, sleepers };
