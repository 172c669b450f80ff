// An interruption is raised once, where it belongs, and never gets lost on the way: through shields, closed scopes,
// task groups, and things that happen in the same turn.
import assert from 'node:assert/strict';
import { Event } from '../../src/event.ts';
import { Waiter, getHub } from '../../src/hub.ts';
import {
  GreenletExit,
  Timeout,
  iwait,
  shield,
  sleep,
  spawn,
  taskGroup,
  withTimeout,
} from '../../src/index.ts';
import { Queue } from '../../src/queue.ts';
import { errorOf, kernelTest } from '../support/kernel.ts';

/** A wait that no Waiter made: nothing can interrupt it. */
async function foreignTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

kernelTest('a kill is not undone by a switch in the same turn, whose value is kept', async () => {
  const waiter = new Waiter<number>();
  const g = spawn(() => waiter.get());
  await sleep(0);
  g.kill({ block: false });
  waiter.switch(5);
  await g.join();
  assert.ok(g.value instanceof GreenletExit);
  assert.equal(await waiter.get(), 5);
});

kernelTest('of two switches in one turn the first counts', async () => {
  const waiter = new Waiter<number>();
  const g = spawn(() => waiter.get());
  await sleep(0);
  waiter.switch(1);
  waiter.switch(2);
  assert.equal(await g.get(), 1);
});

kernelTest('a Waiter whose wait was interrupted can be waited on again', async () => {
  const waiter = new Waiter<string>();
  assert.ok((await errorOf(withTimeout(1, () => waiter.get()))) instanceof Timeout);
  getHub()
    .loop.timer(1)
    .start(() => waiter.switch('second'));
  assert.equal(await waiter.get(), 'second');
});

kernelTest('a forced kill ends a task group whose members take their time', async () => {
  const g = spawn(() =>
    taskGroup(async (tg) => {
      tg.spawn(async () => {
        try {
          await sleep(10);
        } finally {
          await sleep(1);
        }
      });
      await sleep(10);
    }),
  );
  await sleep(0.5);
  assert.equal(await g.kill({ force: true }), 'killed');
});

kernelTest('two kills of a task group are one kill, whatever its members do', async () => {
  const first = new GreenletExit('first');
  const g = spawn(() =>
    taskGroup((tg) => {
      tg.spawn(async () => {
        try {
          await sleep(10);
        } finally {
          await sleep(2);
        }
      });
    }),
  );
  await sleep(1);
  g.kill(first, { block: false });
  await sleep(1);
  g.kill(new GreenletExit('second'), { block: false });
  await g.join();
  assert.equal(g.value, first);
});

kernelTest('a kill that came through a shield is raised though nothing inside waited again', async () => {
  const g = spawn(async () => {
    await shield(() => foreignTurns(30), { grace: 0.01 });
    return 'lived';
  });
  await foreignTurns(2);
  await g.kill();
  assert.ok(g.value instanceof GreenletExit);
});

kernelTest('a wait that a closed scope left behind is reached by a kill of the greenlet', async () => {
  const queue = new Queue<number>();
  const g = spawn(async () => {
    await withTimeout(5, () => Promise.race([queue.get(), sleep(1)]));
    await sleep(10);
  });
  await sleep(2);
  assert.equal(queue.statistics().getters, 1);
  await g.kill();
  assert.equal(queue.statistics().getters, 0);
});

kernelTest('a Timeout given to one wait does not reach the others', async () => {
  const event = new Event();
  const results = await Promise.allSettled([event.wait({ timeout: new Timeout(1) }), sleep(2)]);
  assert.deepEqual(results, [
    { status: 'fulfilled', value: false },
    { status: 'fulfilled', value: undefined },
  ]);
});

kernelTest('a Timeout given to iwait bounds all steps together', async () => {
  const jobs = [3, 6, 9].map((seconds) => spawn(() => sleep(seconds)));
  let count = 0;
  for await (const _job of iwait(jobs, { timeout: new Timeout(5) })) count += 1;
  assert.equal(count, 1);
  await sleep(5);
});

kernelTest('two readers of one iwait both come to an end', async () => {
  const steps = iwait([spawn(() => sleep(1))]);
  const [first, second] = await Promise.all([steps.next(), steps.next()]);
  assert.deepEqual([first?.done, second?.done], [false, true]);
});

kernelTest(
  'an error class that cannot be made is what its Timeout raises, and other timers go on',
  async () => {
    class Bad extends Error {
      constructor() {
        super();
        throw new RangeError('cannot be made');
      }
    }
    Timeout.startNew(1, Bad);
    assert.match(String(await errorOf(sleep(2))), /cannot be made/);
    await sleep(1);
  },
);

kernelTest(
  'links that run in greenlets keep their place before a joiner that came later',
  async ({ mark, marks }) => {
    const g = spawn(() => sleep(1));
    const second = (): void => mark('second');
    g.link(() => {
      mark('first');
      g.unlink(second);
    });
    g.link(second);
    g.link(() => mark('third'));
    await g.join();
    mark('joined');
    await sleep(0);
    assert.deepEqual(marks, ['first', 'third', 'joined']);
  },
);

kernelTest('a sleep without end is nothing that keeps the process alive', async () => {
  const { referencedTimers } = getHub().loop.statistics();
  const g = spawn(() => sleep(Infinity));
  await sleep(0);
  assert.equal(getHub().loop.statistics().referencedTimers, referencedTimers);
  await g.kill();
});
