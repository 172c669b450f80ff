// What the kernel's tests share: virtual time, marks in order, what was printed, and a look at what is left over.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getHub } from '../../src/core/hub.ts';
import { sleep } from '../../src/core/sleep.ts';
import { type VirtualTime, withVirtualTime } from '../../src/testing/virtual-time.ts';

/** What a test of the kernel is given. */
export interface Kernel {
  readonly time: VirtualTime;
  /** What happened, in order. */
  readonly marks: unknown[];
  mark(what: unknown): void;
  /** The uncaught errors printed so far, which the test expected: they are taken away. */
  takePrinted(): string[];
}

/** What may be registered with the kernel; a test leaves it as it was. */
export interface Registered {
  readonly alive: number;
  readonly ready: number;
  readonly timers: number;
  readonly pendingInterrupts: number;
  readonly waits: readonly string[];
}

/** What is registered with the kernel now. */
export function registered(): Registered {
  const hub = getHub();
  const { alive, pendingInterrupts } = hub.statistics();
  const { ready, timers } = hub.loop.statistics();
  return { alive, ready, timers, pendingInterrupts, waits: hub.waits() };
}

/** Fails unless nothing is registered: no greenlet, wait, timer, or pending interruption. */
export function assertNothingLeft(): void {
  assert.deepEqual(registered(), { alive: 0, ready: 0, timers: 0, pendingInterrupts: 0, waits: [] });
}

/**
 * A test in virtual time. It fails when it leaves something registered, and when an error was printed that it did not
 * take with `takePrinted`.
 */
export function kernelTest(name: string, body: (kernel: Kernel) => unknown): void {
  test(name, () => runKernel(body));
}

/** Runs `body` as {@link kernelTest} does. */
export async function runKernel(body: (kernel: Kernel) => unknown): Promise<void> {
  const hub = getHub();
  const marks: unknown[] = [];
  const printed: string[] = [];
  const { exceptionStream } = hub;
  hub.exceptionStream = { write: (text) => printed.push(text) };
  try {
    await withVirtualTime(async (time) => {
      await body({ time, marks, mark: (what) => marks.push(what), takePrinted: () => printed.splice(0) });
      // What the last lines made ready still runs.
      for (let turn = 0; turn < 3; turn += 1) await sleep(0);
      assertNothingLeft();
    });
    assert.deepEqual(printed, [], 'errors were printed that the test did not expect');
  } finally {
    hub.exceptionStream = exceptionStream;
  }
}

/** What a promise came to. */
export async function outcomeOf(
  promise: PromiseLike<unknown>,
): Promise<{ value: unknown } | { error: unknown }> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error };
  }
}

/** What a promise was rejected with; fails if it was not. */
export async function errorOf(promise: PromiseLike<unknown>): Promise<unknown> {
  const outcome = await outcomeOf(promise);
  if ('error' in outcome) return outcome.error;
  return assert.fail(`expected a rejection, got ${String(outcome.value)}`);
}
