import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Timeout, getHub, isInterrupt, sleep, spawn, withDeadline, withTimeout } from '../../src/index.ts';
import { Event } from '../../src/event.ts';
import { Empty, Queue } from '../../src/queue.ts';
import { errorOf, kernelTest, outcomeOf } from '../support/kernel.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';

forbidUnhandledRejections();

class Boom extends Error {
  override readonly name = 'Boom';
}

kernelTest('making a Timeout starts nothing, and pending tells whether it runs', async ({ time }) => {
  const timeout = new Timeout(1);
  assert.equal(timeout.pending, false);
  await sleep(2);
  timeout.start();
  assert.equal(timeout.pending, true);
  assert.throws(() => timeout.start(), /running already/);
  assert.equal(await errorOf(sleep(10)), timeout);
  assert.equal(timeout.pending, false);
  assert.equal(time.now(), 3);
});

kernelTest('Timeout(undefined) never fires', async () => {
  const timeout = Timeout.startNew();
  assert.equal(timeout.pending, false);
  await sleep(1e6);
  timeout.cancel();
  assert.equal(await withTimeout(undefined, async () => (await sleep(1e6), 5)), 5);
});

kernelTest('it is an interrupt: a handler of ordinary errors can let it pass', async () => {
  const timeout = new Timeout(1);
  const error = await errorOf(timeout.run(() => sleep(5)));
  assert.ok(isInterrupt(error));
  assert.equal(isInterrupt(new Error('ordinary')), false);
});

kernelTest('inner and outer timeouts of equal type are told apart by identity', async ({ time }) => {
  const outer = new Timeout(1);
  const inner = new Timeout(5);
  const seen: unknown[] = [];
  const error = await errorOf(
    outer.run(async () => {
      try {
        await inner.run(() => sleep(100));
      } catch (raised) {
        seen.push(raised === inner, raised === outer);
        throw raised;
      }
    }),
  );
  assert.equal(error, outer);
  assert.deepEqual(seen, [false, true]);
  assert.equal(time.now(), 1);
});

kernelTest('run with false swallows its own firing, and lets a foreign timeout pass', async () => {
  assert.equal(await new Timeout(1, false).run(() => sleep(5)), undefined);
  const outer = new Timeout(1);
  assert.equal(await errorOf(outer.run(() => new Timeout(5, false).run(() => sleep(50)))), outer);
  const outerSilent = new Timeout(1, false);
  const inner = new Timeout(0.5);
  assert.equal(await errorOf(outerSilent.run(() => inner.run(() => sleep(50)))), inner);
});

kernelTest('a Timeout given an error class or object raises that in place of itself', async () => {
  const error = new Boom('mine');
  assert.equal(await errorOf(new Timeout(1, error).run(() => sleep(5))), error);
  const timeout = new Timeout(1, Boom);
  const raised = await errorOf(timeout.run(() => sleep(5)));
  assert.ok(raised instanceof Boom);
  assert.ok(timeout.isOwn(raised));
  assert.equal(timeout.isOwn(error), false);
});

kernelTest('each firing of a Timeout with an error class raises an instance of its own', async () => {
  const timeout = new Timeout(1, Boom);
  const first = await errorOf(timeout.run(() => sleep(5)));
  const second = await errorOf(timeout.run(() => sleep(5)));
  assert.notEqual(first, second);
});

test('after an overrun without a yield sleep(0) does not raise, and the first real turn of the loop does', async () => {
  const timeout = Timeout.startNew(0.005);
  const end = performance.now() + 20;
  while (performance.now() < end);
  await sleep(0);
  assert.equal(timeout.pending, true);
  assert.equal(await errorOf(sleep(1)), timeout);
});

kernelTest('a timer left running when its greenlet ends does nothing and prints nothing', async () => {
  const g = spawn(() => {
    Timeout.startNew(1);
    return 'fine';
  });
  assert.equal(await g.get(), 'fine');
  await sleep(5);
});

kernelTest('two timers with one deadline, both caught, are delivered in start order', async () => {
  const [first, second] = [new Timeout(1), new Timeout(1)];
  first.start();
  second.start();
  assert.equal(await errorOf(sleep(10)), first);
  assert.equal(await errorOf(sleep(10)), second);
});

kernelTest('swallowing a Timeout lets the code go on: it is not raised again', async ({ time }) => {
  const timeout = Timeout.startNew(1);
  assert.equal(await errorOf(sleep(10)), timeout);
  await sleep(10);
  await sleep(10);
  assert.equal(time.now(), 21);
});

kernelTest('a Timeout started in a greenlet reaches that greenlet alone', async () => {
  const timeout = new Timeout(1);
  const other = spawn(async () => (await sleep(5), 'undisturbed'));
  const g = spawn(async () => {
    timeout.start();
    return await errorOf(sleep(5));
  });
  assert.equal(await g.get(), timeout);
  assert.equal(await other.get(), 'undisturbed');
});

kernelTest('cancel after the firing, before anything raised it, retracts it', async () => {
  const timeout = new Timeout(1);
  const g = spawn(async () => {
    timeout.start();
    await new Promise<void>((resolve) => {
      getHub().loop.timer(2).start(resolve);
    });
    assert.equal(timeout.pending, false);
    assert.equal(getHub().statistics().pendingInterrupts, 1);
    timeout.cancel();
    assert.equal(getHub().statistics().pendingInterrupts, 0);
    await sleep(1);
    return 'not disturbed';
  });
  assert.equal(await g.get(), 'not disturbed');
});

kernelTest(
  'cancel keeps it from firing, and it can be started again; close is for good',
  async ({ time }) => {
    const timeout = Timeout.startNew(1);
    timeout.cancel();
    timeout.cancel();
    await sleep(2);
    timeout.start();
    assert.equal(await errorOf(sleep(5)), timeout);
    assert.equal(time.now(), 3);
    timeout.close();
    assert.throws(() => timeout.start(), /closed/);
  },
);

kernelTest('startNew of an existing Timeout answers it, started if it was not', async () => {
  const timeout = new Timeout(5);
  assert.equal(Timeout.startNew(timeout), timeout);
  assert.equal(timeout.pending, true);
  assert.equal(Timeout.startNew(timeout), timeout);
  timeout.cancel();
});

kernelTest('using closes a Timeout at the end of its block', async () => {
  let kept: Timeout;
  {
    using timeout = Timeout.startNew(1);
    kept = timeout;
    await sleep(0.5);
  }
  assert.equal(kept.pending, false);
  await sleep(5);
});

kernelTest('the text names the seconds, and the place where it was started', async () => {
  assert.equal(String(new Timeout(1)), 'Timeout: 1 second');
  assert.equal(String(new Timeout(5)), 'Timeout: 5 seconds');
  assert.equal(String(new Timeout(5, false)), 'Timeout: 5 seconds (silent)');
  assert.equal(String(new Timeout(5, 'too slow')), 'Timeout: 5 seconds: too slow');
  const timeout = new Timeout(1);
  await errorOf(timeout.run(() => sleep(5)));
  assert.match(timeout.stack ?? '', /^Timeout: 1 second\n +started at .*timeout\.test/);
  assert.equal(timeout.name, 'Timeout');
  assert.equal(timeout.code, 'GEVENT_TIMEOUT');
});

kernelTest(
  'withTimeout gives timeoutValue for its own timer, a shorter outer one passes through',
  async () => {
    assert.equal(await withTimeout(1, () => sleep(5), { timeoutValue: 'late' }), 'late');
    assert.equal(await withTimeout(1, () => sleep(5), { timeoutValue: undefined }), undefined);
    assert.equal(await withTimeout(1, () => 'in time', { timeoutValue: 'late' }), 'in time');
    const outer = new Timeout(1);
    assert.equal(
      await errorOf(outer.run(() => withTimeout(5, () => sleep(50), { timeoutValue: 'late' }))),
      outer,
    );
    const error = new Boom('own');
    assert.equal(await errorOf(withTimeout(1, () => Promise.reject(error), { timeoutValue: 'late' })), error);
  },
);

kernelTest('withTimeout without timeoutValue raises a Timeout', async ({ time }) => {
  const error = await errorOf(withTimeout(2, () => sleep(5)));
  assert.ok(error instanceof Timeout && error.seconds === 2);
  assert.equal(time.now(), 2);
});

test('withDeadline takes a Date or seconds since 1970', async () => {
  assert.ok((await errorOf(withDeadline(new Date(Date.now() + 5), () => sleep(5)))) instanceof Timeout);
  assert.equal(await withDeadline(Date.now() / 1000 + 60, () => 'in time'), 'in time');
  assert.equal(await withDeadline(new Date(0), () => sleep(5), { timeoutValue: 'past' }), 'past');
  assert.throws(() => withDeadline('x' as never, () => {}), TypeError);
  assert.throws(() => withDeadline(new Date(Number.NaN), () => {}), RangeError);
});

kernelTest('withTimeout branches do not interrupt their siblings', async ({ time, mark, marks }) => {
  const sibling = async (): Promise<string> => {
    await sleep(3);
    mark(`sibling at ${time.now()}`);
    return 'sibling';
  };
  const g = spawn(() =>
    Promise.all([
      withTimeout(1, () => sleep(50), { timeoutValue: 'a' }),
      sibling(),
      withTimeout(2, () => sleep(50), { timeoutValue: 'b' }),
      withTimeout(10, sibling),
    ]),
  );
  assert.deepEqual(await g.get(), ['a', 'sibling', 'b', 'sibling']);
  assert.deepEqual(marks, ['sibling at 3', 'sibling at 3']);
});

kernelTest(
  'a Timeout object as the limit of a wait: get raises it, join and event.wait are quiet',
  async () => {
    const g = spawn(() => sleep(100));
    const event = new Event();
    const queue = new Queue<number>();
    const limit = (): Timeout => new Timeout(1);
    const [a, b] = [limit(), limit()];
    assert.equal(await errorOf(g.get({ timeout: a })), a);
    assert.equal(await g.join({ timeout: limit() }), undefined);
    assert.equal(await event.wait({ timeout: limit() }), false);
    assert.equal(await errorOf(queue.get({ timeout: b })), b);
    assert.ok((await errorOf(queue.get({ timeout: 1 }))) instanceof Empty);
    const running = Timeout.startNew(1);
    assert.equal(await g.join({ timeout: running }), undefined);
    await g.kill();
  },
);

kernelTest('a Timeout object that runs already keeps running after the wait it bounds', async () => {
  const timeout = Timeout.startNew(5);
  const g = spawn(() => sleep(1));
  await g.join({ timeout });
  assert.equal(timeout.pending, true);
  timeout.cancel();
});

kernelTest('a Timeout of zero or less fires in the next turn of the loop', async () => {
  for (const seconds of [0, -1]) {
    assert.ok((await errorOf(withTimeout(seconds, () => sleep(1)))) instanceof Timeout);
    assert.equal(await withTimeout(seconds, async () => (await sleep(0), 'quick')), 'quick');
  }
});

kernelTest('a result and a timeout in one turn give one of the two, and nothing is lost', async () => {
  const queue = new Queue<number>();
  getHub()
    .loop.timer(1)
    .start(() => void queue.put(5, { block: false }));
  const outcome = await outcomeOf(withTimeout(1, () => queue.get()));
  const left = queue.qsize();
  assert.equal('value' in outcome ? 1 : 0, 1 - left);
});

test('a Timeout refuses wrong arguments', () => {
  assert.throws(() => new Timeout(-Infinity), RangeError);
  assert.throws(() => new Timeout(Number.NaN), RangeError);
  for (const bad of ['1', null, {}]) assert.throws(() => new Timeout(bad as never), TypeError);
  for (const bad of [5, true, null, {}]) assert.throws(() => new Timeout(1, bad as never), TypeError);
  assert.throws(() => withTimeout('1' as never, () => {}), TypeError);
  assert.throws(() => withTimeout(1, 5 as never), TypeError);
});
