import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import {
  type Greenlet,
  GreenletExit,
  Scope,
  Timeout,
  currentScope,
  currentSignal,
  getCurrent,
  getHub,
  sleep,
  spawn,
  withTimeout,
} from '../../src/index.ts';
import { errorOf, kernelTest } from '../support/kernel.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';

forbidUnhandledRejections();

kernelTest('the current scope is the greenlet itself, or that of the withTimeout around', async () => {
  const g: Greenlet<void> = spawn(async () => {
    assert.equal(currentScope(), getCurrent());
    await withTimeout(1, async () => {
      const inner = currentScope();
      assert.equal(inner.parent, g);
      await sleep(0);
      assert.equal(currentScope(), inner);
    });
    assert.equal(currentScope(), g);
  });
  await g.get();
});

kernelTest('a kill reaches the waits of every child scope', async ({ mark, marks }) => {
  const wait = async (name: string): Promise<void> => {
    try {
      await sleep(100);
    } finally {
      mark(name);
    }
  };
  const g = spawn(() =>
    Promise.all([
      wait('root'),
      withTimeout(50, () => wait('child')),
      withTimeout(50, () => withTimeout(40, () => wait('grandchild'))),
    ]),
  );
  await sleep(1);
  await g.kill();
  assert.deepEqual(new Set(marks), new Set(['child', 'grandchild', 'root']));
});

kernelTest(
  'an interruption without a parked wait stays pending, and is raised once by the next wait',
  async () => {
    const scope = new Scope(getCurrent());
    const reason = new GreenletExit('pending');
    assert.equal(scope.interrupt(reason), false);
    assert.equal(getHub().statistics().pendingInterrupts, 1);
    assert.equal(await errorOf(scope.run(() => sleep(1))), reason);
    await scope.run(() => sleep(1));
    assert.equal(scope.interrupt(reason), false);
    assert.equal(scope.retract(reason), true);
    assert.equal(scope.retract(reason), false);
    await scope.run(() => sleep(1));
    scope.close();
  },
);

kernelTest('an interruption of a parent that is pending is raised by a wait of the child', async () => {
  const g: Greenlet<unknown> = spawn(async () => {
    (g as Scope).interrupt(new GreenletExit('from outside'));
    return await errorOf(withTimeout(5, () => sleep(1)));
  });
  assert.ok((await g.get()) instanceof GreenletExit);
});

kernelTest('closing a scope drops what was pending for it alone', async () => {
  const scope = new Scope(getCurrent());
  scope.interrupt(new GreenletExit());
  scope.close();
  assert.equal(getHub().statistics().pendingInterrupts, 0);
  assert.equal(scope.interrupt(new GreenletExit()), false);
  await sleep(1);
});

kernelTest('the signal fires with the reason when the greenlet is killed', async () => {
  let signal: AbortSignal | undefined;
  const g = spawn(async () => {
    signal = currentSignal();
    assert.equal(currentSignal(), signal);
    assert.equal(currentScope().signal, signal);
    await sleep(100);
  });
  await sleep(0);
  assert.equal(signal?.aborted, false);
  const reason = new GreenletExit('why');
  await g.kill(reason);
  assert.equal(signal?.aborted, true);
  assert.equal(signal.reason, reason);
});

kernelTest('the signal of withTimeout fires at its timeout, that of the greenlet does not', async () => {
  const signals: AbortSignal[] = [];
  await withTimeout(
    1,
    async () => {
      signals.push(currentSignal());
      await sleep(5);
    },
    { timeoutValue: undefined },
  );
  assert.equal(signals[0]?.aborted, true);
  assert.ok(signals[0].reason instanceof Timeout);
  assert.equal(currentSignal().aborted, false);
});

kernelTest('the signal of a child scope fires when its parent is interrupted', async () => {
  let signal: AbortSignal | undefined;
  const g = spawn(() =>
    withTimeout(50, async () => {
      signal = currentSignal();
      await sleep(100);
    }),
  );
  await sleep(0);
  await g.kill();
  assert.equal(signal?.aborted, true);
});

kernelTest('the signal fires once per interruption, and afterwards there is a new one', async ({ mark }) => {
  let fired = 0;
  const g = spawn(async () => {
    for (let round = 0; round < 3; round += 1) {
      const signal = currentSignal();
      signal.addEventListener('abort', () => (fired += 1));
      mark(signal);
      assert.equal(signal.aborted, false);
      await errorOf(sleep(100));
      assert.equal(signal.aborted, true);
      assert.notEqual(currentSignal(), signal);
    }
  });
  for (let round = 1; round <= 3; round += 1) {
    await sleep(1);
    g.kill({ block: false });
    await sleep(0);
    assert.equal(fired, round);
  }
  await g.get();
});

kernelTest('a signal taken while an interruption is pending is aborted already', async () => {
  const g: Greenlet<unknown> = spawn(async () => {
    const reason = new GreenletExit('mine');
    g.kill(reason, { block: false });
    const signal = currentSignal();
    assert.ok(signal.aborted);
    assert.equal(signal.reason, reason);
    return await errorOf(sleep(1));
  });
  assert.ok((await g.get()) instanceof GreenletExit);
});

kernelTest('a kill of a greenlet that waits for work with its signal stops that work', async () => {
  const g = spawn(
    () =>
      new Promise<never>((_resolve, reject) => {
        const signal = currentSignal();
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  );
  await sleep(0);
  assert.equal(await g.kill(), 'killed');
  assert.ok(g.value instanceof GreenletExit);
});

kernelTest('a hundred thousand waits under one scope leave one signal and no listener', async () => {
  const g = spawn(async () => {
    const first = currentSignal();
    for (let round = 0; round < 1e5; round += 1) {
      if (currentSignal() !== first) assert.fail('a new signal without an interruption');
      await sleep(0);
    }
    assert.equal(getEventListeners(first, 'abort').length, 0);
  });
  await g.get();
});

kernelTest('hasRaised tells the reasons that were raised in a greenlet from others', async () => {
  const reason = new GreenletExit('x');
  const g = spawn(() => sleep(100));
  await sleep(0);
  assert.equal(g.hasRaised(reason), false);
  await g.kill(reason);
  assert.equal(g.hasRaised(reason), true);
  assert.equal(g.hasRaised(new GreenletExit('x')), false);
});
