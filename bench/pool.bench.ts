/** Mapping many items, a hundred at a time; the checksum is the sum of the results. */
import type { LoopBench } from './harness/types.ts';
import { Pool } from '../src/pool.ts';

const addOne = async (x: number): Promise<number> => x + 1;

const map: LoopBench = async (ops) => {
  const results = await new Pool(100).map(
    addOne,
    Array.from({ length: ops }, (_, i) => i),
  );
  return results.reduce((sum, x) => sum + x, 0);
};

export const benches: Readonly<Record<string, LoopBench>> = { 'pool-map': map };
