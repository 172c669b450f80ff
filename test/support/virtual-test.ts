// Tests of what parks, in virtual time: `kernelTest` for those that need the clock alone.
import { getHub } from '../../src/hub.ts';
import { sleep } from '../../src/index.ts';
import type { VirtualTime } from '../../src/testing.ts';
import { kernelTest } from './kernel.ts';

/** A test in virtual time, after which no greenlet, wait, timer or interruption may be left. */
export function virtualTest(name: string, body: (time: VirtualTime) => unknown): void {
  kernelTest(name, async ({ time }) => {
    try {
      await body(time);
      await settle();
    } catch (error) {
      // The next test in the file must not stumble over what this one left.
      for (const greenlet of getHub().greenlets()) greenlet.throw();
      throw error;
    }
  });
}

/** Lets everybody run who can; hardly any time passes. */
export function settle(): Promise<void> {
  return sleep(1e-6);
}

/** Runs `body` while errors that nobody caught are not printed. */
export async function unprinted<T>(body: () => Promise<T>): Promise<T> {
  const hub = getHub();
  const { exceptionStream } = hub;
  hub.exceptionStream = undefined;
  try {
    return await body();
  } finally {
    hub.exceptionStream = exceptionStream;
  }
}
