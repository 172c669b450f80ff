/** Greenlets and what is done with several of them. gevent: `gevent.greenlet`. @module gevent-ts/greenlet */
export { LinkedCompleted, LinkedExited, LinkedFailed, LinkedKilled } from './base/errors.ts';
export { Greenlet, type GetOptions, type SpawnCallback } from './core/greenlet.ts';
export { type KillOptions, type KillOutcome } from './core/kill-options.ts';
export { joinAll, killAll, type Joinable, type JoinAllOptions } from './core/join.ts';
export { linkTarget, type LinkSource, type LinkTarget, type Receiver } from './core/link.ts';
export { RawGreenlet, type SpawnTreeLocals } from './core/raw-greenlet.ts';
