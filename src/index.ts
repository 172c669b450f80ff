/**
 * gevent for TypeScript: greenlets, which are plain `async` functions that can be killed, timed out, linked, pooled
 * and watched from outside, at any `await`.
 *
 * @module gevent-ts
 */
export { config, type Settings, type SpawnSites } from './base/config.ts';
export { GreenletExit, isInterrupt } from './base/errors.ts';
export { Greenlet, type GetOptions } from './core/greenlet.ts';
export { type KillOptions, type KillOutcome } from './core/kill-options.ts';
export { type Hub, getHub, getSwitchInterval, reinit, setSwitchInterval, shutdown } from './core/hub.ts';
export { adopt, interruptible } from './core/interruptible.ts';
export { joinAll, killAll, type Joinable, type JoinAllOptions } from './core/join.ts';
export { currentScope, currentSignal, getCurrent } from './core/main-greenlet.ts';
export { RawGreenlet } from './core/raw-greenlet.ts';
export { Scope } from './core/scope.ts';
export { shield, type ShieldOptions } from './core/shield.ts';
export { idle, sleep, type SleepOptions } from './core/sleep.ts';
export {
  kill,
  spawn,
  spawnLater,
  spawnLink,
  spawnLinkException,
  spawnLinkValue,
  spawnRaw,
} from './core/spawn.ts';
export { taskGroup, type TaskGroup } from './core/task-group.ts';
export type { TimeLimit, WaitLimit } from './core/time-limit.ts';
export { type Seconds, Timeout, type TimeoutException, type TimeoutOptions } from './core/timeout.ts';
export { iwait, wait, type WaitOptions } from './core/wait.ts';
export type { Waitable } from './core/waitable.ts';
export { withDeadline, withTimeout, type WithTimeoutOptions } from './core/with-timeout.ts';
export { version } from './base/version.ts';
