/** The hub and what is near it. gevent: `gevent.hub`. @module gevent-ts/hub */
export { DispatchExit, LoopExit } from './base/errors.ts';
export { type HubCallback } from './core/callback.ts';
export {
  Hub,
  getHub,
  getSwitchInterval,
  reinit,
  setSwitchInterval,
  shutdown,
  type ErrorStream,
  type HubStatistics,
} from './core/hub.ts';
export { abandonedCount } from './core/interruptible.ts';
export { Loop, LoopTimer, type LoopStatistics } from './core/loop.ts';
export { getCurrent } from './core/main-greenlet.ts';
export { setProbe, type Probe } from './core/probe.ts';
export { idle, sleep, type SleepOptions } from './core/sleep.ts';
export { kill, spawnRaw } from './core/spawn.ts';
export { Waiter } from './core/waiter.ts';
