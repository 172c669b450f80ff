import assert from 'node:assert/strict';
import { joinAll, killAll, spawn } from '../../src/index.ts';
import { Channel, Empty, Full } from '../../src/queue.ts';
import { settle, virtualTest } from '../support/virtual-test.ts';

virtualTest('the sender on a Channel resumes only after a receiver took its item', async () => {
  const channel = new Channel<number>();
  const marks: string[] = [];
  const sender = spawn(async () => {
    marks.push('sending');
    for (const item of [1, 2]) {
      await channel.put(item);
      marks.push(`sent ${item}`);
    }
  });
  const receiver = spawn(async () => {
    for (let count = 0; count < 2; count += 1) marks.push(`received ${await channel.get()}`);
  });
  await joinAll([sender, receiver]);
  assert.deepEqual(marks, ['sending', 'received 1', 'sent 1', 'received 2', 'sent 2']);
});

virtualTest('the balance of a Channel is its putters minus its getters in waiting', async () => {
  const channel = new Channel<number>();
  assert.equal(channel.balance, 0);
  const getters = [1, 2].map(() => spawn(() => channel.get()));
  await settle();
  assert.equal(channel.balance, -2);
  await killAll(getters);
  const putters = [1, 2, 3].map((item) => spawn(() => channel.put(item)));
  await settle();
  assert.equal(channel.balance, 3);
  await killAll(putters);
  assert.equal(channel.balance, 0);
});

virtualTest('a Channel is always empty and always full', async () => {
  const channel = new Channel<number>();
  assert.deepEqual([channel.qsize(), channel.length, channel.empty(), channel.full()], [0, 0, true, true]);
  assert.throws(() => channel.putNowait(1), Full);
  assert.throws(() => channel.getNowait(), Empty);
  const putter = spawn(() => channel.put(1));
  await settle();
  assert.deepEqual([channel.qsize(), channel.empty(), channel.full()], [0, true, true]);
  assert.equal(channel.getNowait(), 1);
  await putter.join();
});

virtualTest('senders and receivers on a Channel are served in the order of arrival', async () => {
  const channel = new Channel<number>();
  const marks: string[] = [];
  for (const item of [1, 2, 3]) {
    spawn(async () => {
      await channel.put(item);
      marks.push(`sent ${item}`);
    });
  }
  for (const name of ['a', 'b', 'c']) spawn(async () => marks.push(`${name}${await channel.get()}`));
  await settle();
  assert.deepEqual(
    marks.filter((mark) => !mark.startsWith('sent')),
    ['a1', 'b2', 'c3'],
  );
  assert.deepEqual(
    marks.filter((mark) => mark.startsWith('sent')),
    ['sent 1', 'sent 2', 'sent 3'],
  );
});

virtualTest('a late or killed sender takes its item along', async () => {
  const channel = new Channel<number>();
  await assert.rejects(channel.put(1, { timeout: 1 }), Full);
  const killed = spawn(() => channel.put(2));
  const sender = spawn(() => channel.put(3));
  await settle();
  await killed.kill();
  assert.equal(await channel.get(), 3);
  await sender.join();
  await assert.rejects(channel.get({ timeout: 1 }), Empty);
});

virtualTest('a Channel takes no size but 1, and has no copy', () => {
  assert.equal(new Channel(1).balance, 0);
  assert.throws(() => new Channel(2), RangeError);
  assert.throws(() => new Channel().copy(), TypeError);
});

virtualTest('putNowait() at a channel wants somebody who takes: a peeker alone is none', async () => {
  const channel = new Channel<number>();
  const peeker = spawn(() => channel.peek());
  await settle();
  assert.throws(() => channel.putNowait(1), Full);
  await assert.rejects(channel.put(1, { block: false }), Full);
  assert.deepEqual([channel.qsize(), channel.empty()], [0, true]);
  const getter = spawn(() => channel.get());
  await settle();
  channel.putNowait(2);
  assert.throws(() => channel.putNowait(3), Full);
  assert.deepEqual([await peeker.get(), await getter.get()], [2, 2]);
  assert.equal(channel.qsize(), 0);
});

virtualTest(
  'a channel counts an item whose taker is killed on the way, until somebody takes it',
  async () => {
    const channel = new Channel<number>();
    const getter = spawn(() => channel.get());
    await settle();
    channel.putNowait(1);
    assert.deepEqual([channel.qsize(), channel.empty()], [1, false]);
    assert.equal(await channel.get(), 1);
    assert.deepEqual([channel.qsize(), channel.empty()], [0, true]);
    await getter.kill();
  },
);

virtualTest(
  'a peeker at a channel sees the item of a putter that parks, and leaves it to a getter',
  async () => {
    const channel = new Channel<number>();
    const peekers = [spawn(() => channel.peek()), spawn(() => channel.peek())];
    await settle();
    const putter = spawn(() => channel.put(1));
    await settle();
    assert.deepEqual([peekers.map((peeker) => peeker.value), putter.dead], [[1, 1], false]);
    assert.equal(await channel.get(), 1);
    await putter.join();
  },
);
