import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Greenlet, GreenletExit, killAll, sleep, spawn, spawnRaw } from '../../src/index.ts';
import { errorOf, kernelTest } from '../support/kernel.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';

forbidUnhandledRejections();

kernelTest('killAll([]) and an exhausted generator answer undefined', async () => {
  function* none(): Generator<Greenlet> {
    // Nothing.
  }
  const exhausted = none();
  exhausted.next();
  assert.equal(await killAll([]), undefined);
  assert.equal(await killAll(exhausted), undefined);
  assert.equal(killAll([], { block: false }), undefined);
});

kernelTest('killAll raises in the order given', async ({ mark, marks }) => {
  const greenlets = [0, 1, 2, 3].map((index) =>
    spawn(async () => {
      try {
        await sleep(100);
      } finally {
        mark(index);
      }
    }),
  );
  await sleep(0);
  const order = [2, 0, 3, 1];
  assert.equal(await killAll(order.map((index) => greenlets[index] as Greenlet<void>)), undefined);
  assert.deepEqual(marks, order);
});

kernelTest(
  'killAll waits for stubborn members until their natural end and keeps their value',
  async ({ time }) => {
    const stubborn = spawn(async () => {
      await errorOf(sleep(100));
      await sleep(5);
      return 'value';
    });
    const meek = spawn(() => sleep(100));
    await sleep(0);
    assert.equal(await killAll([stubborn, meek]), undefined);
    assert.equal(time.now(), 5);
    assert.equal(stubborn.value, 'value');
    assert.ok(meek.value instanceof GreenletExit);
  },
);

kernelTest('killAll({ block: false }) touches nobody before the caller yields', async ({ mark, marks }) => {
  const greenlets = [0, 1].map((index) =>
    spawn(async () => {
      try {
        await sleep(100);
      } finally {
        mark(index);
      }
    }),
  );
  const unborn = spawn(mark, 'ran');
  await sleep(0);
  marks.length = 0;
  const later = Greenlet.spawnLater(50, mark, 'ran too');
  killAll([...greenlets, unborn, later], { block: false });
  assert.equal(later.dead, false);
  assert.deepEqual(marks, []);
  await sleep(0);
  await sleep(0);
  assert.deepEqual(marks, [0, 1]);
  assert.equal(later.dead, true);
});

kernelTest('killAll raises the error given in each', async () => {
  const reason = new GreenletExit('all of you');
  const greenlets = [spawn(() => sleep(1)), spawn(() => sleep(2))];
  await sleep(0);
  await killAll(greenlets, reason);
  assert.deepEqual(
    greenlets.map((g) => g.value),
    [reason, reason],
  );
});

kernelTest('killAll with a timeout that expires answers the survivors quietly', async ({ time }) => {
  const stubborn = spawn(async () => {
    await errorOf(sleep(100));
    await sleep(10);
  });
  const meek = spawn(() => sleep(100));
  await sleep(0);
  assert.deepEqual(await killAll([meek, stubborn], { timeout: 2 }), [stubborn]);
  assert.equal(time.now(), 2);
  assert.equal(stubborn.hasLinks(), false);
  await stubborn.join();
});

kernelTest(
  'killAll kills those that have not begun, and passes over those that have ended',
  async ({ mark, marks }) => {
    const ended = spawn(() => 5);
    await ended.join();
    const unborn = spawn(mark, 'ran');
    assert.equal(await killAll([ended, unborn]), undefined);
    assert.equal(ended.value, 5);
    assert.ok(unborn.dead);
    await sleep(1);
    assert.deepEqual(marks, []);
  },
);

kernelTest('killAll reaches raw greenlets too', async ({ mark, marks }) => {
  const raw = spawnRaw(async () => {
    try {
      await sleep(100);
    } finally {
      mark('finally');
    }
  });
  await sleep(0);
  await killAll([raw]);
  await sleep(0);
  assert.ok(raw.dead);
  assert.deepEqual(marks, ['finally']);
});

kernelTest('killAll({ force: true }) raises again at each later wait', async ({ time }) => {
  const stubborn = [1, 2].map(() =>
    spawn(async () => {
      for (let attempt = 0; attempt < 3; attempt += 1) await errorOf(sleep(100));
    }),
  );
  await sleep(0);
  await killAll(stubborn, { force: true });
  assert.equal(time.now(), 0);
});

kernelTest('a greenlet may kill a list that it is in itself', async ({ mark, marks }) => {
  const list: Greenlet<unknown>[] = [];
  list.push(
    spawn(async () => {
      await sleep(1);
      await killAll(list);
      mark('not reached');
    }),
    spawn(() => sleep(100)),
  );
  for (const g of list) await g.join();
  assert.deepEqual(marks, []);
});

test('killAll refuses what is no list of greenlets, at the call', () => {
  assert.throws(() => killAll(5 as never), TypeError);
  assert.throws(() => killAll([5] as never), TypeError);
  assert.throws(() => killAll([], 'x' as never), TypeError);
  assert.throws(() => killAll([], { timeout: 'x' } as never), TypeError);
});
