/** The wait protocol: what `wait`, `iwait` and `joinAll` take. */
import { checkIterable, mismatch } from '../base/check.ts';

/** Anything that can tell when it becomes ready: greenlets, events, results, semaphores, and what you make like them. */
export interface Waitable {
  // oxlint-disable-next-line typescript/no-explicit-any -- each kind passes itself
  rawLink(callback: (source: any) => void): void;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  unlink(callback: (source: any) => void): void;
}

/** @internal The objects as an array, each of which can be waited for. */
export function checkWaitables<W extends Waitable>(objects: unknown, name: string): W[] {
  checkIterable<W>(objects, name);
  const list = [...objects];
  for (const object of list) {
    if (typeof object !== 'object' || object === null || typeof object.rawLink !== 'function') {
      throw new TypeError(mismatch(name, 'objects with rawLink and unlink', object));
    }
  }
  return list;
}
