// For test files that must not leave one unhandled rejection behind.
import assert from 'node:assert/strict';
import { after, afterEach } from 'node:test';
import { setImmediate } from 'node:timers/promises';

/** Fails each test of the file after which the runtime reported an unhandled rejection. */
export function forbidUnhandledRejections(): void {
  const seen: unknown[] = [];
  const listener = (reason: unknown): void => void seen.push(reason);
  process.on('unhandledRejection', listener);
  afterEach(async () => {
    await setImmediate();
    await setImmediate();
    assert.deepEqual(seen.splice(0), [], 'unhandled rejections');
  });
  after(() => process.off('unhandledRejection', listener));
}
