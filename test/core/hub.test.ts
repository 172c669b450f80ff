import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Timeout, getCurrent, getHub, sleep, spawn } from '../../src/index.ts';
import { LoopExit, Waiter } from '../../src/hub.ts';
import { ConcurrentObjectUseError, KeyboardInterrupt, SystemExit } from '../../src/exceptions.ts';
import { onLoopEnd } from '../../src/core/loop-end.ts';
import { errorOf, kernelTest } from '../support/kernel.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';

forbidUnhandledRejections();

function fail(): never {
  throw new RangeError('boom');
}

kernelTest(
  'an uncaught error is printed: stack, then time, greenlet and class, then an empty line',
  async (kernel) => {
    const g = spawn(fail);
    g.name = 'worker';
    const other = spawn(async () => {
      await sleep(1);
      return 'goes on';
    });
    assert.equal(await other.get(), 'goes on');
    const printed = kernel.takePrinted();
    assert.equal(printed.length, 1);
    assert.match(
      printed[0] ?? '',
      /^RangeError: boom\n(?: +at .*\n)+\d{4}-\d\d-\d\dT[\d:.]+Z <Greenlet "worker": fail\(\)> failed with RangeError\n\n$/,
    );
  },
);

kernelTest('assigning handleError replaces the printing', async ({ mark, marks }) => {
  const hub = getHub();
  hub.handleError = (context, error) => mark([context, (error as Error).message]);
  try {
    const g = spawn(fail);
    await g.join();
    assert.deepEqual(marks, [[g, 'boom']]);
  } finally {
    delete (hub as { handleError?: unknown }).handleError;
  }
});

kernelTest(
  'an error in a hub callback is printed and the loop lives',
  async ({ mark, marks, takePrinted }) => {
    getHub().runCallback(fail);
    getHub().runCallback(mark, 'next');
    await sleep(1);
    assert.deepEqual(marks, ['next']);
    assert.match(takePrinted().join(''), /<callback fail> failed with RangeError/);
  },
);

kernelTest('a callback that is stopped does not run', async ({ mark, marks }) => {
  const callback = getHub().runCallback(mark, 'stopped');
  assert.equal(callback.pending, true);
  callback.stop();
  assert.equal(callback.pending, false);
  await sleep(0);
  assert.deepEqual(marks, []);
});

kernelTest('in a hub callback the current greenlet is the hub', async ({ mark, marks }) => {
  getHub().runCallback(() => mark(getCurrent()));
  getHub()
    .loop.timer(1)
    .start(() => mark(getCurrent()));
  await sleep(2);
  assert.deepEqual(marks, [getHub(), getHub()]);
});

kernelTest('a system error is raised in main', async ({ takePrinted }) => {
  for (const systemError of [new KeyboardInterrupt('stop'), new SystemExit(3)]) {
    spawn(() => {
      throw systemError;
    });
    assert.equal(await errorOf(sleep(10)), systemError);
    const expected = systemError instanceof SystemExit ? 0 : 1;
    assert.equal(takePrinted().length, expected);
  }
});

kernelTest('LoopExit carries a message, the hub and a line for each wait that is left', async () => {
  const g = spawn(() => new Waiter().get());
  g.name = 'stuck';
  const joining = errorOf(g.join());
  await new Promise<void>((resolve) => setImmediate(resolve));
  assert.equal(onLoopEnd(getHub()), true);
  const error = await joining;
  assert.ok(error instanceof LoopExit);
  assert.equal(error.hub, getHub());
  assert.equal(error.handles.length, 2);
  assert.match(
    error.message,
    /would block forever[^]*"main"[^]*the end of <Greenlet "stuck"[^]*<Greenlet "stuck"[^]*Waiter\.get\(\)/,
  );
  await g.kill();
});

kernelTest('the end of the loop wakes nobody when main does not wait', () => {
  assert.equal(onLoopEnd(getHub()), false);
});

kernelTest('two greenlets on one Waiter is a ConcurrentObjectUseError', async () => {
  const waiter = new Waiter<number>();
  const first = spawn(() => waiter.get());
  const second = spawn(async () => await errorOf(Promise.resolve().then(() => waiter.get())));
  await sleep(0);
  assert.ok((await second.get()) instanceof ConcurrentObjectUseError);
  assert.throws(() => waiter.clear(), ConcurrentObjectUseError);
  waiter.switch(5);
  assert.equal(await first.get(), 5);
});

kernelTest('a Waiter keeps what it was given before anybody waits, and can be used again', async () => {
  const waiter = new Waiter<number>();
  assert.equal(waiter.ready(), false);
  waiter.switch(5);
  assert.deepEqual([waiter.ready(), waiter.successful(), waiter.value], [true, true, 5]);
  assert.equal(await waiter.get(), 5);
  waiter.clear();
  const error = new Error('x');
  waiter.throw(error);
  assert.deepEqual([waiter.ready(), waiter.successful(), waiter.exception], [true, false, error]);
  assert.equal(waiter.excInfo[1], error);
  assert.equal(await errorOf(waiter.get()), error);
});

kernelTest("what was switched to a waiter before the kill is the victim's", async () => {
  const waiter = new Waiter<string>();
  const g = spawn(() => waiter.get());
  await sleep(0);
  waiter.switch('value');
  g.kill({ block: false });
  assert.equal(await g.get(), 'value');
});

kernelTest(
  'timers of the loop fire in the order of their deadlines, then of their starts',
  async ({ time, marks }) => {
    for (const [name, seconds] of [
      ['c', 2],
      ['a', 1],
      ['b', 1],
    ] as const) {
      getHub()
        .loop.timer(seconds)
        .start(() => marks.push([name, time.now()]));
    }
    const stopped = getHub()
      .loop.timer(1)
      .start(() => marks.push('stopped'));
    assert.equal(stopped.pending, true);
    stopped.stop();
    await sleep(5);
    assert.deepEqual(marks, [
      ['a', 1],
      ['b', 1],
      ['c', 2],
    ]);
  },
);

kernelTest('statistics count greenlets, timers and what is ready', async () => {
  const g = spawn(() => sleep(5));
  assert.equal(getHub().statistics().alive, 1);
  assert.ok(getHub().loop.statistics().ready >= 1);
  await sleep(0);
  const { timers, referencedTimers, slices } = getHub().loop.statistics();
  assert.deepEqual([timers, referencedTimers], [1, 1]);
  assert.ok(slices > 0);
  assert.deepEqual(getHub().greenlets(), [g]);
  assert.ok(Object.isFrozen(getHub().statistics()) && Object.isFrozen(getHub().loop.statistics()));
  await g.kill();
});

kernelTest('hub.join answers true at the end of the loop, false at its timeout', async () => {
  const joining = getHub().join();
  await Promise.resolve();
  onLoopEnd(getHub());
  assert.equal(await joining, true);
  assert.equal(await getHub().join({ timeout: 1 }), false);
  assert.equal(await getHub().join({ timeout: new Timeout(1) }), false);
});

test('runCallback and loop.timer refuse wrong arguments', () => {
  assert.throws(() => getHub().runCallback(5 as never), TypeError);
  assert.throws(() => getHub().loop.timer('x' as never), TypeError);
  assert.throws(() => getHub().loop.timer(Number.NaN), RangeError);
  assert.throws(
    () =>
      getHub()
        .loop.timer(1)
        .start(5 as never),
    TypeError,
  );
});
