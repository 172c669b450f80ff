/** Starting greenlets and waiting for their end. */
import type { LoopBench } from './harness/types.ts';
import { joinAll, spawn } from '../src/index.ts';

const noop = async (): Promise<void> => {};

/** One after the other, as a caller inside a greenlet does. */
const oneByOne: LoopBench = (ops) =>
  spawn(async () => {
    let done = 0;
    for (; done < ops; done++) await spawn(noop).join();
    return done;
  }).get();

/** A thousand at a time. */
const byThousands: LoopBench = (ops) =>
  spawn(async () => {
    let done = 0;
    while (done < ops) done += (await joinAll(Array.from({ length: 1000 }, () => spawn(noop)))).length;
    return done;
  }).get();

export const benches: Readonly<Record<string, LoopBench>> = {
  'spawn-join': oneByOne,
  'spawn-joinall': byThousands,
};
