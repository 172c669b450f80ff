// What a process holds at a moment: memory after a garbage collection, descriptors, and what the kernel has registered.
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { registered } from './kernel.ts';

export interface Footprint {
  /** Bytes in use on the heap. */
  readonly heap: number;
  /** Bytes that the heap's objects hold elsewhere. */
  readonly external: number;
  /** Bytes of the whole process that are in memory. */
  readonly rss: number;
  /** Open descriptors; 0 where nobody can tell. */
  readonly descriptors: number;
  readonly greenlets: number;
  readonly timers: number;
  readonly waits: number;
  readonly pendingInterrupts: number;
}

/** Descriptors that this process has open; 0 where nobody can tell. */
export function descriptors(): number {
  // One of them is the folder that is read.
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length - 1 : 0;
}

/** What the process holds now; garbage is collected first (`--expose-gc`). */
export async function footprint(): Promise<Footprint> {
  for (let turn = 0; turn < 4; turn += 1) {
    await delay(10);
    globalThis.gc?.();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const { alive, timers, waits, pendingInterrupts } = registered();
  return {
    heap: heapUsed,
    external,
    rss,
    descriptors: descriptors(),
    greenlets: alive,
    timers,
    waits: waits.length,
    pendingInterrupts,
  };
}

/** Waits until `isSo`; fails after so many seconds. */
export async function until(isSo: () => boolean, what: string, seconds = 60): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`waited for ${what} in vain`);
    await delay(2);
  }
}
