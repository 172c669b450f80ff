/** Locks and semaphores. gevent: `gevent.lock`. @module gevent-ts/lock */
export { RLock } from './sync/rlock.ts';
export {
  BoundedSemaphore,
  DummySemaphore,
  Semaphore,
  type AcquireOptions,
  type Permit,
} from './sync/semaphore.ts';
