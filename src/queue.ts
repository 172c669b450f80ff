/** Queues between greenlets. gevent: `gevent.queue`. @module gevent-ts/queue */
export { Empty, Full, ShutDown } from './base/errors.ts';
export { Channel } from './sync/channel.ts';
export { LifoQueue } from './sync/lifo-queue.ts';
export { PriorityQueue, type PrioritySetup } from './sync/priority-queue.ts';
export { JoinableQueue, Queue, type QueueSetup } from './sync/queue.ts';
export type { QueueOptions, QueueStatistics } from './sync/queue-options.ts';
export { SimpleQueue } from './sync/simple-queue.ts';
