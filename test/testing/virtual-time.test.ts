import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getHub } from '../../src/hub.ts';
import { type Greenlet, GreenletExit, Timeout, sleep, spawn } from '../../src/index.ts';
import { explore, withVirtualTime } from '../../src/testing.ts';
import { assertNothingLeft } from '../support/kernel.ts';

test('a timer that is started while nobody is ready moves the time', async () => {
  await withVirtualTime(async (time) => {
    const { loop } = getHub();
    await new Promise<void>((resolve) => loop.timer(1).start(resolve));
    assert.equal(time.now(), 1);
    await new Promise((resolve) => setTimeout(resolve, 1));
    // The first one is stopped: the second is not taken for armed because of it.
    const stopped = Timeout.startNew(1);
    stopped.cancel();
    await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise<void>((resolve) => loop.timer(5).start(resolve));
    assert.equal(time.now(), 6);
    await Promise.all([2, 1].map((seconds) => new Promise<void>((done) => loop.timer(seconds).start(done))));
    assert.equal(time.now(), 8);
  });
  assertNothingLeft();
});

test('a second virtual time is refused while one is in force, and the first goes on', async () => {
  const marks: string[] = [];
  const first = withVirtualTime(async (time) => {
    await sleep(3600);
    marks.push(`at ${time.now()}`);
  });
  await assert.rejects(
    withVirtualTime(() => marks.push('never')),
    /already in force/,
  );
  await assert.rejects(
    explore(() => marks.push('never')),
    /already in force/,
  );
  await first;
  assert.deepEqual(marks, ['at 3600']);
  const before = performance.now();
  await sleep(0.02);
  assert.ok(performance.now() - before > 15, 'the real clock is back');
  assert.equal(await withVirtualTime(() => 'another'), 'another');
});

test('greenlets that are asleep when fn ends are killed, and what they do in the end still has time', async () => {
  const marks: unknown[] = [];
  await withVirtualTime(async (time) => {
    const heartbeat = spawn(async () => {
      try {
        for (;;) await sleep(1);
      } finally {
        await sleep(0.5);
        marks.push(time.now());
      }
    });
    heartbeat.rawLink(() => marks.push(heartbeat.value instanceof GreenletExit));
    Timeout.startNew(100);
    getHub()
      .loop.timer(100)
      .start(() => marks.push('never'));
    await sleep(2.25);
  });
  assert.deepEqual(marks, [2.75, true]);
  assertNothingLeft();
});

test('waits of the caller that lost a race are ended with the virtual time', async () => {
  await withVirtualTime(async () => await Promise.race([sleep(1), sleep(100)]));
  assertNothingLeft();
});

test('the error of fn comes out, also when greenlets are left asleep', async () => {
  await assert.rejects(
    withVirtualTime(() => {
      spawn(() => sleep(5));
      spawn(() => sleep(Infinity));
      return Promise.reject(new Error('of fn'));
    }),
    /of fn/,
  );
  assertNothingLeft();
});

test('a greenlet that goes back to sleep however often it is killed is named in an error', async () => {
  let isOver = false;
  const stubborn = async (): Promise<void> => {
    while (!isOver) await sleep(1).catch(() => {});
  };
  let greenlet: Greenlet<void> | undefined;
  await assert.rejects(
    withVirtualTime(async () => {
      greenlet = spawn(stubborn);
      await sleep(1);
    }),
    /stubborn/,
  );
  // It sleeps for ever now, in a time that is over: kill it.
  isOver = true;
  await greenlet?.kill({ force: true });
  assertNothingLeft();
});
