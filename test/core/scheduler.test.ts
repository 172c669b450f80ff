import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Greenlet,
  Timeout,
  getCurrent,
  getHub,
  getSwitchInterval,
  idle,
  joinAll,
  setSwitchInterval,
  sleep,
  spawn,
  spawnLater,
  spawnRaw,
} from '../../src/index.ts';
import { Waiter } from '../../src/hub.ts';
import { errorOf, kernelTest } from '../support/kernel.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';

forbidUnhandledRejections();

kernelTest('a spawned function does not run before its spawner yields', async ({ mark, marks }) => {
  spawn(mark, 'child');
  await Promise.resolve();
  mark('spawner');
  await sleep(0);
  assert.deepEqual(marks, ['spawner', 'child']);
});

kernelTest(
  'after one yield greenlets have run in the order in which they were spawned',
  async ({ mark, marks }) => {
    for (let index = 0; index < 100; index += 1) spawn(mark, index);
    await sleep(0);
    assert.deepEqual(
      marks,
      Array.from({ length: 100 }, (_, index) => index),
    );
  },
);

kernelTest(
  'a greenlet spawned by one that runs has its turn after those that were ready',
  async ({ mark, marks }) => {
    spawn(() => {
      mark('first');
      spawn(mark, 'grandchild');
    });
    spawn(mark, 'second');
    await sleep(0);
    mark('main');
    await sleep(0);
    assert.deepEqual(marks, ['first', 'second', 'main', 'grandchild']);
  },
);

kernelTest('a greenlet spawned in a hub callback runs in a later batch', async ({ mark, marks }) => {
  getHub().runCallback(() => {
    mark('callback');
    spawn(mark, 'spawned there');
  });
  getHub().runCallback(() => mark('next callback'));
  await sleep(0);
  mark('main');
  await sleep(0);
  assert.deepEqual(marks, ['callback', 'next callback', 'main', 'spawned there']);
});

kernelTest('spawnLater(0) runs after plain spawns and not within one sleep(0)', async ({ mark, marks }) => {
  spawnLater(0, mark, 'later');
  spawn(mark, 'now');
  await sleep(0);
  assert.deepEqual(marks, ['now']);
  await sleep(0.001);
  assert.deepEqual(marks, ['now', 'later']);
});

kernelTest('spawnLater starts when its seconds have passed', async ({ time, mark, marks }) => {
  spawnLater(2, () => mark(time.now()));
  spawnLater(1, () => mark(time.now()));
  await sleep(3);
  assert.deepEqual(marks, [1, 2]);
});

kernelTest(
  'idle returns after what was ready has run, and does not wait for a timer',
  async ({ mark, marks }) => {
    spawn(async () => {
      mark(1);
      await sleep(0);
      mark(2);
      await sleep(0);
      mark(3);
    });
    await idle();
    assert.deepEqual(marks, [1, 2, 3]);
  },
);

test('idle does not wait for a distant timer', async () => {
  const sleeper = spawn(() => sleep(3600));
  const begun = performance.now();
  await idle();
  assert.ok(performance.now() - begun < 1000);
  assert.equal(sleeper.dead, false);
  await sleeper.kill();
});

kernelTest('arguments reach the function through spawn, spawnLater and spawnRaw', async ({ marks }) => {
  const note = (...args: unknown[]): void => void marks.push(args);
  spawn(note, 1, { key: 'a' });
  spawnRaw(note, 2, { key: 'b' });
  spawnLater(0.1, note, 3, { key: 'c' });
  await sleep(1);
  assert.deepEqual(marks, [
    [1, { key: 'a' }],
    [2, { key: 'b' }],
    [3, { key: 'c' }],
  ]);
});

kernelTest('spawn on a subclass passes arguments to its constructor and returns the subclass', async () => {
  class Adder extends Greenlet<number> {
    readonly a: number;
    readonly b: number;
    constructor(a: number, b: number) {
      super();
      this.a = a;
      this.b = b;
    }
    protected override _run(): number {
      return this.a + this.b;
    }
  }
  const now: Adder = Adder.spawn(1, 2);
  const later: Adder = Adder.spawnLater(1, 3, 4);
  assert.ok(now instanceof Adder && later instanceof Adder);
  assert.ok(now.started && later.started);
  assert.deepEqual([await now.get(), await later.get()], [3, 7]);
});

async function deep(levels: number, waiter: () => Promise<unknown>): Promise<unknown> {
  return levels === 0 ? await waiter() : await deep(levels - 1, waiter);
}

for (const depths of [
  [6, 0, 3],
  [0, 3, 6],
  [3, 6, 0],
]) {
  kernelTest(
    `greenlets that wait ${depths.join(', ')} calls deep run in the order they were made ready`,
    async (kernel) => {
      const { mark, marks } = kernel;
      const waiters = depths.map(() => new Waiter<void>());
      depths.forEach((depth, index) => {
        spawn(async () => {
          const waiter = waiters[index] as Waiter<void>;
          await deep(depth, () => waiter.get());
          mark(index);
          await deep(depth, () => sleep(0));
          mark(index);
          await deep(depth, () => sleep(0));
          mark(index);
        });
      });
      await sleep(0);
      for (const index of [1, 2, 0]) waiters[index]?.switch();
      await sleep(1);
      assert.deepEqual(marks, [1, 2, 0, 1, 2, 0, 1, 2, 0]);
    },
  );
}

kernelTest(
  'a waiter nested five async functions deep wakes in the same place as a bare one',
  async ({ mark, marks }) => {
    const a = async (): Promise<void> => await b();
    const b = async (): Promise<void> => await c();
    const c = async (): Promise<void> => await d();
    const d = async (): Promise<void> => await e();
    const e = async (): Promise<void> => await sleep(0);
    const bodies: (readonly [string, () => Promise<void>])[] = [
      ['bare', () => sleep(0)],
      ['nested', a],
      ['bare too', () => sleep(0)],
    ];
    for (const [name, pause] of bodies) {
      spawn(async () => {
        for (let round = 0; round < 3; round += 1) {
          await pause();
          mark(name);
        }
      });
    }
    await sleep(1);
    const round = ['bare', 'nested', 'bare too'];
    assert.deepEqual(marks, [...round, ...round, ...round]);
  },
);

kernelTest('one greenlet at a time runs: between two waits nobody else does', async ({ marks }) => {
  let inside = 0;
  for (let index = 0; index < 20; index += 1) {
    spawn(async () => {
      for (let round = 0; round < 5; round += 1) {
        inside += 1;
        for (let tick = 0; tick < index % 4; tick += 1) await Promise.resolve();
        marks.push(inside);
        inside -= 1;
        await sleep(0);
      }
    });
  }
  await sleep(1);
  assert.equal(marks.length, 100);
  assert.ok(marks.every((count) => count === 1));
});

kernelTest('a greenlet that ends without ever waiting hands over to the next', async ({ mark, marks }) => {
  spawn(async () => {
    await Promise.resolve();
    mark('a');
  });
  spawn(() => mark('b'));
  spawn(async () => mark('c'));
  await sleep(0);
  assert.deepEqual(marks, ['a', 'b', 'c']);
});

kernelTest(
  'a greenlet that awaits a foreign promise does not hold the others up',
  async ({ mark, marks }) => {
    spawn(async () => {
      mark('asks');
      await new Promise((resolve) => setTimeout(resolve, 5));
      mark('has it');
      await sleep(0);
      mark('ends');
    });
    spawn(mark, 'other');
    await sleep(0);
    assert.deepEqual(marks, ['asks', 'other']);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await sleep(0);
    assert.deepEqual(marks, ['asks', 'other', 'has it', 'ends']);
  },
);

kernelTest(
  'getCurrent is the running greenlet across awaits, foreign promises and callbacks',
  async ({ marks }) => {
    const main = getCurrent();
    const g: Greenlet<unknown> = spawn(async () => {
      marks.push(getCurrent() === g);
      await sleep(0);
      marks.push(getCurrent() === g);
      await Promise.resolve().then(() => marks.push(getCurrent() === g));
      await new Promise<void>((resolve) =>
        setImmediate(() => {
          marks.push(getCurrent() === g);
          resolve();
        }),
      );
      marks.push(getCurrent() === g);
    });
    await g.join();
    assert.equal(getCurrent(), main);
    assert.deepEqual(marks, [true, true, true, true, true]);
  },
);

test('a loop of sleep(0) under a short Timeout still gets the Timeout', async () => {
  const timeout = new Timeout(0.02);
  const error = await errorOf(
    timeout.run(async () => {
      for (;;) await sleep(0);
    }),
  );
  assert.equal(error, timeout);
});

test('a loop of sleep(0) starves neither timers nor setImmediate', async () => {
  let rounds = 0;
  const busy = spawn(async () => {
    for (;;) {
      rounds += 1;
      await sleep(0);
    }
  });
  const seen = await new Promise<string[]>((resolve) => {
    const order: string[] = [];
    const note = (what: string): void => {
      order.push(what);
      if (order.length === 2) resolve(order);
    };
    setImmediate(note, 'immediate');
    setTimeout(note, 5, 'timer');
  });
  assert.deepEqual(seen.sort(), ['immediate', 'timer']);
  assert.ok(rounds > 0);
  await sleep(0.01);
  await busy.kill();
});

test('many greenlets that are always ready let the event loop have its turn within the switch interval', async () => {
  const busy = Array.from({ length: 50 }, () =>
    spawn(async () => {
      for (;;) await sleep(0);
    }),
  );
  await sleep(0);
  for (let turn = 0; turn < 5; turn += 1) {
    const begun = performance.now();
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(performance.now() - begun < 500);
  }
  for (const greenlet of busy) greenlet.kill({ block: false });
  await joinAll(busy);
});

test('getSwitchInterval is 0.005 by default, and setSwitchInterval checks its argument', () => {
  assert.equal(getSwitchInterval(), 0.005);
  setSwitchInterval(0.01);
  assert.equal(getSwitchInterval(), 0.01);
  setSwitchInterval(0.005);
  for (const bad of [0, -1, Number.NaN]) assert.throws(() => setSwitchInterval(bad), RangeError);
  assert.throws(() => setSwitchInterval('1' as never), TypeError);
});
