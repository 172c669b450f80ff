import assert from 'node:assert/strict';
import { AsyncResult } from '../../src/event.ts';
import { GreenletExit, Timeout, killAll, sleep, spawn, wait } from '../../src/index.ts';
import { settle, unprinted, virtualTest } from '../support/virtual-test.ts';

virtualTest('AsyncResult.set() without a value makes it ready with undefined', async () => {
  const result = new AsyncResult();
  assert.deepEqual([result.ready(), result.successful()], [false, false]);
  result.set();
  assert.deepEqual([result.ready(), result.successful(), result.value], [true, true, undefined]);
  assert.equal(await result.get(), undefined);
});

virtualTest('AsyncResult.get() raises the stored error, the same object each time', async () => {
  const result = new AsyncResult();
  const failure = new Error('failure');
  result.setException(failure);
  for (let time = 0; time < 3; time += 1) await assert.rejects(result.get(), (error) => error === failure);
  assert.throws(
    () => result.getNowait(),
    (error) => error === failure,
  );
  assert.equal(result.exception, failure);
  assert.equal(result.value, undefined);
  assert.deepEqual(result.excInfo, [Error, failure, failure.stack]);
  assert.deepEqual([result.ready(), result.successful()], [true, false]);
});

virtualTest('AsyncResult.wait() answers undefined for an error in place of raising it', async () => {
  const result = new AsyncResult<number>();
  const early = spawn(() => result.wait());
  await settle();
  result.setException(new Error('failure'));
  assert.equal(await early.get(), undefined);
  assert.equal(await result.wait(), undefined);
});

virtualTest('AsyncResult.wait() answers the value, early and late', async () => {
  const result = new AsyncResult<number>();
  const early = spawn(() => result.wait());
  await settle();
  result.set(42);
  assert.equal(await early.get(), 42);
  assert.equal(await result.wait(), 42);
});

virtualTest('getters of an AsyncResult wake in the order of waiting', async () => {
  const result = new AsyncResult<string>();
  const marks: string[] = [];
  for (let index = 0; index < 100; index += 1) {
    spawn(async () => marks.push(`${index} ${await result.get()}`));
  }
  await settle();
  assert.equal(result.linkCount(), 100);
  result.set('value');
  await settle();
  assert.deepEqual(
    marks,
    Array.from({ length: 100 }, (_, index) => `${index} value`),
  );
  assert.equal(result.linkCount(), 0);
});

virtualTest('AsyncResult has the names of a Future', async () => {
  const result = new AsyncResult<number>();
  assert.equal(result.done(), false);
  assert.equal(result.cancel(), false);
  assert.equal(result.cancelled(), false);
  await assert.rejects(result.result({ timeout: 1 }), Timeout);
  result.setResult(7);
  assert.equal(result.done(), true);
  assert.equal(await result.result(), 7);
  assert.equal(result.cancel(), false);
  assert.equal(await result.get(), 7);
});

virtualTest(
  'AsyncResult.get() raises a Timeout when its time is up, and at once when it must not block',
  async (time) => {
    const result = new AsyncResult();
    await assert.rejects(
      result.get({ timeout: 2 }),
      (error) => error instanceof Timeout && error.seconds === 2,
    );
    assert.equal(time.now(), 2);
    const timeout = new Timeout(1);
    await assert.rejects(result.get({ timeout }), (error) => error === timeout);
    await assert.rejects(result.get({ block: false }), Timeout);
    assert.throws(() => result.getNowait(), Timeout);
    assert.equal(time.now(), 3);
  },
);

virtualTest('AsyncResult.wait() answers undefined when its time is up', async () => {
  const result = new AsyncResult<number>();
  assert.equal(await result.wait({ timeout: 1 }), undefined);
  assert.equal(await result.wait({ timeout: new Timeout(1) }), undefined);
  assert.equal(result.linkCount(), 0);
});

virtualTest('an AsyncResult linked to a greenlet takes over its value', async () => {
  const result = new AsyncResult<number>();
  spawn(async () => {
    await sleep(1);
    return 5;
  }).link(result);
  assert.equal(await result.get(), 5);
});

virtualTest('an AsyncResult linked to a greenlet takes over its failure', async () => {
  await unprinted(async () => {
    const result = new AsyncResult();
    const failure = new RangeError('divided by zero');
    spawn(() => {
      throw failure;
    }).link(result);
    await assert.rejects(result.get(), (error) => error === failure);
  });
});

virtualTest(
  'an AsyncResult linked to a greenlet that is killed holds the GreenletExit as its value',
  async () => {
    const result = new AsyncResult();
    const greenlet = spawn(() => sleep(10));
    greenlet.link(result);
    await settle();
    await greenlet.kill();
    assert.ok((await result.get()) instanceof GreenletExit);
  },
);

virtualTest('a rawLink of an AsyncResult is called once, with the result', async () => {
  const result = new AsyncResult<number>();
  const marks: unknown[] = [];
  const callback = (source: AsyncResult<number>): void => {
    marks.push(source);
  };
  result.rawLink(callback);
  result.rawLink(callback);
  result.set(1);
  await settle();
  assert.deepEqual(marks, [result]);
  result.rawLink(callback);
  await settle();
  assert.deepEqual(marks, [result, result]);
});

virtualTest('wait() takes AsyncResults', async () => {
  const results = [new AsyncResult<number>(), new AsyncResult<number>()];
  spawn(() => results[1]?.set(1));
  assert.deepEqual(await wait(results, { count: 1 }), [results[1]]);
  assert.equal(results[0]?.linkCount(), 0);
});

virtualTest('a killed or timed-out getter leaves no entry in an AsyncResult', async () => {
  const result = new AsyncResult();
  const killed = [spawn(() => result.get()), spawn(() => result.wait())];
  const late = spawn(() => result.wait({ timeout: 1 }));
  await settle();
  assert.equal(result.linkCount(), 3);
  await late.join();
  assert.equal(result.linkCount(), 2);
  await killAll(killed);
  assert.equal(result.linkCount(), 0);
});

virtualTest('AsyncResult.setException() takes Errors alone', () => {
  assert.throws(() => new AsyncResult().setException('text' as unknown as Error), TypeError);
});
