import { setImmediate as turn } from 'node:timers/promises';

/** The heap in bytes after everything that can go is gone. */
export async function settledHeap(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    await turn();
    globalThis.gc?.();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
