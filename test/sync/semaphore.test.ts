import assert from 'node:assert/strict';
import {
  type Greenlet,
  GreenletExit,
  Timeout,
  joinAll,
  killAll,
  sleep,
  spawn,
  wait,
} from '../../src/index.ts';
import { BoundedSemaphore, DummySemaphore, Semaphore } from '../../src/lock.ts';
import { settle, virtualTest } from '../support/virtual-test.ts';

virtualTest('waiters of a Semaphore are served in the order of arrival', async () => {
  const semaphore = new Semaphore(0);
  const marks: number[] = [];
  for (let index = 0; index < 20; index += 1) {
    spawn(async () => {
      await semaphore.acquire();
      marks.push(index);
      semaphore.release();
    });
  }
  await settle();
  semaphore.release();
  await settle();
  assert.deepEqual(
    marks,
    Array.from({ length: 20 }, (_, index) => index),
  );
  assert.equal(semaphore.counter, 1);
});

virtualTest(
  'an acquire right after a release may barge in, and the woken waiter waits again at its place',
  async () => {
    const semaphore = new Semaphore(1);
    assert.equal(semaphore.tryAcquire(), true);
    const marks: string[] = [];
    const waiters = ['first', 'second'].map((name) =>
      spawn(async () => {
        await semaphore.acquire();
        marks.push(name);
      }),
    );
    await settle();
    semaphore.release();
    assert.equal(await semaphore.acquire(), true);
    marks.push('barger');
    await settle();
    assert.deepEqual(marks, ['barger']);
    assert.equal(semaphore.linkCount(), 2);
    semaphore.release();
    semaphore.release();
    await joinAll(waiters);
    assert.deepEqual(marks, ['barger', 'first', 'second']);
  },
);

virtualTest('a woken waiter that was barged past still times out', async (time) => {
  const semaphore = new Semaphore(1);
  semaphore.tryAcquire();
  const waiter = spawn(() => semaphore.acquire({ timeout: 2 }));
  await settle();
  semaphore.release();
  semaphore.tryAcquire();
  assert.equal(await waiter.get(), false);
  assert.equal(Math.round(time.now()), 2);
  assert.equal(semaphore.linkCount(), 0);
});

virtualTest('a woken waiter that was barged past can still be killed', async () => {
  const semaphore = new Semaphore(1);
  semaphore.tryAcquire();
  const waiter = spawn(() => semaphore.acquire());
  await settle();
  semaphore.release();
  semaphore.tryAcquire();
  waiter.kill({ block: false });
  await waiter.join();
  assert.equal(semaphore.linkCount(), 0);
  assert.equal(semaphore.release(), 1);
});

virtualTest('a Semaphore of fewer than 0 permits is refused', () => {
  assert.throws(() => new Semaphore(-1), RangeError);
  assert.throws(() => new BoundedSemaphore(-1), RangeError);
  assert.throws(() => new Semaphore(1.5), RangeError);
  assert.throws(() => new Semaphore('1' as unknown as number), TypeError);
});

virtualTest('releasing a BoundedSemaphore too often is refused, and changes nothing', async () => {
  const semaphore = new BoundedSemaphore(2);
  assert.throws(() => semaphore.release(), /Cannot release BoundedSemaphore: counter 2 is at its bound/);
  await semaphore.acquire();
  assert.equal(semaphore.release(), 2);
  assert.throws(() => semaphore.release(), RangeError);
  assert.equal(semaphore.counter, 2);
});

virtualTest('releasing a plain Semaphore more often than it was acquired raises its count', () => {
  const semaphore = new Semaphore(1);
  assert.equal(semaphore.release(), 2);
  assert.equal(semaphore.release(), 3);
  assert.equal(semaphore.counter, 3);
});

virtualTest(
  'a permit taken by hand stays taken when its owner is killed, and the lock says whose it was',
  async () => {
    const lock = new Semaphore(1);
    const owner = spawn(async () => {
      await lock.acquire();
      await sleep(100);
    });
    owner.name = 'careless';
    await settle();
    await owner.kill();
    assert.equal(lock.locked(), true);
    assert.match(String(lock), /held by .*"careless".*, which has ended/);
  },
);

virtualTest('a permit taken by use() is given back when its owner is killed', async () => {
  const lock = new Semaphore(1);
  const owner = spawn(() => lock.use(() => sleep(100)));
  await settle();
  assert.equal(lock.locked(), true);
  await owner.kill();
  assert.equal(lock.locked(), false);
});

virtualTest('use() gives the permit back when its function throws, and passes its result on', async () => {
  const lock = new Semaphore(1);
  const failure = new Error('failure');
  await assert.rejects(
    lock.use(() => {
      throw failure;
    }),
    (error) => error === failure,
  );
  assert.equal(await lock.use(() => 3), 3);
  assert.equal(lock.counter, 1);
});

virtualTest('a permit from held() is given back once, by hand or at the end of the block', async () => {
  const lock = new Semaphore(2);
  const permit = await lock.held();
  assert.equal(lock.counter, 1);
  permit.release();
  permit.release();
  permit[Symbol.dispose]();
  assert.equal(lock.counter, 2);
});

virtualTest('acquire() with blocking false answers at once', async () => {
  const lock = new Semaphore(1);
  assert.equal(await lock.acquire({ blocking: false }), true);
  assert.equal(await lock.acquire({ blocking: false }), false);
  assert.equal(lock.tryAcquire(), false);
});

virtualTest('acquire() answers false when its time is up, with seconds and with a Timeout', async (time) => {
  const lock = new Semaphore(0);
  assert.equal(await lock.acquire({ timeout: 1 }), false);
  assert.equal(await lock.acquire({ timeout: new Timeout(1) }), false);
  assert.equal(time.now(), 2);
});

virtualTest('one of two waiters timing out does not eat the permit', async () => {
  const lock = new Semaphore(0);
  const first = spawn(() => lock.acquire({ timeout: 1 }));
  const second = spawn(() => lock.acquire());
  await sleep(2);
  assert.equal(first.value, false);
  lock.release();
  assert.equal(await second.get(), true);
});

virtualTest(
  'Semaphore.wait() waits for a permit without taking it, after those who want to take one',
  async () => {
    const semaphore = new Semaphore(0);
    const watcher = spawn(() => semaphore.wait());
    const taker = spawn(() => semaphore.acquire());
    await settle();
    semaphore.release();
    await settle();
    assert.deepEqual([watcher.dead, taker.value], [false, true]);
    semaphore.release();
    semaphore.release();
    assert.equal(await watcher.get(), 2);
    assert.equal(semaphore.counter, 2);
    assert.equal(await semaphore.wait(), 2);
  },
);

virtualTest('Semaphore.wait() answers 0 when its time is up', async () => {
  const semaphore = new Semaphore(0);
  assert.equal(await semaphore.wait({ timeout: 1 }), 0);
  assert.equal(await semaphore.wait({ timeout: new Timeout(1) }), 0);
  assert.equal(semaphore.linkCount(), 0);
});

virtualTest(
  'a Semaphore can be waited for with wait(), and its rawLink runs once when a permit is free',
  async () => {
    const semaphore = new Semaphore(0);
    const marks: unknown[] = [];
    const callback = (source: Semaphore): void => {
      marks.push(source);
    };
    semaphore.rawLink(callback);
    semaphore.rawLink(callback);
    const waiter = spawn(() => wait([semaphore]));
    await settle();
    semaphore.release();
    assert.deepEqual(await waiter.get(), [semaphore]);
    assert.deepEqual(marks, [semaphore]);
    semaphore.rawLink(callback);
    await settle();
    assert.equal(marks.length, 2);
    semaphore.tryAcquire();
    semaphore.rawLink(callback);
    semaphore.unlink(callback);
    semaphore.release();
    await settle();
    assert.equal(marks.length, 2);
  },
);

virtualTest('a killed or timed-out waiter leaves no entry in a Semaphore', async () => {
  const semaphore = new Semaphore(0);
  const killed = [spawn(() => semaphore.acquire()), spawn(() => semaphore.wait())];
  const late = spawn(() => semaphore.acquire({ timeout: 1 }));
  await settle();
  assert.equal(semaphore.linkCount(), 3);
  await late.join();
  await killAll(killed as Greenlet<unknown>[]);
  assert.equal(semaphore.linkCount(), 0);
});

virtualTest('a DummySemaphore never makes anybody wait', async () => {
  const dummy = new DummySemaphore(3);
  assert.equal(await dummy.acquire(), true);
  assert.equal(await dummy.acquire({ timeout: 1 }), true);
  assert.equal(dummy.tryAcquire(), true);
  assert.deepEqual([dummy.locked(), dummy.ready(), dummy.counter, dummy.release()], [false, true, 1, 1]);
  assert.equal(await dummy.wait(), 1);
  assert.equal(await dummy.use(() => 'used'), 'used');
  (await dummy.held()).release();
  const marks: unknown[] = [];
  dummy.rawLink((source) => marks.push(source));
  await settle();
  assert.deepEqual(marks, [dummy]);
});

virtualTest('a DummySemaphore raises a kill that waits for its caller, as a Semaphore does', async () => {
  const calls: ((semaphore: Semaphore | DummySemaphore) => Promise<unknown>)[] = [
    (semaphore) => semaphore.acquire(),
    (semaphore) => semaphore.wait(),
    (semaphore) => semaphore.held(),
    (semaphore) => semaphore.use(() => assert.fail('called')),
  ];
  for (const call of calls) {
    for (const semaphore of [new Semaphore(1), new DummySemaphore()]) {
      const caller = spawn(async () => {
        caller.kill({ block: false });
        await call(semaphore);
      });
      await caller.join();
      assert.ok(caller.value instanceof GreenletExit, String(call));
      assert.equal(semaphore.counter, 1);
    }
  }
});
