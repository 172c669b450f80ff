/** A queue that gives the newest item first. */
import { checkOptions } from '../base/check.ts';
import { LifoStore } from './item-store.ts';
import { Queue, type QueueSetup } from './queue.ts';

/** Last in, first out. gevent: `queue.LifoQueue`. */
export class LifoQueue<T = unknown> extends Queue<T> {
  constructor(maxsize?: number, items: Iterable<T> = [], setup: QueueSetup<T> = {}) {
    checkOptions(setup, 'LifoQueue(setup)');
    super(maxsize, items, { ...setup, store: new LifoStore<T>() });
  }
}
