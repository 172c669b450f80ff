/** The ways of measuring a bench inside the child process, by the kind of its case. */
import { setImmediate as turn } from 'node:timers/promises';
import { settledHeap } from './heap.ts';
import { pin } from './pin.ts';
import { median } from './statistics.ts';
import type { LoopBench, Measured, ParkingBench, Task } from './types.ts';

/** Runs something and tells what it answered and how many milliseconds it took. */
async function timed<T>(work: () => Promise<T>): Promise<{ answer: T; elapsed: number }> {
  const start = performance.now();
  const answer = await work();
  return { answer, elapsed: performance.now() - start };
}

/** CPU time since an earlier reading. */
const cpuMs = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e3;
};

/**
 * Rounds of one function until the time is up, after a warm-up: the median round. All must answer the same.
 * It is CPU time that counts: on a quiet machine the time of the clock, on a busy one that without the others.
 */
async function loop(bench: LoopBench, { ops, warmMs, measureMs, cpu }: Task): Promise<Measured> {
  const checksums = new Set<number>();
  const rounds = async (milliseconds: number): Promise<number[]> => {
    const taken: number[] = [];
    for (let spent = 0; spent < milliseconds;) {
      const before = process.cpuUsage();
      checksums.add(await bench(ops));
      const elapsed = cpuMs(before);
      taken.push(elapsed);
      spent += elapsed;
    }
    return taken;
  };
  await rounds(warmMs);
  pin(cpu);
  const nsPerOp = (median(await rounds(measureMs)) * 1e6) / ops;
  if (checksums.size !== 1) throw new Error(`error: the rounds answered ${[...checksums].join(', ')}`);
  return { checksum: [...checksums][0] ?? Number.NaN, figures: { nsPerOp } };
}

/** All at once, for one second: the time beyond it, and the CPU time. */
async function sleepers(bench: LoopBench, { ops }: Task): Promise<Measured> {
  await bench(1000);
  const cpu = process.cpuUsage();
  const { answer, elapsed } = await timed(() => bench(ops));
  return { checksum: answer, figures: { beyondMs: elapsed - 1000, cpuMs: cpuMs(cpu) } };
}

/** Parking is not timed, killing is; one small round to warm up. */
async function kill(bench: ParkingBench, { ops }: Task): Promise<Measured> {
  await bench.kill(await bench.park(ops / 10));
  const state = await bench.park(ops);
  await turn();
  const { answer, elapsed } = await timed(() => bench.kill(state));
  return { checksum: answer, figures: { nsPerOp: (elapsed * 1e6) / ops } };
}

/** Memory of many parked at once, the time to kill them all, and what is left afterwards. */
async function parked(bench: ParkingBench, { ops }: Task): Promise<Measured> {
  await bench.kill(await bench.park(1000));
  const before = await settledHeap();
  let state: unknown = await bench.park(ops);
  const full = await settledHeap();
  const { answer, elapsed } = await timed(() => bench.kill(state));
  state = undefined;
  const left = Math.max(0, (await settledHeap()) - before);
  const bytesEach = (full - before) / ops;
  return { checksum: answer, figures: { bytesEach, killSeconds: elapsed / 1e3, bytesLeftEach: left / ops } };
}

/** Each takes the kind of bench that its cases hold; the child cannot know which, hence `never`. */
export const measurements: Readonly<
  Record<string, ((bench: never, task: Task) => Promise<Measured>) | undefined>
> = { loop, sleepers, kill, parked };
