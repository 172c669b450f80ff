import assert from 'node:assert/strict';
import { Timeout, joinAll, killAll, sleep, spawn } from '../../src/index.ts';
import { Empty, Full, Queue, SimpleQueue } from '../../src/queue.ts';
import { settle, virtualTest } from '../support/virtual-test.ts';

virtualTest('items come out of a queue in the order in which they went in', async () => {
  const queue = new SimpleQueue<number>();
  for (const item of [1, 2, 3]) await queue.put(item);
  queue.putNowait(4);
  assert.equal(queue.qsize(), 4);
  assert.deepEqual(
    [await queue.get(), queue.getNowait(), await queue.get(), await queue.get()],
    [1, 2, 3, 4],
  );
  assert.equal(queue.empty(), true);
});

virtualTest('put and get that must not block raise Full and Empty at once', async (time) => {
  const queue = new SimpleQueue<number>(1);
  await assert.rejects(queue.get({ block: false }), Empty);
  assert.throws(() => queue.getNowait(), Empty);
  await assert.rejects(queue.peek({ block: false }), Empty);
  assert.throws(() => queue.peekNowait(), Empty);
  await queue.put(1, { block: false });
  await assert.rejects(queue.put(2, { block: false }), Full);
  assert.throws(() => queue.putNowait(2), Full);
  assert.equal(await queue.get({ block: false }), 1);
  assert.equal(time.now(), 0);
});

virtualTest('put and get raise Full and Empty when their seconds are over', async (time) => {
  const queue = new SimpleQueue<number>(1, [1]);
  await assert.rejects(queue.put(2, { timeout: 2 }), Full);
  assert.equal(time.now(), 2);
  assert.equal(queue.getNowait(), 1);
  await assert.rejects(queue.get({ timeout: 3 }), Empty);
  await assert.rejects(queue.peek({ timeout: 1 }), Empty);
  assert.equal(time.now(), 6);
});

virtualTest('put and get raise a Timeout they were given, and not Full or Empty', async () => {
  const queue = new SimpleQueue<number>(1, [1]);
  const timeout = new Timeout(1);
  await assert.rejects(queue.put(2, { timeout }), (error) => error === timeout);
  queue.getNowait();
  await assert.rejects(queue.get({ timeout }), (error) => error === timeout);
  assert.equal(timeout.pending, false);
});

virtualTest('a negative timeout of put or get is a RangeError at the call', () => {
  const queue = new SimpleQueue<number>();
  assert.throws(() => void queue.get({ timeout: -1 }), RangeError);
  assert.throws(() => void queue.put(1, { timeout: -0.5 }), RangeError);
  assert.throws(() => void queue.peek({ timeout: -1 }), RangeError);
  assert.equal(queue.qsize(), 0);
});

virtualTest('a put that finds room and a get that finds an item answer without a switch', async () => {
  const queue = new SimpleQueue<number>(1);
  const marks: string[] = [];
  const other = spawn(() => marks.push('other'));
  await queue.put(1);
  await queue.get();
  marks.push('main');
  await other.join();
  assert.deepEqual(marks, ['main', 'other']);
});

virtualTest('getters are served in the order of arrival', async () => {
  const queue = new SimpleQueue<number>();
  const marks: string[] = [];
  for (const name of ['a', 'b', 'c']) spawn(async () => marks.push(`${name}${await queue.get()}`));
  await settle();
  for (const item of [1, 2, 3]) queue.putNowait(item);
  await settle();
  assert.deepEqual(marks, ['a1', 'b2', 'c3']);
});

virtualTest('putters are served in the order of arrival', async () => {
  const queue = new SimpleQueue<number>(1, [0]);
  const marks: number[] = [];
  for (const item of [1, 2, 3]) {
    spawn(async () => {
      await queue.put(item);
      marks.push(item);
    });
  }
  await settle();
  assert.equal(queue.statistics().putters, 3);
  const items = [];
  for (let index = 0; index < 4; index += 1) {
    items.push(await queue.get());
    await settle();
  }
  assert.deepEqual(items, [0, 1, 2, 3]);
  assert.deepEqual(marks, [1, 2, 3]);
});

virtualTest('a put that parks is through as soon as a slot takes its item', async () => {
  const queue = new SimpleQueue<number>(1, [0]);
  const putter = spawn(() => queue.put(1));
  await settle();
  assert.equal(queue.getNowait(), 0);
  assert.equal(queue.qsize(), 1);
  await putter.join();
  assert.equal(queue.getNowait(), 1);
});

virtualTest('one of two waiters timing out does not eat the item', async () => {
  const queue = new SimpleQueue<string>();
  const first = spawn(() => queue.get({ timeout: 1 }).catch((error: Error) => error.name));
  const second = spawn(() => queue.get());
  await sleep(2);
  assert.equal(first.value, 'Empty');
  queue.putNowait('item');
  assert.equal(await second.get(), 'item');
});

virtualTest('an item whose put timed out is not in the queue', async () => {
  const queue = new SimpleQueue<number>(1, [0]);
  const late = spawn(() => queue.put(1, { timeout: 1 }).catch(() => 'full'));
  const patient = spawn(() => queue.put(2));
  await sleep(2);
  assert.equal(late.value, 'full');
  assert.equal(await queue.get(), 0);
  await patient.join();
  assert.deepEqual(queue.toArray(), [2]);
});

virtualTest('a getter that comes between a put and the wake-up it causes may be quicker', async () => {
  const queue = new SimpleQueue<string>();
  const marks: string[] = [];
  for (const name of ['first', 'second']) spawn(async () => marks.push(`${name} ${await queue.get()}`));
  await settle();
  queue.putNowait('a');
  assert.equal(await queue.get(), 'a');
  await settle();
  assert.deepEqual(marks, []);
  queue.putNowait('b');
  queue.putNowait('c');
  await settle();
  assert.deepEqual(marks, ['first b', 'second c']);
});

virtualTest('peek leaves the item in the queue, for peekers and getters alike', async () => {
  const queue = new SimpleQueue<string>();
  const marks: string[] = [];
  spawn(async () => marks.push(`peeked ${await queue.peek()}`));
  spawn(async () => marks.push(`peeked ${await queue.peek()}`));
  spawn(async () => marks.push(`got ${await queue.get()}`));
  await settle();
  queue.putNowait('item');
  await settle();
  assert.deepEqual(marks, ['peeked item', 'peeked item', 'got item']);
  await queue.put('next');
  assert.deepEqual([await queue.peek(), queue.peekNowait(), queue.qsize()], ['next', 'next', 1]);
});

virtualTest('qsize, length, empty and full tell of the items', () => {
  const bounded = new SimpleQueue<number>(2, [1]);
  assert.deepEqual([bounded.qsize(), bounded.length, bounded.empty(), bounded.full()], [1, 1, false, false]);
  bounded.putNowait(2);
  assert.deepEqual([bounded.full(), bounded.maxsize], [true, 2]);
  const unbounded = new SimpleQueue<number>(-1, [1, 2, 3]);
  assert.deepEqual([unbounded.full(), unbounded.maxsize], [false, undefined]);
  assert.equal(new SimpleQueue(undefined).full(), false);
});

virtualTest('a queue is truthy even when it is empty', () => {
  assert.ok(new SimpleQueue());
  assert.ok(new Queue(0));
});

virtualTest('raising maxsize lets putters in that wait', async () => {
  const queue = new SimpleQueue<number>(1, [0]);
  const putters = [1, 2, 3].map((item) => spawn(() => queue.put(item)));
  await settle();
  queue.maxsize = 3;
  await settle();
  assert.deepEqual(
    putters.map((putter) => putter.dead),
    [true, true, false],
  );
  assert.deepEqual(queue.toArray(), [0, 1, 2]);
  queue.maxsize = undefined;
  await joinAll(putters);
  assert.deepEqual(queue.toArray(), [0, 1, 2, 3]);
});

virtualTest('lowering maxsize keeps the items and holds new ones back', async () => {
  const queue = new SimpleQueue<number>(3, [1, 2, 3]);
  queue.maxsize = 1;
  assert.equal(queue.full(), true);
  const putter = spawn(() => queue.put(4));
  await settle();
  assert.deepEqual([queue.getNowait(), queue.getNowait(), putter.dead], [1, 2, false]);
  await settle();
  assert.equal(putter.dead, false);
  assert.equal(queue.getNowait(), 3);
  await putter.join();
  assert.deepEqual(queue.toArray(), [4]);
});

virtualTest('a copy of a queue has its items and its bound, and a life of its own', () => {
  const queue = new SimpleQueue<number>(3, [1, 2]);
  const copy = queue.copy();
  copy.putNowait(3);
  assert.deepEqual([queue.toArray(), copy.toArray(), copy.maxsize], [[1, 2], [1, 2, 3], 3]);
  assert.ok(copy instanceof SimpleQueue);
});

virtualTest('a queue takes any integer as its bound, and nothing else', () => {
  assert.throws(() => new SimpleQueue(1.5), RangeError);
  assert.throws(() => new SimpleQueue(Number.NaN), RangeError);
  assert.throws(() => new SimpleQueue('5' as unknown as number), TypeError);
  assert.throws(() => new SimpleQueue(1, 5 as unknown as number[]), TypeError);
  assert.equal(new SimpleQueue(Infinity).maxsize, undefined);
});

virtualTest('a loop over a queue takes items as they come, and leaving it leaves the rest', async () => {
  const queue = new SimpleQueue<number>();
  const taken: number[] = [];
  const reader = spawn(async () => {
    for await (const item of queue) {
      taken.push(item);
      if (item === 3) break;
    }
  });
  for (const item of [1, 2, 3, 4]) {
    queue.putNowait(item);
    await settle();
  }
  await reader.get();
  assert.deepEqual([taken, queue.toArray()], [[1, 2, 3], [4]]);
});

virtualTest('a killed or timed-out waiter leaves no entry in a queue', async () => {
  const queue = new SimpleQueue<number>(1);
  const getters = [spawn(() => queue.get()), spawn(() => queue.peek())];
  const late = spawn(() => queue.get({ timeout: 1 }).catch(() => 'late'));
  await settle();
  assert.equal(queue.statistics().getters, 3);
  await late.join();
  await killAll(getters);
  assert.equal(queue.statistics().getters, 0);
  queue.putNowait(1);
  const putter = spawn(() => queue.put(2));
  await settle();
  await putter.kill();
  assert.deepEqual(queue.statistics(), { size: 1, maxsize: 1, getters: 0, putters: 0 });
});

virtualTest(
  'a greenlet may wait at two queues at once, and an item at one leaves the other wait',
  async () => {
    const [left, right] = [new SimpleQueue<string>(), new SimpleQueue<string>()];
    const reader = spawn(() => Promise.race([left.get(), right.get()]));
    await settle();
    right.putNowait('right');
    assert.equal(await reader.get(), 'right');
    assert.equal(left.statistics().getters, 1);
    left.putNowait('left');
    await settle();
    assert.equal(left.statistics().getters, 0);
  },
);
