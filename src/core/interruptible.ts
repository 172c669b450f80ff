/** Foreign promises: made interruptible, shielded from interruption, and adopted when they come too late. */
import { checkFunction, checkPromise } from '../base/check.ts';
import { NativePromise } from '../base/native.ts';
import { Waiter } from './waiter.ts';

let abandoned = 0;

/** How many foreign promises were still unsettled when their waits were interrupted. */
export function abandonedCount(): number {
  return abandoned;
}

/**
 * Waits for a promise that somebody else made, in a way that a kill or a timeout can end. The promise itself goes
 * on: its late result is swallowed, and counted until then. Parks.
 *
 * @example
 * const row = await interruptible(db.query('select 1'));
 */
export function interruptible<T>(promise: PromiseLike<T>): Promise<T> {
  checkPromise(promise, 'interruptible(promise)');
  return waitFor(promise, () => {});
}

/**
 * As {@link interruptible}, for a promise of something that must be given back: when the wait is interrupted and the
 * thing arrives all the same, `dispose` gets it. Parks.
 *
 * @param dispose called with what arrived too late; what it throws is reported as an unhandled rejection
 * @example
 * const connection = await adopt(pool.connect(), (late) => late.release());
 */
export function adopt<T>(promise: PromiseLike<T>, dispose: (value: T) => unknown): Promise<T> {
  checkPromise(promise, 'adopt(promise)');
  checkFunction(dispose, 'adopt(dispose)');
  return waitFor(promise, dispose);
}

function waitFor<T>(promise: PromiseLike<T>, onLate: (value: T) => unknown): Promise<T> {
  const waiter = new Waiter<T>();
  let isAbandoned = false;
  let isSettled = false;
  const abandon = (): void => {
    isAbandoned = !isSettled;
    if (isAbandoned) abandoned += 1;
  };
  const wait = waiter.park(undefined, { about: 'a foreign promise', abandon });
  void NativePromise.resolve(promise).then(
    async (value) => {
      isSettled = true;
      if (waiter.isParked) waiter.switch(value);
      else {
        if (isAbandoned) abandoned -= 1;
        await onLate(value);
      }
    },
    (error: unknown) => {
      isSettled = true;
      if (waiter.isParked) waiter.throw(error);
      else if (isAbandoned) abandoned -= 1;
    },
  );
  return wait;
}
