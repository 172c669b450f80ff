/**
 * Node makes an object for each `process.nextTick`, and several of them for each request. V8 holds the hidden class of
 * these objects only weakly. When a major collection finds none of them alive, as is likely between two events, the class
 * is gone, and what is compiled afterwards builds each of them property by property in the runtime, for as long as the
 * process lives. It takes one that is kept to prevent that.
 *
 * Measured on Node 24, in a process that this happens to: the JavaScript of a request takes 5.0 µs with it, 7.0 without.
 */
import { executionAsyncResource } from 'node:async_hooks';
import { nextTick } from '../base/native.ts';
import { runOutside } from '../core/scope.ts';

const kept: object[] = [];

/** @internal Keeps one object of each kind that `nextTick` makes, with arguments and without. */
export function keepTickShape(): void {
  if (kept.length > 0) return;
  const keep = (): void => void kept.push(executionAsyncResource());
  // Each of them holds the async context that it was made in.
  runOutside(() => {
    nextTick(keep);
    nextTick(keep, undefined);
  });
}
