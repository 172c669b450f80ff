import assert from 'node:assert/strict';
import { spawn } from '../../src/index.ts';
import { LifoQueue, Queue } from '../../src/queue.ts';
import { settle, virtualTest } from '../support/virtual-test.ts';

virtualTest('a LifoQueue peeks at and gives the newest item', async () => {
  const queue = new LifoQueue<number>(undefined, [1, 2]);
  queue.putNowait(3);
  assert.equal(await queue.peek(), 3);
  assert.equal(queue.peekNowait(), 3);
  assert.deepEqual([await queue.get(), await queue.get(), queue.getNowait()], [3, 2, 1]);
});

virtualTest('a LifoQueue that is full parks its putters, and the one let in is the newest', async () => {
  const queue = new LifoQueue<number>(2, [1, 2]);
  const putter = spawn(() => queue.put(3));
  await settle();
  assert.equal(await queue.get(), 2);
  await putter.join();
  assert.deepEqual([await queue.get(), await queue.get()], [3, 1]);
});

virtualTest('a LifoQueue counts its tasks, can be copied and shut down', async () => {
  const queue = new LifoQueue<number>(undefined, [1, 2]);
  assert.ok(queue instanceof Queue);
  assert.equal(queue.unfinishedTasks, 2);
  const copy = queue.copy();
  queue.shutdown();
  const items: number[] = [];
  for await (const item of queue) items.push(item);
  assert.deepEqual(items, [2, 1]);
  assert.deepEqual([copy.getNowait(), copy.getNowait()], [2, 1]);
});
