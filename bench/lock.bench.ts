/** Taking and giving back a Semaphore. */
import type { LoopBench } from './harness/types.ts';
import { joinAll, sleep, spawn } from '../src/index.ts';
import { Semaphore } from '../src/lock.ts';

const uncontended: LoopBench = (ops) =>
  spawn(async () => {
    const semaphore = new Semaphore(1);
    let done = 0;
    for (; done < ops; done++) {
      await semaphore.acquire();
      semaphore.release();
    }
    return done;
  }).get();

/** 100 greenlets want one permit, and whoever has it holds it over a switch. */
const contended: LoopBench = async (ops) => {
  const semaphore = new Semaphore(1);
  let done = 0;
  const holder = async (): Promise<void> => {
    for (let i = 0; i < ops / 100; i++) {
      await semaphore.acquire();
      await sleep(0);
      done++;
      semaphore.release();
    }
  };
  await joinAll(Array.from({ length: 100 }, () => spawn(holder)));
  return done;
};

export const benches: Readonly<Record<string, LoopBench>> = {
  'semaphore-free': uncontended,
  'semaphore-contended': contended,
};
