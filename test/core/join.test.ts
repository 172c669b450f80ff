import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Greenlet,
  Timeout,
  getCurrent,
  getHub,
  iwait,
  joinAll,
  sleep,
  spawn,
  wait,
} from '../../src/index.ts';
import { onLoopEnd } from '../../src/core/loop-end.ts';
import { Event } from '../../src/event.ts';
import { errorOf, kernelTest } from '../support/kernel.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';

forbidUnhandledRejections();

function sleeper(seconds: number): Greenlet<number> {
  return spawn(async () => {
    await sleep(seconds);
    return seconds;
  });
}

function fail(): never {
  throw new Error('boom');
}

kernelTest('joinAll answers those that ended in the order of completion, not of the list', async () => {
  const [a, b, c] = [sleeper(3), sleeper(1), sleeper(2)];
  assert.deepEqual(await joinAll([a, b, c]), [b, c, a]);
});

kernelTest(
  'joinAll({ count }) comes back after that many; 0 at once; more than the list is clamped',
  async ({ time }) => {
    const [a, b] = [sleeper(2), sleeper(1)];
    assert.deepEqual(await joinAll([a, b], { count: 0 }), []);
    assert.equal(time.now(), 0);
    assert.deepEqual(await joinAll([a, b], { count: 1 }), [b]);
    assert.equal(time.now(), 1);
    assert.equal(a.hasLinks(), false);
    assert.deepEqual(await joinAll([a, b], { count: 10 }), [b, a]);
  },
);

kernelTest(
  'with count and raiseError together the failure is raised as soon as it is seen',
  async (kernel) => {
    const slow = sleeper(10);
    const bad = spawn(async () => {
      await sleep(1);
      fail();
    });
    assert.equal(await errorOf(joinAll([slow, bad], { count: 2, raiseError: true })), bad.exception);
    assert.equal(kernel.time.now(), 1);
    assert.equal(slow.hasLinks(), false);
    await slow.kill();
    kernel.takePrinted();
  },
);

kernelTest('joinAll without raiseError counts failures as ended', async ({ takePrinted }) => {
  const bad = spawn(fail);
  assert.deepEqual(await joinAll([bad]), [bad]);
  takePrinted();
});

kernelTest('duplicates in the list do not hang joinAll: [a, b, a] ends with three entries', async () => {
  const [a, b] = [sleeper(1), sleeper(2)];
  assert.deepEqual(await joinAll([a, b, a]), [a, a, b]);
});

kernelTest('joinAll takes any iterable', async () => {
  const greenlets = new Set([sleeper(1), sleeper(2)]);
  assert.deepEqual(await joinAll(greenlets), [...greenlets]);
  function* all(): Generator<Greenlet<number>> {
    yield* greenlets;
  }
  assert.equal((await joinAll(all())).length, 2);
});

kernelTest('joinAll with a timeout answers quietly those that have ended', async ({ time }) => {
  const [a, b] = [sleeper(1), sleeper(5)];
  assert.deepEqual(await joinAll([a, b], { timeout: 2 }), [a]);
  assert.equal(time.now(), 2);
  assert.equal(b.hasLinks(), false);
  await b.kill();
});

kernelTest('an outer Timeout through joinAll leaves no links behind', async () => {
  const greenlets = [sleeper(50), sleeper(60)];
  const timeout = new Timeout(1);
  assert.equal(await errorOf(timeout.run(() => joinAll(greenlets))), timeout);
  assert.deepEqual(
    greenlets.map((g) => g.hasLinks()),
    [false, false],
  );
  for (const g of greenlets) await g.kill();
});

kernelTest('a kill through joinAll leaves no links behind', async () => {
  const greenlets = [sleeper(50), sleeper(60)];
  const joiner = spawn(() => joinAll(greenlets));
  await sleep(0);
  assert.deepEqual(
    greenlets.map((g) => g.hasLinks()),
    [true, true],
  );
  await joiner.kill();
  assert.deepEqual(
    greenlets.map((g) => g.hasLinks()),
    [false, false],
  );
  for (const g of greenlets) await g.kill();
});

kernelTest(
  'the body of iwait may wait: completions during that time are not lost',
  async ({ time, marks }) => {
    const list = [sleeper(1), sleeper(2), sleeper(3)];
    for await (const g of iwait(list)) {
      await sleep(10);
      marks.push([list.indexOf(g), time.now()]);
    }
    assert.deepEqual(marks, [
      [0, 11],
      [1, 21],
      [2, 31],
    ]);
  },
);

kernelTest(
  'the timeout of iwait ends the iteration silently, counted from its beginning',
  async ({ time, marks }) => {
    const list = [sleeper(1), sleeper(2), sleeper(10)];
    for await (const g of iwait(list, { timeout: 5 })) marks.push(list.indexOf(g));
    assert.equal(time.now(), 5);
    assert.deepEqual(marks, [0, 1]);
    assert.equal(list[2]?.hasLinks(), false);
    await list[2]?.kill();
  },
);

kernelTest('leaving iwait early gives back every link', async () => {
  const list = [sleeper(1), sleeper(20), sleeper(30)];
  for await (const g of iwait(list)) {
    assert.equal(g, list[0]);
    break;
  }
  assert.deepEqual(
    list.map((g) => g.hasLinks()),
    [false, false, false],
  );
  const iterator = iwait(list);
  assert.equal((await iterator.next()).value, list[0]);
  await iterator[Symbol.asyncDispose]();
  assert.deepEqual(
    list.map((g) => g.hasLinks()),
    [false, false, false],
  );
  assert.deepEqual(await iterator.next(), { done: true, value: undefined });
  for (const g of list) await g.kill();
});

kernelTest('an iwait that is made and never stepped leaves no link when it is disposed', async () => {
  const g = sleeper(5);
  const iterator = iwait([g]);
  await iterator.return?.();
  assert.equal(g.hasLinks(), false);
  await g.kill();
});

kernelTest('wait on an event that is set and cleared before the waiter runs still reports it', async () => {
  const event = new Event();
  const waiting = spawn(() => wait([event]));
  await sleep(0);
  event.set();
  event.clear();
  assert.deepEqual(await waiting.get(), [event]);
});

kernelTest('wait takes greenlets and events together', async () => {
  const event = new Event();
  const g = sleeper(2);
  spawn(async () => {
    await sleep(1);
    event.set();
  });
  assert.deepEqual(await wait<Event | Greenlet<number>>([g, event]), [event, g]);
});

kernelTest('wait() without objects answers true when the loop has nothing left', async ({ mark, marks }) => {
  const waiting = wait().then(mark);
  await Promise.resolve();
  assert.deepEqual(marks, []);
  assert.equal(onLoopEnd(getHub()), true);
  await waiting;
  assert.deepEqual(marks, [true]);
});

kernelTest('wait() without objects answers false at its timeout', async ({ time }) => {
  const g = sleeper(10);
  assert.equal(await wait(undefined, { timeout: 2 }), false);
  assert.equal(time.now(), 2);
  await g.kill();
});

kernelTest('wait() without objects is for main alone', async ({ takePrinted }) => {
  const g = spawn(() => wait());
  await g.join();
  assert.ok(g.exception instanceof TypeError);
  takePrinted();
});

kernelTest('a Timeout object as the limit of joinAll is quiet, and of get is raised', async () => {
  const g = sleeper(10);
  const quiet = new Timeout(1);
  assert.deepEqual(await joinAll([g], { timeout: quiet }), []);
  assert.equal(quiet.pending, false);
  const loud = new Timeout(1);
  assert.equal(await errorOf(g.get({ timeout: loud })), loud);
  assert.equal(g.hasLinks(), false);
  await g.kill();
});

test('joinAll, wait and iwait refuse what they cannot wait for, at the call', () => {
  for (const call of [
    () => joinAll(5 as never),
    () => joinAll([5] as never),
    () => wait(5 as never),
    () => wait('x' as never),
    () => iwait([{}] as never),
    () => iwait([], { timeout: 'x' } as never),
    () => iwait([], 5 as never),
  ]) {
    assert.throws(call, TypeError, String(call));
  }
  assert.throws(() => iwait([], { count: -1 }), RangeError);
  assert.equal(getCurrent().name, 'main');
});
