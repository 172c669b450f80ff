import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GreenletExit, Timeout, shield, sleep, spawn, withTimeout } from '../../src/index.ts';
import { errorOf, kernelTest } from '../support/kernel.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';

forbidUnhandledRejections();

kernelTest('a kill waits until the shield is through, and is raised there', async ({ time, mark, marks }) => {
  const reason = new GreenletExit('the kill');
  const g = spawn(async () => {
    await shield(async () => {
      await sleep(5);
      mark('saved');
    });
    mark('not reached');
  });
  await sleep(1);
  assert.equal(await g.kill(reason), 'killed');
  assert.equal(g.value, reason);
  assert.equal(time.now(), 5);
  assert.deepEqual(marks, ['saved']);
});

kernelTest('beside a shield the kill is raised at once', async ({ time, mark, marks }) => {
  const g = spawn(() =>
    Promise.all([
      shield(async () => {
        await sleep(5);
        mark(['inside', time.now()]);
      }),
      (async () => {
        try {
          await sleep(100);
        } finally {
          mark(['beside', time.now()]);
        }
      })(),
    ]),
  );
  await sleep(1);
  await g.kill();
  assert.deepEqual(marks[0], ['beside', 1]);
  await sleep(10);
  assert.deepEqual(marks[1], ['inside', 5]);
});

kernelTest(
  'with a grace the kill reaches the inside when the grace is over',
  async ({ time, mark, marks }) => {
    const g = spawn(() =>
      shield(
        async () => {
          try {
            await sleep(100);
          } finally {
            mark(time.now());
          }
        },
        { grace: 3 },
      ),
    );
    await sleep(1);
    assert.equal(await g.kill(), 'killed');
    assert.deepEqual(marks, [4]);
  },
);

kernelTest('work that is through within the grace is not interrupted', async ({ time, mark, marks }) => {
  const g = spawn(() =>
    shield(
      async () => {
        await sleep(2);
        mark('saved');
      },
      { grace: 30 },
    ),
  );
  await sleep(1);
  assert.equal(await g.kill(), 'killed');
  assert.equal(time.now(), 2);
  assert.deepEqual(marks, ['saved']);
});

kernelTest('an outer Timeout waits for the shield, an inner one reaches the inside', async ({ time }) => {
  const outer = new Timeout(1);
  assert.equal(await errorOf(outer.run(() => shield(() => sleep(5)))), outer);
  assert.equal(time.now(), 5);
  assert.equal(await shield(() => withTimeout(1, () => sleep(50), { timeoutValue: 'inner' })), 'inner');
  assert.equal(time.now(), 6);
});

kernelTest(
  "an error of the inside passes through the shield; the kill that came is the next wait's",
  async (kernel) => {
    const error = new Error('its own');
    const seen: unknown[] = [];
    const g = spawn(async () => {
      seen.push(
        await errorOf(
          shield(async () => {
            await sleep(5);
            throw error;
          }),
        ),
      );
      await sleep(100);
    });
    await sleep(1);
    assert.equal(await g.kill(), 'killed');
    assert.deepEqual(seen, [error]);
    assert.equal(kernel.time.now(), 5);
  },
);

kernelTest('several kills during a shield are raised one after the other', async () => {
  const [first, second] = [new GreenletExit('first'), new GreenletExit('second')];
  const g = spawn(async () => [await errorOf(shield(() => sleep(5))), await errorOf(sleep(100))]);
  await sleep(1);
  g.kill(first, { block: false });
  g.kill(second, { block: false });
  assert.deepEqual(await g.get(), [first, second]);
});

kernelTest('shields may be nested', async ({ time, mark, marks }) => {
  const g = spawn(() =>
    shield(async () => {
      await shield(() => sleep(3));
      mark('between');
      await sleep(3);
      mark('end');
    }),
  );
  await sleep(1);
  assert.equal(await g.kill(), 'killed');
  assert.equal(time.now(), 6);
  assert.deepEqual(marks, ['between', 'end']);
});

kernelTest(
  'a kill that is pending waits for the shield too, and is raised when it is through',
  async (kernel) => {
    const { mark, marks } = kernel;
    const g = spawn(async () => {
      g.kill({ block: false });
      await shield(async () => {
        await sleep(1);
        mark('inside');
      });
      mark('not reached');
    }) as { kill(options: { block: false }): void } & ReturnType<typeof spawn>;
    await g.join();
    assert.ok(g.value instanceof GreenletExit);
    assert.deepEqual(marks, ['inside']);
  },
);

kernelTest(
  'a greenlet that kills itself inside its shield gets the kill when the shield is through',
  async (kernel) => {
    const { mark, marks } = kernel;
    const g = spawn(async () => {
      await shield(async () => {
        g.kill({ block: false });
        await sleep(1);
        mark('inside');
      });
      mark('not reached');
    }) as { kill(options: { block: false }): void } & ReturnType<typeof spawn>;
    await g.join();
    assert.deepEqual(marks, ['inside']);
    assert.ok(g.value instanceof GreenletExit);
  },
);

kernelTest('force waits for a shield too', async ({ time, mark, marks }) => {
  const g = spawn(() =>
    shield(async () => {
      await sleep(2);
      mark('saved');
    }),
  );
  await sleep(1);
  await g.kill({ force: true });
  assert.equal(time.now(), 2);
  assert.deepEqual(marks, ['saved']);
});

kernelTest('shield in finally lets the cleaning end under a second kill', async ({ time, mark, marks }) => {
  const g = spawn(async () => {
    try {
      await sleep(100);
    } finally {
      await shield(async () => {
        await sleep(5);
        mark('clean');
      });
    }
  });
  await sleep(1);
  g.kill({ block: false });
  await sleep(1);
  await g.kill();
  assert.equal(time.now(), 6);
  assert.deepEqual(marks, ['clean']);
});

test('shield refuses wrong arguments, at the call', () => {
  assert.throws(() => shield(5 as never), TypeError);
  assert.throws(() => shield(() => {}, { grace: 'x' as never }), TypeError);
});
