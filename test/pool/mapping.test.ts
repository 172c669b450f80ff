import assert from 'node:assert/strict';
import { GreenletExit, getCurrent, sleep, spawn } from '../../src/index.ts';
import { Group, Pool } from '../../src/pool.ts';
import { settle, unprinted, virtualTest } from '../support/virtual-test.ts';

virtualTest('apply() runs a function as a member and gives its result', async () => {
  const pool = new Pool(1);
  const add = async (a: number, b: number): Promise<number> => {
    assert.equal(pool.has(getCurrent()), true);
    await sleep(1);
    return a + b;
  };
  assert.equal(await pool.apply(add, [1, 2]), 3);
  assert.equal(await new Group().apply(() => 'no arguments'), 'no arguments');
});

virtualTest('apply() raises what its function throws', async () => {
  await unprinted(async () => {
    const failure = new Error('failure');
    const failing = (): never => {
      throw failure;
    };
    await assert.rejects(new Pool(1).apply(failing), (error) => error === failure);
  });
});

virtualTest(
  'apply() called by a member of the pool runs inline, and does not deadlock with one slot',
  async () => {
    const pool = new Pool(1);
    const member = await pool.spawn(async () => {
      const self = getCurrent();
      const inner = await pool.apply(async () => {
        await sleep(1);
        return getCurrent();
      });
      return inner === self;
    });
    assert.equal(await member.get({ timeout: 5 }), true);
  },
);

virtualTest('applyCb() and applyAsync() hand the result to their callback', async () => {
  const pool = new Pool(1);
  const marks: string[] = [];
  const double = (value: number): number => value * 2;
  assert.equal(await pool.applyCb(double, [2], (value) => marks.push(`cb ${value}`)), 4);
  const running = pool.applyAsync(double, [3], (value) => marks.push(`async ${value}`));
  assert.equal(pool.has(running), true);
  assert.equal(await running.get(), 6);
  await settle();
  assert.deepEqual(marks, ['cb 4', 'async 6']);
});

virtualTest('applyAsync() never parks, and waits for its slot elsewhere when the pool is full', async () => {
  const pool = new Pool(1);
  const marks: string[] = [];
  await pool.spawn(() => sleep(1));
  const waiting = pool.applyAsync(
    () => 'value',
    [],
    (value) => marks.push(value),
  );
  assert.equal(pool.has(waiting), false);
  assert.equal(await waiting.get(), 'value');
  assert.deepEqual(marks, ['value']);
});

virtualTest('map() keeps the order of the items, whatever order the calls end in', async (time) => {
  const seconds = [3, 1, 2];
  const wait = async (duration: number): Promise<number> => {
    await sleep(duration);
    return duration * 10;
  };
  assert.deepEqual(await new Group().map(wait, seconds), [30, 10, 20]);
  assert.equal(time.now(), 3);
  assert.deepEqual(await new Pool(1).map(wait, seconds), [30, 10, 20]);
  assert.equal(time.now(), 9);
  assert.deepEqual(await new Pool(2).map(wait, []), []);
});

virtualTest('map() raises the failure of the lowest index, while the other calls go on', async (time) => {
  const group = new Group();
  const marks: number[] = [];
  const call = async (index: number): Promise<void> => {
    await sleep(4 - index);
    if (index === 1 || index === 3) throw new Error(`failure ${index}`);
    marks.push(index);
  };
  await assert.rejects(group.map(call, [0, 1, 2, 3]), /failure 1/);
  assert.equal(time.now(), 4);
  assert.deepEqual(marks, [2, 0]);
  await group.join();
});

virtualTest('after a failure map() still makes the calls that are left', async () => {
  const pool = new Pool(1);
  const marks: number[] = [];
  const call = async (index: number): Promise<void> => {
    await sleep(1);
    if (index === 0) throw new Error('failure');
    marks.push(index);
  };
  await assert.rejects(pool.map(call, [0, 1, 2, 3]), /failure/);
  await sleep(10);
  assert.deepEqual(marks, [1, 2, 3]);
});

virtualTest('map() zips several iterables to the shortest', async () => {
  const pool = new Pool(2);
  const join = (a: number, b: string): string => `${a}${b}`;
  assert.deepEqual(await pool.map(join, [1, 2, 3], new Set(['a', 'b'])), ['1a', '2b']);
  const three = (a: number, b: number, c: number): number => a + b + c;
  assert.deepEqual(await pool.map(three, [1, 2], [10, 20], [100]), [111]);
});

virtualTest('map() closes the iterators of what it walked through', async () => {
  const marks: string[] = [];
  function* endless(): Generator<number> {
    try {
      for (let number = 0; ; number += 1) yield number;
    } finally {
      marks.push('closed');
    }
  }
  assert.deepEqual(await new Pool(2).map((a: number, b: number) => a + b, endless(), [10, 20]), [10, 21]);
  assert.deepEqual(marks, ['closed']);
});

virtualTest('map() raises what its iterable throws, after the results before it', async () => {
  const marks: number[] = [];
  function* broken(): Generator<number> {
    yield 1;
    throw new Error('iterable broke');
  }
  await assert.rejects(
    new Pool(1).map((item: number) => marks.push(item), broken()),
    /iterable broke/,
  );
  assert.deepEqual(marks, [1]);
});

virtualTest('map() over ten thousand items, a hundred at a time', async (time) => {
  const pool = new Pool(100);
  let running = 0;
  let most = 0;
  const items = Array.from({ length: 10_000 }, (_, index) => index);
  const results = await pool.map(async (item: number) => {
    running += 1;
    most = Math.max(most, running);
    await sleep(1);
    running -= 1;
    return item * 2;
  }, items);
  assert.deepEqual(
    results,
    items.map((item) => item * 2),
  );
  assert.deepEqual([most, Math.round(time.now()), pool.freeCount()], [100, 100, 100]);
});

virtualTest('mapCb() and mapAsync() hand the list to their callback', async () => {
  const pool = new Pool(2);
  const marks: unknown[] = [];
  const double = (value: number): number => value * 2;
  assert.deepEqual(await pool.mapCb(double, [1, 2], (list) => marks.push(list)), [2, 4]);
  assert.deepEqual(await pool.mapAsync(double, [3], (list) => marks.push(list)).get(), [6]);
  assert.deepEqual(marks, [[2, 4], [6]]);
});

virtualTest('killing a mapAsync() greenlet does not kill the members it started', async () => {
  const group = new Group();
  const marks: number[] = [];
  const mapper = group.mapAsync(
    async (item: number) => {
      await sleep(1);
      marks.push(item);
    },
    [1, 2],
  );
  await settle();
  await mapper.kill();
  assert.ok(mapper.value instanceof GreenletExit);
  await group.join();
  assert.deepEqual(marks, [1, 2]);
});

virtualTest(
  'killing who waits in map() or apply() leaves the members alone, and no slot taken after them',
  async () => {
    const pool = new Pool(2);
    const marks: string[] = [];
    const work = async (name: string): Promise<void> => {
      await sleep(1);
      marks.push(name);
    };
    const waiting = [spawn(() => pool.apply(work, ['applied'])), spawn(() => pool.map(work, ['mapped']))];
    await settle();
    for (const greenlet of waiting) await greenlet.kill();
    await pool.join();
    assert.deepEqual(marks, ['applied', 'mapped']);
    assert.equal(pool.freeCount(), 2);
  },
);

virtualTest('the mapping functions refuse what they cannot use, at the call', () => {
  const pool = new Pool(1);
  assert.throws(() => void pool.map(5 as never, []), TypeError);
  assert.throws(() => void pool.map(() => 1, 5 as never), TypeError);
  assert.throws(() => pool.imap(() => 1, [], { maxsize: 0 }), RangeError);
  assert.throws(() => pool.mapAsync(() => 1, [], 'callback' as never), TypeError);
  assert.throws(() => pool.applyAsync(() => 1, 'args' as never), TypeError);
});

virtualTest('applyAsync() does not take the kill that waits for its caller', async () => {
  const pool = new Pool(1);
  const marks: unknown[] = [];
  const caller = spawn(async () => {
    caller.kill({ block: false });
    const first = pool.applyAsync(() => 'with a slot');
    const second = pool.applyAsync(() => 'without');
    marks.push(pool.has(first), pool.has(second));
    try {
      await sleep(0);
    } catch (error) {
      marks.push(error instanceof GreenletExit);
    }
    marks.push(await first.get(), await second.get());
  });
  await caller.join();
  assert.deepEqual(marks, [true, false, true, 'with a slot', 'without']);
});

virtualTest('apply() and map() with a kill that waits for their caller start nothing', async () => {
  for (const group of [new Group(), new Pool(), new Pool(1)]) {
    for (const call of ['apply', 'map'] as const) {
      const marks: unknown[] = [];
      const caller = spawn(async () => {
        caller.kill({ block: false });
        if (call === 'apply') await group.apply(() => marks.push('apply'));
        else await group.map((item) => marks.push(item), [1]);
      });
      await caller.join();
      await settle();
      assert.ok(caller.value instanceof GreenletExit);
      assert.deepEqual(marks, []);
    }
  }
});

virtualTest(
  'map() whose caller is killed starts no further calls, and lets those that run go on',
  async () => {
    const pool = new Pool(2);
    const marks: string[] = [];
    const caller = spawn(() =>
      pool.map(
        async (item) => {
          marks.push(`begin ${item}`);
          await sleep(1);
          marks.push(`end ${item}`);
        },
        [1, 2, 3, 4],
      ),
    );
    await settle();
    await caller.kill();
    await sleep(5);
    assert.deepEqual(marks, ['begin 1', 'begin 2', 'end 1', 'end 2']);
    assert.equal(pool.freeCount(), 2);
  },
);

virtualTest('map() that fails lets the other calls go on, those that wait for a slot too', async () => {
  const pool = new Pool(1);
  const marks: number[] = [];
  const call = async (item: number): Promise<void> => {
    if (item === 1) throw new Error('failure');
    await sleep(1);
    marks.push(item);
  };
  await assert.rejects(pool.map(call, [1, 2, 3]), /failure/);
  await sleep(5);
  assert.deepEqual(marks, [2, 3]);
});
