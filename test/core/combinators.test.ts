// The combinators of promises over several waits of one greenlet, under kill and timeout. No test of this file may
// leave an unhandled rejection.
import assert from 'node:assert/strict';
import {
  type Greenlet,
  GreenletExit,
  Timeout,
  interruptible,
  sleep,
  spawn,
  withTimeout,
} from '../../src/index.ts';
import { Event } from '../../src/event.ts';
import { Waiter } from '../../src/hub.ts';
import { Queue } from '../../src/queue.ts';
import { errorOf, kernelTest } from '../support/kernel.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';

forbidUnhandledRejections();

const event = new Event();
const queue = new Queue<number>();

/** Waits of several kinds, all of which park. */
function several(target: Greenlet<unknown>): Promise<unknown>[] {
  return [
    sleep(100),
    event.wait(),
    queue.get(),
    target.get(),
    target.join({ timeout: 90 }),
    new Waiter().get(),
    withTimeout(80, () => sleep(100)),
    interruptible(new Promise(() => {})),
    (async () => {
      await sleep(70);
    })(),
  ];
}

const combinators: Record<string, (promises: Promise<unknown>[]) => Promise<unknown>> = {
  all: (promises) => Promise.all(promises),
  race: (promises) => Promise.race(promises),
  any: (promises) => Promise.any(promises),
  allSettled: (promises) => Promise.allSettled(promises),
};

function reasonsIn(outcome: unknown): unknown[] {
  if (outcome instanceof AggregateError) return outcome.errors;
  if (Array.isArray(outcome))
    return outcome.map((result: PromiseSettledResult<unknown>) => 'reason' in result && result.reason);
  return [outcome];
}

for (const [name, combine] of Object.entries(combinators)) {
  kernelTest(`a kill reaches every wait under Promise.${name}`, async () => {
    const target = spawn(() => sleep(1000));
    const reason = new GreenletExit('the kill');
    let outcome: unknown;
    const g = spawn(async () => {
      try {
        outcome = await combine(several(target));
      } catch (error) {
        outcome = error;
      }
    });
    await sleep(1);
    await g.kill(reason);
    const reasons = reasonsIn(outcome);
    assert.equal(reasons.length, name === 'any' || name === 'allSettled' ? 9 : 1);
    assert.ok(reasons.every((each) => each === reason));
    assert.equal(event.linkCount(), 0);
    assert.equal(target.hasLinks(), false);
    await target.kill();
  });

  kernelTest(`a Timeout reaches every wait under Promise.${name}`, async ({ time }) => {
    const target = spawn(() => sleep(1000));
    const timeout = new Timeout(2);
    const outcome = await spawn(async () => {
      try {
        return await timeout.run(() => combine(several(target)));
      } catch (error) {
        return error;
      }
    }).get();
    assert.ok(reasonsIn(outcome).every((each) => each === timeout));
    assert.equal(time.now(), 2);
    assert.equal(event.linkCount(), 0);
    assert.equal(target.hasLinks(), false);
    await target.kill();
  });

  kernelTest(
    `a kill under Promise.${name} that nobody catches ends the greenlet`,
    async ({ takePrinted }) => {
      const target = spawn(() => sleep(1000));
      const g = spawn(() => combine(several(target)));
      await sleep(1);
      await g.kill();
      assert.ok(g.dead);
      // Promise.any wraps what was raised: to the kernel, an AggregateError is an error like others.
      assert.equal(g.successful(), name !== 'any');
      assert.equal(takePrinted().length, name === 'any' ? 1 : 0);
      await target.kill();
    },
  );
}

kernelTest('waits that lost a race go on until the greenlet is killed', async () => {
  const g = spawn(async () => {
    assert.equal(await Promise.race([sleep(100), sleep(1).then(() => 'first')]), 'first');
    await sleep(50);
  });
  await sleep(10);
  await g.kill();
});

kernelTest(
  'a kill that is caught in one branch of Promise.all is still raised in the other',
  async ({ mark, marks }) => {
    const branch = async (name: string): Promise<string> => {
      const error = await errorOf(sleep(100));
      mark([name, error instanceof GreenletExit]);
      await sleep(1);
      return name;
    };
    const g = spawn(() => Promise.all([branch('a'), branch('b')]));
    await sleep(0);
    g.kill({ block: false });
    assert.deepEqual(await g.get(), ['a', 'b']);
    assert.deepEqual(marks, [
      ['a', true],
      ['b', true],
    ]);
  },
);

kernelTest(
  'siblings of a branch that fails under Promise.all are not interrupted',
  async ({ mark, marks }) => {
    const boom = new Error('boom');
    const g = spawn(async () => {
      const sibling = (async () => {
        await sleep(5);
        mark('sibling');
      })();
      assert.equal(await errorOf(Promise.all([sleep(1).then(() => Promise.reject(boom)), sibling])), boom);
      await sibling;
    });
    await g.get();
    assert.deepEqual(marks, ['sibling']);
  },
);

kernelTest(
  'withTimeout around each of several waits ends each at its own time',
  async ({ time, mark, marks }) => {
    const limited = async (seconds: number): Promise<void> => {
      await withTimeout(seconds, () => sleep(100), { timeoutValue: undefined });
      mark([seconds, time.now()]);
    };
    await spawn(() => Promise.all([limited(3), limited(1), limited(2)])).get();
    assert.deepEqual(marks, [
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
  },
);
