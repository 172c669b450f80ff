/** A Timeout that never fires: the hot path of every server. */
import type { LoopBench } from './harness/types.ts';
import { spawn, Timeout } from '../src/index.ts';

const startAndCancel: LoopBench = (ops) =>
  spawn(async () => {
    let done = 0;
    for (; done < ops; done++) Timeout.startNew(5).cancel();
    return done;
  }).get();

export const benches: Readonly<Record<string, LoopBench>> = { timeout: startAndCancel };
