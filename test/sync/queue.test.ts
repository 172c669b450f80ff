import assert from 'node:assert/strict';
import { type Greenlet, Timeout, joinAll, sleep, spawn } from '../../src/index.ts';
import { Empty, Full, JoinableQueue, Queue, ShutDown } from '../../src/queue.ts';
import { settle, virtualTest } from '../support/virtual-test.ts';

/** The name of the error that a greenlet's call raised. */
function outcomeOf<T>(call: () => Promise<T>): Greenlet<T | string> {
  return spawn(async () => {
    try {
      return await call();
    } catch (error) {
      return (error as Error).name;
    }
  });
}

virtualTest('one taskDone() too many is a RangeError', async () => {
  const queue = new Queue<number>();
  assert.throws(() => queue.taskDone(), RangeError);
  await queue.put(1);
  queue.taskDone();
  assert.throws(() => queue.taskDone(), /none is unfinished/);
});

virtualTest('join() parks until each item that was put in is done', async () => {
  const queue = new JoinableQueue<number>();
  const marks: string[] = [];
  spawn(async () => {
    for (;;) {
      const item = await queue.get();
      try {
        await sleep(1);
        marks.push(`done ${item}`);
      } finally {
        queue.taskDone();
      }
      if (item === 2) return;
    }
  });
  for (const item of [1, 2]) queue.putNowait(item);
  assert.equal(queue.unfinishedTasks, 2);
  assert.equal(await queue.join(), true);
  marks.push('joined');
  assert.deepEqual(marks, ['done 1', 'done 2', 'joined']);
  assert.equal(await queue.join(), true);
});

virtualTest('join() wakes when the count hit zero even if work was added before it ran', async () => {
  const queue = new Queue<number>(undefined, [1]);
  const joiner = spawn(() => queue.join());
  await settle();
  queue.taskDone();
  queue.putNowait(2);
  assert.equal(await joiner.get(), true);
  assert.equal(queue.unfinishedTasks, 2 - 1);
});

virtualTest('join() answers false when its time is up', async () => {
  const queue = new Queue<number>(undefined, [1]);
  assert.equal(await queue.join({ timeout: 1 }), false);
  assert.equal(await queue.join({ timeout: new Timeout(1) }), false);
});

virtualTest('initial items count as unfinished, unless a number is given', () => {
  assert.equal(new Queue(5, [1, 2]).unfinishedTasks, 2);
  assert.equal(new Queue(5, [1, 2], { unfinishedTasks: 7 }).unfinishedTasks, 7);
  assert.throws(() => new Queue(5, [], { unfinishedTasks: -1 }), RangeError);
});

virtualTest('an item that went from hand to hand is an unfinished task too', async () => {
  const queue = new Queue<number>(0);
  const getter = spawn(() => queue.get());
  await settle();
  await queue.put(1);
  assert.equal(await getter.get(), 1);
  assert.equal(queue.unfinishedTasks, 1);
  queue.taskDone();
  const putter = spawn(() => queue.put(2));
  await settle();
  assert.equal(queue.unfinishedTasks, 0);
  assert.equal(await queue.get(), 2);
  await putter.join();
  assert.equal(queue.unfinishedTasks, 1);
});

virtualTest('after shutdown() nothing goes in, and what is in comes out', async () => {
  const queue = new Queue<number>(undefined, [1, 2]);
  queue.shutdown();
  assert.equal(queue.isShutdown, true);
  await assert.rejects(queue.put(3), ShutDown);
  assert.throws(() => queue.putNowait(3), ShutDown);
  assert.equal(await queue.peek(), 1);
  assert.deepEqual([await queue.get(), queue.getNowait()], [1, 2]);
  await assert.rejects(queue.get(), ShutDown);
  await assert.rejects(queue.get({ block: false }), ShutDown);
  await assert.rejects(queue.peek(), ShutDown);
  assert.throws(() => queue.getNowait(), ShutDown);
});

virtualTest('shutdown() wakes getters and peekers that wait', async () => {
  const queue = new Queue<number>();
  const waiting = [
    outcomeOf(() => queue.get()),
    outcomeOf(() => queue.get({ timeout: 9 })),
    outcomeOf(() => queue.peek()),
  ];
  await settle();
  queue.shutdown();
  await joinAll(waiting);
  assert.deepEqual(
    waiting.map((greenlet) => greenlet.value),
    ['ShutDown', 'ShutDown', 'ShutDown'],
  );
});

virtualTest('shutdown() wakes putters that wait, and their items stay out', async () => {
  const queue = new Queue<number>(1, [0]);
  const putters = [1, 2].map((item) => outcomeOf(() => queue.put(item)));
  await settle();
  queue.shutdown();
  await joinAll(putters);
  assert.deepEqual(
    putters.map((greenlet) => greenlet.value),
    ['ShutDown', 'ShutDown'],
  );
  assert.deepEqual(queue.toArray(), [0]);
});

virtualTest('a getter that an item woke before shutdown() gets the item', async () => {
  const queue = new Queue<string>();
  const getters = [outcomeOf(() => queue.get()), outcomeOf(() => queue.get())];
  await settle();
  queue.putNowait('item');
  queue.shutdown();
  await joinAll(getters);
  assert.deepEqual(
    getters.map((greenlet) => greenlet.value),
    ['item', 'ShutDown'],
  );
});

virtualTest('an immediate shutdown() throws the items away and counts them as done', async () => {
  const queue = new Queue<number>(undefined, [1, 2, 3]);
  assert.equal(await queue.get(), 1);
  const joiner = spawn(() => queue.join());
  await settle();
  queue.shutdown({ immediate: true });
  assert.deepEqual([queue.qsize(), queue.unfinishedTasks], [0, 1]);
  await assert.rejects(queue.get(), ShutDown);
  await settle();
  assert.equal(joiner.dead, false);
  queue.taskDone();
  assert.equal(await joiner.get(), true);
});

virtualTest('an immediate shutdown() wakes joiners when nothing is unfinished any more', async () => {
  const queue = new Queue<number>(1, [1]);
  const joiner = spawn(() => queue.join());
  const putter = outcomeOf(() => queue.put(2));
  await settle();
  queue.shutdown({ immediate: true });
  assert.equal(await joiner.get(), true);
  assert.equal(await putter.get(), 'ShutDown');
});

virtualTest('a second, immediate shutdown() throws away what the first one left', async () => {
  const queue = new Queue<number>(undefined, [1, 2]);
  queue.shutdown();
  queue.shutdown({ immediate: true });
  await assert.rejects(queue.get(), ShutDown);
});

virtualTest('a loop over a queue ends at shutdown, after the last item', async () => {
  const queue = new Queue<number>();
  const readers = [1, 2].map(() =>
    spawn(async () => {
      const items: number[] = [];
      for await (const item of queue) items.push(item);
      return items;
    }),
  );
  await settle();
  for (const item of [1, 2, 3]) queue.putNowait(item);
  queue.shutdown();
  await joinAll(readers);
  const items = readers.flatMap((reader) => reader.value as number[]);
  assert.deepEqual(
    items.sort((a, b) => a - b),
    [1, 2, 3],
  );
});

virtualTest('a loop over a queue that is shut down and empty ends at once', async () => {
  const queue = new Queue<number>(undefined, [1]);
  queue.shutdown({ immediate: true });
  for await (const item of queue) assert.fail(`got ${item}`);
});

virtualTest('a loop over a queue passes a kill on', async () => {
  const queue = new Queue<number>();
  const marks: string[] = [];
  const reader = spawn(async () => {
    try {
      for await (const item of queue) marks.push(`item ${item}`);
      marks.push('ended');
    } finally {
      marks.push('finally');
    }
  });
  await settle();
  await reader.kill();
  assert.deepEqual(marks, ['finally']);
});

virtualTest('Queue(0) is a channel: put parks until a getter has taken the item', async () => {
  const queue = new Queue<number>(0);
  const marks: string[] = [];
  const sender = spawn(async () => {
    for (const item of [1, 2]) {
      marks.push(`sending ${item}`);
      await queue.put(item);
      marks.push(`sent ${item}`);
    }
  });
  await settle();
  assert.deepEqual([queue.qsize(), queue.empty(), queue.full()], [0, true, true]);
  for (const item of [1, 2]) {
    assert.equal(await queue.get(), item);
    marks.push(`received ${item}`);
    await settle();
  }
  await sender.get();
  assert.deepEqual(marks, ['sending 1', 'received 1', 'sent 1', 'sending 2', 'received 2', 'sent 2']);
});

virtualTest(
  'Queue(0) takes an item that must not block when a getter waits, and else refuses it',
  async () => {
    const queue = new Queue<string>(0);
    assert.throws(() => queue.putNowait('lost'), Full);
    await assert.rejects(queue.put('lost', { block: false }), Full);
    assert.throws(() => queue.getNowait(), Empty);
    const getter = spawn(() => queue.get());
    await settle();
    queue.putNowait('handed over');
    assert.equal(await getter.get(), 'handed over');
    const putter = spawn(() => queue.put('taken'));
    await settle();
    assert.equal(queue.getNowait(), 'taken');
    await putter.join();
  },
);

virtualTest(
  "a peeker at a Queue(0) sees the putter's item, and does not keep it from a getter behind",
  async () => {
    const queue = new Queue<string>(0);
    const marks: string[] = [];
    const peeker = spawn(async () => marks.push(`peeked ${await queue.peek()}`));
    const getter = spawn(async () => marks.push(`got ${await queue.get()}`));
    await settle();
    const putter = spawn(() => queue.put('item'));
    await joinAll([peeker, getter, putter], { timeout: 1 });
    assert.deepEqual(marks, ['peeked item', 'got item']);
  },
);

virtualTest('Queue(0) times out on both sides, and the item of a late put is gone', async () => {
  const queue = new Queue<number>(0);
  await assert.rejects(queue.put(1, { timeout: 1 }), Full);
  await assert.rejects(queue.get({ timeout: 1 }), Empty);
  assert.deepEqual(queue.statistics(), { size: 0, maxsize: 0, getters: 0, putters: 0 });
});

virtualTest('giving a Queue(0) room lets its putters in', async () => {
  const queue = new Queue<number>(0);
  const putters = [1, 2].map((item) => spawn(() => queue.put(item)));
  await settle();
  queue.maxsize = 1;
  await settle();
  assert.deepEqual(
    putters.map((putter) => putter.dead),
    [true, false],
  );
  assert.equal(await queue.get(), 1);
  assert.equal(await queue.get(), 2);
});

virtualTest('shutdown() of a Queue(0) ends its putters and getters', async () => {
  const queue = new Queue<number>(0);
  const putter = outcomeOf(() => queue.put(1));
  await settle();
  queue.shutdown();
  assert.equal(await putter.get(), 'ShutDown');
  await assert.rejects(queue.get(), ShutDown);
});

virtualTest(
  'a queue whose maxsize is lowered to 0 counts the items it still holds, and gives them',
  async () => {
    const queue = new Queue<number>(3, [1, 2]);
    queue.maxsize = 0;
    assert.deepEqual([queue.qsize(), queue.empty(), queue.full()], [2, false, true]);
    assert.throws(() => queue.putNowait(3), Full);
    queue.shutdown();
    const taken: number[] = [];
    for await (const item of queue) taken.push(item);
    assert.deepEqual(taken, [1, 2]);
    assert.deepEqual([queue.qsize(), queue.empty()], [0, true]);
  },
);
