import assert from 'node:assert/strict';
import { joinAll, spawn } from '../../src/index.ts';
import { PriorityQueue } from '../../src/queue.ts';
import { settle, virtualTest } from '../support/virtual-test.ts';

function drain<T>(queue: PriorityQueue<T>): T[] {
  const items: T[] = [];
  while (!queue.empty()) items.push(queue.getNowait());
  return items;
}

virtualTest('a PriorityQueue gives the lowest item first, its initial items too', async () => {
  const queue = new PriorityQueue<number>(undefined, [5, 1, 4]);
  await queue.put(3);
  queue.putNowait(2);
  assert.equal(queue.peekNowait(), 1);
  assert.equal(await queue.peek(), 1);
  assert.deepEqual(drain(queue), [1, 2, 3, 4, 5]);
});

virtualTest('a PriorityQueue sorts thousands of items', () => {
  const queue = new PriorityQueue<number>();
  const numbers = Array.from({ length: 5000 }, (_, index) => (index * 7919) % 5003);
  for (const number of numbers) queue.putNowait(number);
  assert.deepEqual(
    drain(queue),
    numbers.sort((a, b) => a - b),
  );
});

virtualTest('a PriorityQueue orders tuples by their first difference, as Python does', () => {
  const queue = new PriorityQueue<readonly unknown[]>(undefined, [
    [2, 'a'],
    [1, 'b'],
    [1, 'a', 0],
    [1, 'a'],
    [0, [3, 1]],
    [0, [2, 9]],
  ]);
  assert.deepEqual(drain(queue), [
    [0, [2, 9]],
    [0, [3, 1]],
    [1, 'a'],
    [1, 'a', 0],
    [1, 'b'],
    [2, 'a'],
  ]);
});

virtualTest('the data of tuples is not compared where it is the same object or the priorities differ', () => {
  const data = { name: 'job' };
  const queue = new PriorityQueue<[number, object]>();
  queue.putNowait([1, data]);
  queue.putNowait([1, data]);
  queue.putNowait([0, { name: 'first' }]);
  assert.deepEqual(drain(queue), [
    [0, { name: 'first' }],
    [1, data],
    [1, data],
  ]);
});

virtualTest('of equals, a PriorityQueue gives the one first that came first', () => {
  const queue = new PriorityQueue<{ priority: number; name: string }>(undefined, [], {
    compare: (a, b) => a.priority - b.priority,
  });
  for (let index = 0; index < 50; index += 1) queue.putNowait({ priority: index % 2, name: String(index) });
  const names = drain(queue).map(({ name }) => Number(name));
  assert.deepEqual(names, [
    ...Array.from({ length: 25 }, (_, index) => index * 2),
    ...Array.from({ length: 25 }, (_, index) => index * 2 + 1),
  ]);
});

virtualTest('a PriorityQueue orders strings, dates, booleans, and numbers beside bigints', () => {
  assert.deepEqual(drain(new PriorityQueue(undefined, ['b', 'c', 'a'])), ['a', 'b', 'c']);
  assert.deepEqual(drain(new PriorityQueue<unknown>(undefined, [2, 1n, 3, false])), [false, 1n, 2, 3]);
  const [early, late] = [new Date(1000), new Date(2000)];
  assert.deepEqual(drain(new PriorityQueue(undefined, [late, early])), [early, late]);
});

virtualTest('an item that cannot be ordered is refused, and the queue goes on without it', () => {
  const queue = new PriorityQueue<unknown>(undefined, [3, 1, 2, 5, 4]);
  for (const item of ['text', {}, undefined, Number.NaN, null, () => {}]) {
    assert.throws(() => queue.putNowait(item), TypeError);
  }
  assert.equal(queue.qsize(), 5);
  assert.equal(queue.unfinishedTasks, 5);
  queue.putNowait(0);
  assert.deepEqual(drain(queue), [0, 1, 2, 3, 4, 5]);
});

virtualTest('an item that cannot be ordered is refused even when it is the only one', () => {
  const queue = new PriorityQueue<unknown>();
  assert.throws(() => queue.putNowait({}), /Cannot order .* give the PriorityQueue a compare function/);
  assert.equal(queue.empty(), true);
  assert.throws(() => new PriorityQueue<unknown>(undefined, [{}]), TypeError);
});

virtualTest(
  'items that cannot be ordered among each other come out all the same, when they never met',
  () => {
    const queue = new PriorityQueue<readonly unknown[]>();
    const items = [[0], [1, 'a'], [1, 5], [1, 'b'], [1, 6], [2]];
    let accepted = 0;
    for (const item of items) {
      try {
        queue.putNowait(item);
        accepted += 1;
      } catch {
        // Refused at the door, as it should be.
      }
    }
    const taken = drain(queue);
    assert.equal(taken.length, accepted);
    assert.deepEqual(taken[0], [0]);
  },
);

virtualTest('a put that waits for room and cannot be ordered raises, and lets the next one in', async () => {
  const queue = new PriorityQueue<unknown>(1, [1]);
  const bad = spawn(() => queue.put('text').catch((error: Error) => error.name));
  const good = spawn(() => queue.put(2));
  await settle();
  queue.maxsize = 2;
  await joinAll([bad, good]);
  assert.equal(bad.value, 'TypeError');
  assert.deepEqual(drain(queue), [1, 2]);
});

virtualTest('a PriorityQueue that is full parks its putters, and the lowest item comes first', async () => {
  const queue = new PriorityQueue<number>(2, [5, 6]);
  const putter = spawn(() => queue.put(1));
  await settle();
  assert.equal(putter.dead, false);
  assert.equal(await queue.get(), 5);
  assert.deepEqual(drain(queue), [1, 6]);
});

virtualTest('a copy of a PriorityQueue keeps its order and its comparison', () => {
  const queue = new PriorityQueue<number>(9, [1, 3, 2], { compare: (a, b) => b - a });
  const copy = queue.copy();
  assert.deepEqual([drain(copy), queue.qsize(), copy.maxsize], [[3, 2, 1], 3, 9]);
});
