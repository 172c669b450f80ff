import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Timeout, adopt, interruptible, sleep, spawn } from '../../src/index.ts';
import { abandonedCount } from '../../src/hub.ts';
import { errorOf, kernelTest } from '../support/kernel.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';

forbidUnhandledRejections();

interface Deferred<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

function deferred<T>(): Deferred<T> {
  const parts = {} as Deferred<T>;
  parts.promise = new Promise<T>((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
}

kernelTest(
  'a kill during the await of a foreign promise is raised at the next wait of our own',
  async (kernel) => {
    const { mark, marks } = kernel;
    const foreign = deferred<string>();
    const g = spawn(async () => {
      mark(await foreign.promise);
      await sleep(0);
      mark('not reached');
    });
    await sleep(0);
    g.kill({ block: false });
    await sleep(0);
    assert.equal(g.dead, false);
    foreign.resolve('arrived');
    await g.join();
    assert.deepEqual(marks, ['arrived']);
  },
);

kernelTest('interruptible gives what the promise gives, or raises what it raises', async () => {
  assert.equal(await interruptible(Promise.resolve(5)), 5);
  const error = new Error('x');
  assert.equal(await errorOf(interruptible(Promise.reject(error))), error);
});

kernelTest(
  'a wait on a foreign promise can be killed now; its late result is swallowed and counted',
  async () => {
    const foreign = deferred<string>();
    const before = abandonedCount();
    const g = spawn(() => interruptible(foreign.promise));
    await sleep(0);
    assert.equal(await g.kill(), 'killed');
    assert.equal(abandonedCount(), before + 1);
    foreign.resolve('late');
    await sleep(0);
    assert.equal(abandonedCount(), before);
  },
);

kernelTest('a late rejection of an abandoned promise is swallowed', async () => {
  const foreign = deferred<string>();
  const before = abandonedCount();
  const timeout = new Timeout(1);
  assert.equal(await errorOf(timeout.run(() => interruptible(foreign.promise))), timeout);
  foreign.reject(new Error('late'));
  await sleep(0);
  assert.equal(abandonedCount(), before);
});

kernelTest('with a kill pending the promise given is abandoned and its rejection swallowed', async () => {
  const foreign = deferred<string>();
  const g = spawn(async () => {
    g.kill({ block: false });
    await interruptible(foreign.promise);
  }) as { kill(options: { block: false }): void } & ReturnType<typeof spawn>;
  await g.join();
  foreign.reject(new Error('late'));
  await sleep(0);
});

kernelTest('adopt disposes of what arrives after the kill', async ({ mark, marks }) => {
  const foreign = deferred<string>();
  const g = spawn(() => adopt(foreign.promise, mark));
  await sleep(0);
  await g.kill();
  assert.deepEqual(marks, []);
  foreign.resolve('connection');
  await sleep(0);
  assert.deepEqual(marks, ['connection']);
});

kernelTest('adopt does not dispose of what arrived in time', async ({ mark, marks }) => {
  const foreign = deferred<string>();
  const g = spawn(() => adopt(foreign.promise, mark));
  await sleep(0);
  foreign.resolve('connection');
  assert.equal(await g.get(), 'connection');
  assert.deepEqual(marks, []);
});

kernelTest(
  "adopt: what arrived before the kill of the same turn is the victim's",
  async ({ mark, marks }) => {
    const foreign = deferred<string>();
    const g = spawn(() => adopt(foreign.promise, mark));
    await sleep(0);
    foreign.resolve('connection');
    await foreign.promise;
    g.kill({ block: false });
    await g.join();
    assert.equal(g.value === 'connection' || marks[0] === 'connection', true);
  },
);

kernelTest(
  'the rejection of a promise that settles after the kill of a floating wait is silent',
  async () => {
    const foreign = deferred<string>();
    const g = spawn(async () => {
      void interruptible(foreign.promise);
      await sleep(100);
    });
    await sleep(0);
    await g.kill();
    foreign.reject(new Error('late'));
    await sleep(0);
  },
);

test('adopt refuses what is no function, at the call', () => {
  assert.throws(() => adopt(Promise.resolve(1), 5 as never), TypeError);
});
