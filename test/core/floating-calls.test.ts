// What a killed greenlet leaves unawaited is silent. No test of this file may leave an unhandled rejection.
import assert from 'node:assert/strict';
import { Event } from '../../src/event.ts';
import { Waiter } from '../../src/hub.ts';
import { interruptible, joinAll, sleep, spawn, wait, withTimeout } from '../../src/index.ts';
import { Queue } from '../../src/queue.ts';
import { kernelTest } from '../support/kernel.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';

forbidUnhandledRejections();

kernelTest('a kill of a greenlet with floating waits is silent', async () => {
  const target = spawn(() => sleep(1000));
  const g = spawn(async () => {
    void sleep(100);
    void new Event().wait();
    void new Queue().get();
    void target.get();
    void target.join({ timeout: 90 });
    void new Waiter().get();
    void interruptible(new Promise(() => {}));
    await sleep(100);
  });
  await sleep(1);
  await g.kill();
  await target.kill();
});

kernelTest('a kill of a greenlet with a floating call of its own is silent', async ({ mark, marks }) => {
  const floating = async (): Promise<void> => {
    try {
      await sleep(50);
      mark('not reached');
    } finally {
      mark('finally');
    }
  };
  const g = spawn(async () => {
    void floating();
    await sleep(100);
  });
  await sleep(1);
  await g.kill();
  assert.deepEqual(marks, ['finally']);
});

kernelTest('a kill of a greenlet with floating waits for several, or with a limit, is silent', async () => {
  const target = spawn(() => sleep(1000));
  const g = spawn(async () => {
    void withTimeout(80, () => sleep(100));
    void joinAll([target]);
    void wait([target]);
    await sleep(100);
  });
  await sleep(1);
  await g.kill();
  await target.kill();
});
