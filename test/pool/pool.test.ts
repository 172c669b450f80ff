import assert from 'node:assert/strict';
import { Greenlet, GreenletExit, Timeout, joinAll, sleep, spawn, withTimeout } from '../../src/index.ts';
import { Group, Pool, PoolFull } from '../../src/pool.ts';
import { Full } from '../../src/queue.ts';
import { settle, unprinted, virtualTest } from '../support/virtual-test.ts';

virtualTest('Pool.spawn() parks its caller while the pool is full', async (time) => {
  const pool = new Pool(2);
  const marks: string[] = [];
  for (const name of ['a', 'b', 'c', 'd']) {
    await pool.spawn(async () => await sleep(1));
    marks.push(`${name} at ${time.now()}`);
  }
  assert.deepEqual(marks, ['a at 0', 'b at 0', 'c at 1', 'd at 1']);
  assert.deepEqual([pool.full(), pool.freeCount(), pool.length], [true, 0, 2]);
  await pool.join();
  assert.deepEqual([pool.full(), pool.freeCount(), pool.length], [false, 2, 0]);
});

virtualTest('a Pool never has more members than its size', async () => {
  const pool = new Pool(3);
  let running = 0;
  let most = 0;
  const spawners = Array.from({ length: 20 }, () =>
    spawn(() =>
      pool.spawn(async () => {
        running += 1;
        most = Math.max(most, running);
        await sleep(1);
        running -= 1;
      }),
    ),
  );
  await joinAll(spawners);
  await pool.join();
  assert.equal(most, 3);
});

virtualTest('blocked spawners of a Pool are served in the order of arrival', async () => {
  const pool = new Pool(1);
  const marks: number[] = [];
  const spawners = Array.from({ length: 10 }, (_, index) => spawn(() => pool.spawn(() => marks.push(index))));
  await joinAll(spawners);
  await pool.join();
  assert.deepEqual(marks, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

virtualTest('a Timeout around a blocked Pool.spawn() leaves no slot taken', async () => {
  const pool = new Pool(1);
  const member = await pool.spawn(() => sleep(5));
  const marks: string[] = [];
  await assert.rejects(
    withTimeout(1, () => pool.spawn(() => marks.push('ran'))),
    Timeout,
  );
  await member.join();
  assert.equal(pool.freeCount(), 1);
  await settle();
  assert.deepEqual(marks, []);
});

virtualTest('killing a blocked spawner leaks no slot', async () => {
  const pool = new Pool(1);
  const member = await pool.spawn(() => sleep(1));
  const marks: string[] = [];
  const spawner = spawn(() => pool.spawn(() => marks.push('ran')));
  await settle();
  await spawner.kill();
  assert.ok(spawner.value instanceof GreenletExit);
  await member.join();
  assert.equal(pool.freeCount(), 1);
  assert.equal((await pool.spawn(() => 'next')).dead, false);
  await pool.join();
  assert.deepEqual(marks, []);
});

virtualTest('killing a spawner that was about to run takes no slot', async () => {
  const pool = new Pool(1);
  const spawner = spawn(async () => {
    spawner.kill({ block: false });
    await pool.spawn(() => 'never');
  });
  await spawner.join();
  assert.deepEqual([pool.freeCount(), pool.length], [1, 0]);
});

virtualTest('after get() of a member returns, its slot is free', async () => {
  const pool = new Pool(1);
  for (let round = 0; round < 3; round += 1) {
    const member = await pool.spawn(() => sleep(1));
    await member.get();
    assert.equal(pool.freeCount(), 1);
  }
});

virtualTest('a member that fails or is killed gives its slot back', async () => {
  await unprinted(async () => {
    const pool = new Pool(2);
    const failing = await pool.spawn(() => {
      throw new Error('failure');
    });
    const killed = await pool.spawn(() => sleep(5));
    await settle();
    await killed.kill();
    await assert.rejects(failing.get(), /failure/);
    assert.equal(pool.freeCount(), 2);
    const unstarted = await pool.spawn(() => 'never');
    unstarted.kill({ block: false });
    assert.equal(pool.freeCount(), 2);
  });
});

virtualTest('Pool.add() that must not block raises PoolFull, and the greenlet is not started', async () => {
  const pool = new Pool(1);
  const member = await pool.spawn(() => sleep(1));
  const stranger = new Greenlet(() => 'ran');
  for (const call of [pool.add(stranger, { blocking: false }), pool.start(stranger, { blocking: false })]) {
    await assert.rejects(call, (error) => error instanceof PoolFull && error instanceof Full);
  }
  assert.deepEqual([stranger.started, stranger.dead, pool.has(stranger)], [false, false, false]);
  await member.join();
  await pool.start(stranger, { blocking: false });
  assert.equal(await stranger.get(), 'ran');
});

virtualTest(
  'Pool.add() raises PoolFull when its time is up, and the greenlet is not started',
  async (time) => {
    const pool = new Pool(1);
    const member = await pool.spawn(() => sleep(5));
    const stranger = new Greenlet(() => 'never');
    await assert.rejects(pool.start(stranger, { timeout: 1 }), PoolFull);
    await assert.rejects(pool.add(stranger, { timeout: new Timeout(1) }), PoolFull);
    assert.equal(time.now(), 2);
    assert.deepEqual([stranger.started, pool.length], [false, 1]);
    await member.join();
    assert.equal(pool.freeCount(), 1);
  },
);

virtualTest(
  'Pool.add() takes a slot, which a greenlet that is a member or has ended gives back',
  async () => {
    const pool = new Pool(2);
    const member = spawn(() => sleep(1));
    await pool.add(member);
    await pool.add(member);
    assert.equal(pool.freeCount(), 1);
    await member.join();
    await pool.add(member);
    assert.deepEqual([pool.freeCount(), pool.length], [2, 0]);
  },
);

virtualTest('Pool.waitAvailable() waits for a free slot without taking it', async () => {
  const pool = new Pool(1);
  assert.equal(await pool.waitAvailable(), 1);
  await pool.spawn(() => sleep(2));
  assert.equal(await pool.waitAvailable({ timeout: 1 }), 0);
  assert.equal(await pool.waitAvailable(), 1);
  assert.equal(pool.freeCount(), 1);
});

virtualTest('a Pool without a size has room for everybody', async () => {
  const pool = new Pool();
  for (let count = 0; count < 100; count += 1) await pool.spawn(() => sleep(1));
  assert.deepEqual([pool.length, pool.full(), pool.freeCount(), pool.size], [100, false, 1, undefined]);
  assert.equal(await pool.waitAvailable(), 1);
  await pool.join();
});

virtualTest('a Pool takes an integer of at least 1 as its size', () => {
  assert.throws(() => new Pool(0), RangeError);
  assert.throws(() => new Pool(-1), RangeError);
  assert.throws(() => new Pool(1.5), RangeError);
  assert.throws(() => new Pool('a' as unknown as number), TypeError);
});

virtualTest('Pool.discard() gives the slot back and leaves the greenlet alone', async () => {
  const pool = new Pool(1);
  const member = await pool.spawn(() => sleep(1));
  pool.discard(member);
  assert.deepEqual([pool.freeCount(), member.dead], [1, false]);
  await member.join();
  assert.equal(pool.freeCount(), 1);
});

virtualTest('a Pool that was closed takes nobody in, and keeps all its slots', async () => {
  const pool = new Pool(1);
  const member = await pool.spawn(() => sleep(1));
  const blocked = spawn(() => pool.spawn(() => 'never').catch((error: Error) => error.message));
  await settle();
  pool.close();
  assert.equal(await pool.join(), true);
  assert.equal(member.dead, true);
  assert.match(String(await blocked.get()), /it was closed/);
  await assert.rejects(async () => await pool.spawn(() => 'never'), /it was closed/);
  assert.equal(pool.freeCount(), 1);
});

virtualTest('a member class that cannot be made leaks no slot', async () => {
  class Broken extends Greenlet {
    constructor() {
      super();
      throw new Error('broken');
    }
  }
  const pool = new Pool(1, { greenletClass: Broken });
  await assert.rejects(async () => await pool.spawn(() => 1), /broken/);
  assert.equal(pool.freeCount(), 1);
});

virtualTest('Pool.kill() frees every slot, and lets a blocked spawner start its member', async () => {
  const pool = new Pool(2);
  await pool.spawn(() => sleep(100));
  await pool.spawn(() => sleep(100));
  const spawner = spawn(() => pool.spawn(() => 'after the kill'));
  await settle();
  pool.kill({ block: false });
  assert.equal(await (await spawner.get()).get(), 'after the kill');
  await pool.join();
  assert.equal(pool.freeCount(), 2);
});

virtualTest('a closed Pool refuses in the same way, whether a slot is free or not', async () => {
  for (const isFull of [false, true]) {
    const pool = new Pool(1);
    if (isFull) await pool.spawn(() => sleep(100));
    pool.close();
    const stranger = new Greenlet(() => 'never');
    const calls = [
      pool.spawn(() => 'never'),
      pool.add(stranger),
      pool.start(stranger),
      pool.apply(() => 'never'),
      pool.map(() => 'never', [1]),
    ];
    for (const call of calls) await assert.rejects(call, /it was closed/);
    assert.throws(() => pool.applyAsync(() => 'never'), /it was closed/);
    await pool.kill();
    assert.equal(pool.freeCount(), 1);
  }
});

virtualTest(
  'calls of a Pool and a Group that find room still raise a kill that waits for their caller',
  async () => {
    const calls: ((stranger: Greenlet) => Promise<unknown>)[] = [
      (stranger) => new Pool().add(stranger),
      (stranger) => new Pool().start(stranger),
      (stranger) => new Pool(1).add(stranger),
      () => new Pool().waitAvailable(),
      () => new Group().waitAvailable(),
      () => new Pool().spawn(() => 'never'),
    ];
    for (const call of calls) {
      const stranger = new Greenlet(() => 'never');
      const caller = spawn(async () => {
        caller.kill({ block: false });
        await call(stranger);
      });
      await caller.join();
      assert.ok(caller.value instanceof GreenletExit, String(call));
      assert.equal(stranger.started, false);
    }
  },
);

virtualTest('use() whose caller is killed or timed out while it joins kills the members', async () => {
  const marks: string[] = [];
  const member = async (): Promise<void> => {
    try {
      await sleep(100);
    } finally {
      await sleep(1);
      marks.push('ended');
    }
  };
  const caller = spawn(() => new Group().use((group) => void group.spawn(member)));
  await settle();
  await caller.kill();
  marks.push('killed');
  await assert.rejects(
    withTimeout(1, () => new Pool(1).use(async (pool) => void (await pool.spawn(member)))),
    Timeout,
  );
  marks.push('timed out');
  await spawn(async () => {
    const beside = spawn(member);
    await assert.rejects(
      withTimeout(1, () => beside.use(() => 'result')),
      Timeout,
    );
    marks.push(String(beside.dead));
  }).join();
  assert.deepEqual(marks, ['ended', 'killed', 'ended', 'timed out', 'ended', 'true']);
});

virtualTest(
  'a block that is left well, and then killed while it is disposed of, kills the members',
  async () => {
    const group = new Group();
    const caller = spawn(async () => {
      group.spawn(() => sleep(100));
      await group[Symbol.asyncDispose]();
    });
    await settle();
    await caller.kill();
    assert.equal(group.length, 0);
  },
);
