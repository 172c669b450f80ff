/** Greenlets parked on an Event that nobody sets, and the kill of them all. */
import type { ParkingBench } from './harness/types.ts';
import { type Greenlet, killAll, sleep, spawn } from '../src/index.ts';
import { Event } from '../src/event.ts';

interface Parked {
  readonly event: Event;
  readonly greenlets: readonly Greenlet<void>[];
  unwound: number;
}

const parking: ParkingBench<Parked> = {
  async park(n) {
    const event = new Event();
    const state = { event, greenlets: [] as Greenlet<void>[], unwound: 0 };
    const wait = async (): Promise<void> => {
      try {
        await event.wait();
      } finally {
        state.unwound++;
      }
    };
    for (let i = 0; i < n; i++) state.greenlets.push(spawn(wait));
    await sleep(0);
    if (event.linkCount() !== n) throw new Error(`error: ${event.linkCount()} of ${n} are parked`);
    return state;
  },
  async kill(state) {
    await killAll(state.greenlets);
    if (state.event.linkCount() !== 0) throw new Error('error: a killed greenlet is still linked');
    return state.unwound;
  },
};

export const benches: Readonly<Record<string, ParkingBench<Parked>>> = { kill: parking, million: parking };
