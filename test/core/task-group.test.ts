import assert from 'node:assert/strict';
import {
  type Greenlet,
  GreenletExit,
  type TaskGroup,
  Timeout,
  sleep,
  spawn,
  taskGroup,
} from '../../src/index.ts';
import { errorOf, kernelTest } from '../support/kernel.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';

forbidUnhandledRejections();

async function failAfter(seconds: number, error: Error): Promise<never> {
  await sleep(seconds);
  throw error;
}

kernelTest('a task group ends when all its members have, and gives what its body gave', async ({ time }) => {
  const result = await taskGroup((tg) => {
    tg.spawn(sleep, 3);
    tg.spawn(sleep, 1);
    assert.equal(tg.members.size, 2);
    return 'result';
  });
  assert.equal(result, 'result');
  assert.equal(time.now(), 3);
});

kernelTest('the first failure kills the siblings and is raised', async ({ time }) => {
  const boom = new Error('boom');
  let sibling: Greenlet<unknown> | undefined;
  const error = await errorOf(
    taskGroup((tg) => {
      sibling = tg.spawn(sleep, 100);
      tg.spawn(failAfter, 1, boom);
    }),
  );
  assert.equal(error, boom);
  assert.ok(sibling?.value instanceof GreenletExit);
  assert.equal(time.now(), 1);
});

kernelTest('a failing member interrupts the body, a failing body kills the members', async ({ time }) => {
  const boom = new Error('boom');
  assert.equal(
    await errorOf(
      taskGroup(async (tg) => {
        tg.spawn(failAfter, 1, boom);
        await sleep(100);
      }),
    ),
    boom,
  );
  assert.equal(
    await errorOf(
      taskGroup(async (tg) => {
        tg.spawn(sleep, 100);
        await failAfter(1, boom);
      }),
    ),
    boom,
  );
  assert.equal(time.now(), 2);
});

kernelTest('several failures are collected in an AggregateError', async () => {
  const [first, second] = [new Error('first'), new Error('second')];
  const error = await errorOf(
    taskGroup((tg) => {
      tg.spawn(failAfter, 1, first);
      tg.spawn(async () => {
        try {
          await sleep(100);
        } finally {
          // oxlint-disable-next-line eslint/no-unsafe-finally -- what is tested
          throw second;
        }
      });
    }),
  );
  assert.ok(error instanceof AggregateError);
  assert.deepEqual(error.errors, [first, second]);
});

kernelTest(
  'a kill or a timeout of the caller kills the members, and nothing outlives the block',
  async ({ time }) => {
    const members: Greenlet<unknown>[] = [];
    const body = async (tg: TaskGroup): Promise<void> => {
      members.push(
        tg.spawn(async () => {
          try {
            await sleep(100);
          } finally {
            await sleep(2);
          }
        }),
      );
      await sleep(50);
    };
    const g = spawn(() => taskGroup(body));
    await sleep(1);
    assert.equal(await g.kill(), 'killed');
    assert.equal(time.now(), 3);
    const timeout = new Timeout(1);
    assert.equal(await errorOf(timeout.run(() => taskGroup(body))), timeout);
    assert.ok(members.length === 2 && members.every((member) => member.dead));
  },
);

kernelTest('a group whose block has ended takes no member', async () => {
  let kept: TaskGroup | undefined;
  await taskGroup((tg) => void (kept = tg));
  assert.throws(() => kept?.spawn(sleep, 1), /has ended/);
});

kernelTest('a member may spawn members', async ({ mark, marks }) => {
  await taskGroup((tg) => {
    tg.spawn(async () => {
      await sleep(1);
      tg.spawn(async () => {
        await sleep(1);
        mark('grandchild');
      });
    });
  });
  assert.deepEqual(marks, ['grandchild']);
});

kernelTest(
  'taskGroup: a kill of the caller stays a kill, and a failure beside it is printed',
  async ({ takePrinted }) => {
    const clumsy = async (): Promise<void> => {
      try {
        await sleep(100);
      } finally {
        throw new Error('clumsy'); // oxlint-disable-line no-unsafe-finally -- this is what is tested
      }
    };
    const owner = spawn(() =>
      taskGroup(async (tg) => {
        tg.spawn(clumsy);
        await sleep(100);
      }),
    );
    await sleep(1);
    await owner.kill();
    assert.ok(owner.value instanceof GreenletExit);
    assert.match(takePrinted().join(''), /<TaskGroup> failed with/);
  },
);
