import assert from 'node:assert/strict';
import { joinAll, sleep, spawn } from '../../src/index.ts';
import { Group, type IMap, type IMapOptions, type IMapUnordered, Pool } from '../../src/pool.ts';
import { settle, virtualTest } from '../support/virtual-test.ts';

const DONE = { done: true, value: undefined };

async function identity<T>(item: T): Promise<T> {
  await sleep(1);
  return item;
}

virtualTest('imap() starts nothing before its first result is asked for', async () => {
  const marks: number[] = [];
  const results = new Group().imap((item: number) => marks.push(item), [1, 2, 3]);
  await settle();
  assert.deepEqual(marks, []);
  assert.deepEqual(await results.next(), { done: false, value: 1 });
  assert.deepEqual(marks, [1, 2, 3]);
  await results.return();
});

virtualTest('imap() gives the results in the order of the items, each as soon as it can', async (time) => {
  const marks: string[] = [];
  const results = new Group().imap(
    async (seconds: number) => {
      await sleep(seconds);
      return seconds;
    },
    [2, 1, 3],
  );
  for await (const seconds of results) marks.push(`${seconds} at ${time.now()}`);
  assert.deepEqual(marks, ['2 at 2', '1 at 2', '3 at 3']);
});

virtualTest('imapUnordered() gives the results in the order in which the calls end', async (time) => {
  const marks: string[] = [];
  const results = new Group().imapUnordered(
    async (seconds: number) => {
      await sleep(seconds);
      return seconds;
    },
    [2, 1, 3],
  );
  for await (const seconds of results) marks.push(`${seconds} at ${time.now()}`);
  assert.deepEqual(marks, ['1 at 1', '2 at 2', '3 at 3']);
});

virtualTest('an error comes out of imap() at its own position, and later items still come', async () => {
  const failing = async (index: number): Promise<number> => {
    await sleep(3 - index);
    if (index === 1) throw new Error('failure 1');
    return index;
  };
  const results = new Pool(3).imap(failing, [0, 1, 2]);
  assert.deepEqual(await results.next(), { done: false, value: 0 });
  await assert.rejects(results.next(), /failure 1/);
  assert.deepEqual(await results.next(), { done: false, value: 2 });
  assert.deepEqual(await results.next(), DONE);
});

virtualTest(
  'an error comes out of imapUnordered() when its call ends, and later results still come',
  async () => {
    const failing = async (index: number): Promise<number> => {
      await sleep(index);
      if (index === 1) throw new Error('failure 1');
      return index;
    };
    const results = new Pool(3).imapUnordered(failing, [2, 1, 3]);
    await assert.rejects(results.next(), /failure 1/);
    assert.deepEqual(await results.next(), { done: false, value: 2 });
    assert.deepEqual(await results.next(), { done: false, value: 3 });
    assert.deepEqual(await results.next(), DONE);
  },
);

/** Calls `imap` or `imapUnordered`. */
function begin<A, R>(
  kind: 'imap' | 'imapUnordered',
  group: Group | Pool,
  fn: (item: A) => R,
  items: Iterable<A>,
  options?: IMapOptions,
): IMap<Awaited<R>> | IMapUnordered<Awaited<R>> {
  return kind === 'imap' ? group.imap(fn, items, options) : group.imapUnordered(fn, items, options);
}

for (const kind of ['imap', 'imapUnordered'] as const) {
  virtualTest(`next() of ${kind}() keeps answering done after the end`, async () => {
    const results = begin(kind, new Pool(2), identity<number>, [1]);
    assert.deepEqual(await results.next(), { done: false, value: 1 });
    for (let time = 0; time < 3; time += 1) assert.deepEqual(await results.next(), DONE);
    const empty = begin(kind, new Pool(2), identity<number>, []);
    for (let time = 0; time < 3; time += 1) assert.deepEqual(await empty.next(), DONE);
  });

  virtualTest(`${kind}() with maxsize starts no more calls than results may wait`, async () => {
    const marks: number[] = [];
    const call = (item: number): number => {
      marks.push(item);
      return item;
    };
    const results = begin(kind, new Group(), call, [1, 2, 3, 4, 5], { maxsize: 2 });
    assert.deepEqual(await results.next(), { done: false, value: 1 });
    await settle();
    assert.deepEqual(marks, [1, 2, 3]);
    assert.deepEqual(await results.next(), { done: false, value: 2 });
    await settle();
    assert.deepEqual(marks, [1, 2, 3, 4]);
    const rest: number[] = [];
    for await (const item of results) rest.push(item);
    assert.deepEqual(rest, [3, 4, 5]);
  });

  virtualTest(
    `leaving a loop over ${kind}() early starts no further calls, and lets those that run go on`,
    async () => {
      const pool = new Pool(2);
      const marks: string[] = [];
      let isClosed = false;
      let drawn = 0;
      function* items(): Generator<number> {
        try {
          for (; ; drawn += 1) yield drawn;
        } finally {
          isClosed = true;
        }
      }
      const call = async (item: number): Promise<number> => {
        marks.push(`begin ${item}`);
        await sleep(1);
        marks.push(`end ${item}`);
        return item;
      };
      for await (const item of begin(kind, pool, call, items())) {
        if (item === 1) break;
      }
      const drawnBefore = drawn;
      await pool.join();
      await sleep(5);
      assert.deepEqual([isClosed, drawn], [true, drawnBefore]);
      const begun = marks.filter((mark) => mark.startsWith('begin')).length;
      assert.ok(begun <= drawnBefore + 1, `${begun} calls for ${drawnBefore + 1} items`);
      assert.equal(marks.filter((mark) => mark.startsWith('end')).length, begun);
      assert.equal(pool.freeCount(), 2);
    },
  );

  virtualTest(`${kind}() that was left gives nothing more, though results are there`, async () => {
    const results = begin(kind, new Group(), (item: number) => item, [1, 2, 3]);
    await results.next();
    await settle();
    assert.deepEqual(await results.return(), DONE);
    assert.deepEqual(await results.next(), DONE);
  });

  virtualTest(`${kind}() that is left wakes whoever waits for its next result`, async () => {
    const group = new Group();
    const results = begin(kind, group, identity<number>, [1]);
    const reader = spawn(() => results.next());
    await settle();
    await results.return();
    assert.deepEqual(await reader.get({ timeout: 5 }), DONE);
    await group.join();
  });

  virtualTest(`${kind}() that is left before it began never begins`, async () => {
    const results = begin(kind, new Group(), () => assert.fail('called'), [1]);
    await results.return();
    assert.deepEqual(await results.next(), DONE);
    await settle();
  });

  virtualTest(`several greenlets may read from one ${kind}(), and all of them come to its end`, async () => {
    const results = begin(
      kind,
      new Group(),
      async (seconds: number) => {
        await sleep(seconds);
        return seconds;
      },
      [3, 1, 2],
    );
    const taken: number[] = [];
    const readers = [1, 2, 3, 4].map(() =>
      spawn(async () => {
        for (let step = await results.next(); step.done !== true; step = await results.next())
          taken.push(step.value);
      }),
    );
    await joinAll(readers, { timeout: 10 });
    assert.deepEqual(
      readers.map((reader) => reader.dead),
      [true, true, true, true],
    );
    assert.deepEqual(
      taken.sort((a, b) => a - b),
      [1, 2, 3],
    );
  });

  virtualTest(`a reader of ${kind}() that is killed loses no result for the next one`, async () => {
    const results = begin(kind, new Pool(1), identity<number>, [1, 2]);
    const killed = spawn(() => results.next());
    await settle();
    await killed.kill();
    const taken: number[] = [];
    for await (const item of results) taken.push(item);
    assert.deepEqual(taken, [1, 2]);
  });

  virtualTest(`${kind}() zips several iterables to the shortest, with options behind them`, async () => {
    const add = (a: number, b: number): number => a + b;
    const sums: number[] = [];
    const pool = new Pool(1);
    const results =
      kind === 'imap'
        ? pool.imap(add, [1, 2, 3], [10, 20], { maxsize: 1 })
        : pool.imapUnordered(add, [1, 2, 3], [10, 20], { maxsize: 1 });
    for await (const sum of results) sums.push(sum);
    assert.deepEqual(sums, [11, 22]);
  });

  virtualTest(`an endless iterable in ${kind}() does not stop the world`, async () => {
    function* endless(): Generator<number> {
      for (let number = 0; ; number += 1) yield number;
    }
    const results = begin(kind, new Group(), (item: number) => item, endless());
    assert.deepEqual(await results.next(), { done: false, value: 0 });
    await results.return();
  });
}

virtualTest('an imap() is closed at the end of the block that it is disposed of in', async () => {
  const results = new Pool(1).imap(identity<number>, [1, 2, 3]);
  await results.next();
  await results[Symbol.asyncDispose]();
  assert.deepEqual(await results.next(), DONE);
  await sleep(5);
});

virtualTest('imap() keeps no result that was given, however long its input', async () => {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) return;
  function* endless(): Generator<number> {
    for (let number = 0; ; number += 1) yield number;
  }
  const results = new Group().imap((item: number) => item, endless(), { maxsize: 10 });
  const used = (): number => {
    gc();
    return process.memoryUsage().heapUsed;
  };
  const take = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) await results.next();
  };
  await take(20_000);
  const before = used();
  await take(200_000);
  const grown = used() - before;
  await results.return();
  assert.ok(grown < 800_000, `${grown} bytes more after 200000 results`);
});
