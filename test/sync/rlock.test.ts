import assert from 'node:assert/strict';
import { Timeout, joinAll, killAll, sleep, spawn } from '../../src/index.ts';
import { RLock } from '../../src/lock.ts';
import { settle, virtualTest } from '../support/virtual-test.ts';

virtualTest('an RLock may be taken again by its owner, and is free after as many releases', async () => {
  const lock = new RLock();
  for (let depth = 0; depth < 3; depth += 1) assert.equal(await lock.acquire(), true);
  assert.equal(lock.tryAcquire(), true);
  for (let depth = 0; depth < 3; depth += 1) {
    lock.release();
    assert.equal(lock.locked(), true);
  }
  lock.release();
  assert.equal(lock.locked(), false);
});

virtualTest(
  'an RLock keeps other greenlets out until its owner has released it as often as taken',
  async () => {
    const lock = new RLock();
    const marks: string[] = [];
    const owner = spawn(async () => {
      await lock.use(async () => {
        await lock.use(() => sleep(1));
        marks.push('owner, once released');
        await sleep(1);
      });
    });
    const other = spawn(() => lock.use(() => marks.push('other')));
    await joinAll([owner, other]);
    assert.deepEqual(marks, ['owner, once released', 'other']);
  },
);

virtualTest('an RLock is released by its owner alone', async () => {
  const lock = new RLock();
  assert.throws(() => lock.release(), /does not hold it/);
  const owner = spawn(() => lock.use(() => sleep(1)));
  await settle();
  assert.throws(() => lock.release(), /Cannot release .*RLock.*does not hold it/);
  await owner.join();
  assert.equal(lock.locked(), false);
});

virtualTest('waiters of an RLock are served in the order of arrival', async () => {
  const lock = new RLock();
  const marks: number[] = [];
  const greenlets = Array.from({ length: 10 }, (_, index) =>
    spawn(() =>
      lock.use(async () => {
        marks.push(index);
        await sleep(0);
      }),
    ),
  );
  await joinAll(greenlets);
  assert.deepEqual(marks, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

virtualTest(
  'RLock.acquire() answers false when the time is up, or at once when it must not block',
  async () => {
    const lock = new RLock();
    await lock.acquire();
    const other = spawn(async () => [
      await lock.acquire({ timeout: 1 }),
      await lock.acquire({ timeout: new Timeout(1) }),
      await lock.acquire({ blocking: false }),
      lock.tryAcquire(),
    ]);
    assert.deepEqual(await other.get(), [false, false, false, false]);
    lock.release();
  },
);

virtualTest('two branches of one greenlet may hold an RLock together', async (time) => {
  const lock = new RLock();
  const both = spawn(() => Promise.all([lock.use(() => sleep(1)), lock.use(() => sleep(1))]));
  await both.get({ timeout: 5 });
  assert.equal(time.now(), 1);
  assert.equal(lock.locked(), false);
});

virtualTest(
  'an RLock taken by hand stays locked when its owner is killed, and says whose it was',
  async () => {
    const lock = new RLock();
    const owner = spawn(async () => {
      await lock.acquire();
      await sleep(100);
    });
    owner.name = 'careless';
    await settle();
    await owner.kill();
    assert.equal(lock.locked(), true);
    assert.match(String(lock), /held 1 times by .*"careless"/);
  },
);

virtualTest('an RLock taken by use() is free when its owner is killed', async () => {
  const lock = new RLock();
  const owner = spawn(() => lock.use(() => lock.use(() => sleep(100))));
  const next = spawn(() => lock.use(() => 'next'));
  await settle();
  await owner.kill();
  assert.equal(await next.get(), 'next');
});

virtualTest('a permit from RLock.held() is given back once', async () => {
  const lock = new RLock();
  const outer = await lock.held();
  const inner = await lock.held();
  inner.release();
  inner.release();
  assert.equal(lock.locked(), true);
  outer[Symbol.dispose]();
  assert.equal(lock.locked(), false);
});

virtualTest('taking an RLock again raises an interruption that is pending, as every wait does', async () => {
  const lock = new RLock();
  const marks: string[] = [];
  const owner = spawn(async () => {
    await lock.use(async () => {
      owner.kill({ block: false });
      marks.push('killed itself');
      await lock.acquire();
      marks.push('went on');
    });
  });
  await owner.join();
  assert.deepEqual(marks, ['killed itself']);
  assert.equal(lock.locked(), false);
});

virtualTest('a killed waiter never owns the RLock', async () => {
  const lock = new RLock();
  await lock.acquire();
  const waiters = [spawn(() => lock.acquire()), spawn(() => lock.acquire())];
  await settle();
  await killAll(waiters);
  lock.release();
  assert.equal(lock.locked(), false);
});
