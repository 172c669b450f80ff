/**
 * The originals of everything the kernel takes from the runtime, read once when the library loads, so that
 * nothing that patches a global or a module later (our own `monkey` included) changes what the kernel runs on.
 */
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';

export { clearTimeout, setImmediate, setTimeout };

export const NativePromise: PromiseConstructor = Promise;
export const nextTick: typeof process.nextTick = process.nextTick.bind(process);
export const queueMicrotask: typeof globalThis.queueMicrotask = globalThis.queueMicrotask;
export const wallClock: () => number = Date.now;

const { performance } = globalThis;

/** Milliseconds on a clock that never goes backwards. */
export function monotonic(): number {
  return performance.now();
}

const settled: Promise<void> = Promise.resolve();
const then: (this: Promise<void>, callback: () => void) => Promise<void> = Promise.prototype.then;

/** Runs `callback` as a microtask; a reaction of a settled promise costs a third of Node's `queueMicrotask`. */
export function microtask(callback: () => void): void {
  void then.call(settled, callback);
}
