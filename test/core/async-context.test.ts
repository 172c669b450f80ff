// A user's own AsyncLocalStorage goes where it would go without greenlets: from the spawner to the spawned.
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { AsyncResult, Event } from '../../src/event.ts';
import { getHub, joinAll, sleep, spawn, spawnLater, withTimeout } from '../../src/index.ts';
import { kernelTest } from '../support/kernel.ts';

const user = new AsyncLocalStorage<string>();

kernelTest('a greenlet has the stores of its spawner, whoever parked last', async () => {
  const read = async (): Promise<(string | undefined)[]> => {
    const seen = [user.getStore()];
    await sleep(0);
    seen.push(user.getStore());
    await sleep(1);
    return [...seen, user.getStore()];
  };
  const readers = ['a', 'b', 'c'].map((name) => user.run(name, () => spawn(read)));
  const late = user.run('late', () => spawnLater(1, read));
  await joinAll([...readers, late]);
  for (const [index, reader] of readers.entries()) {
    const name = 'abc'[index];
    assert.deepEqual(reader.value, [name, name, name]);
  }
  assert.deepEqual(late.value, ['late', 'late', 'late']);
  assert.equal(user.getStore(), undefined);
});

kernelTest('a store that is entered inside a wait outlives the wait, and the timeout around it', async () => {
  const event = new Event();
  const reader = spawn(() =>
    user.run('inner', async () => {
      await withTimeout(5, () => event.wait());
      return user.getStore();
    }),
  );
  await sleep(0);
  user.run('waker', () => event.set());
  assert.equal(await reader.get(), 'inner');
});

kernelTest('a hub callback runs with the stores of whoever asked for it', async () => {
  const result = new AsyncResult<string | undefined>();
  user.run('asker', () => getHub().runCallback(() => result.set(user.getStore())));
  assert.equal(await result.get(), 'asker');
});
