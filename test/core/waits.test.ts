// Every kind of wait of core in the four ways: ready already, ready later, killed, timed out. Afterwards nothing may
// be registered, neither with the kernel (kernelTest looks) nor with what was waited for.
import assert from 'node:assert/strict';
import {
  Greenlet,
  GreenletExit,
  Timeout,
  adopt,
  getHub,
  idle,
  interruptible,
  iwait,
  joinAll,
  killAll,
  shield,
  sleep,
  spawn,
  taskGroup,
  wait,
  withTimeout,
} from '../../src/index.ts';
import { Waiter } from '../../src/hub.ts';
import { type Kernel, errorOf, kernelTest } from '../support/kernel.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';

forbidUnhandledRejections();

/** One kind of wait, on a subject of its own. */
interface Subject {
  readonly wait: () => Promise<unknown>;
  /** Makes it ready. */
  readonly ready: () => unknown;
  /** What the wait gives then. */
  readonly gives: unknown;
  /** True while something is registered with the subject. */
  readonly isRegistered?: () => boolean;
  /** Ends what the test leaves alive. */
  readonly end?: () => unknown;
}

function targetOf(make: (target: Greenlet<unknown>) => Pick<Subject, 'wait' | 'gives'>): Subject {
  const waiter = new Waiter<string>();
  const target = new Greenlet<unknown>(() => waiter.get());
  target.start();
  return {
    ...make(target),
    ready: () => waiter.switch('value'),
    isRegistered: () => target.hasLinks(),
    end: () => target.kill(),
  };
}

function foreign(make: (promise: Promise<string>) => Promise<unknown>): Subject {
  let resolve: (value: string) => void = () => {};
  const promise = new Promise<string>((fulfil) => (resolve = fulfil));
  return { wait: () => make(promise), ready: () => resolve('value'), gives: 'value' };
}

const kinds: Record<string, () => Subject> = {
  'Waiter.get()': () => {
    const waiter = new Waiter<string>();
    return { wait: () => waiter.get(), ready: () => waiter.switch('value'), gives: 'value' };
  },
  'Greenlet.join()': () => targetOf((g) => ({ wait: () => g.join(), gives: undefined })),
  'Greenlet.get()': () => targetOf((g) => ({ wait: () => g.get(), gives: 'value' })),
  'Greenlet.join() with seconds': () =>
    targetOf((g) => ({ wait: () => g.join({ timeout: 50 }), gives: undefined })),
  'Greenlet.get() with a Timeout': () =>
    targetOf((g) => ({ wait: () => g.get({ timeout: new Timeout(50) }), gives: 'value' })),
  'joinAll()': () => targetOf((g) => ({ wait: async () => (await joinAll([g])).length, gives: 1 })),
  'joinAll() with seconds': () =>
    targetOf((g) => ({ wait: async () => (await joinAll([g], { timeout: 50 })).length, gives: 1 })),
  'wait()': () =>
    targetOf((g) => ({ wait: async () => (await wait([g, g], { count: 1 })).length, gives: 1 })),
  'iwait()': () =>
    targetOf((g) => ({
      wait: async () => {
        for await (const ready of iwait([g])) return ready === g;
        return false;
      },
      gives: true,
    })),
  'interruptible()': () => foreign(interruptible),
  'adopt()': () => foreign((promise) => adopt(promise, () => {})),
  'withTimeout()': () => {
    const waiter = new Waiter<string>();
    return {
      wait: () => withTimeout(50, () => waiter.get()),
      ready: () => waiter.switch('value'),
      gives: 'value',
    };
  },
  'Timeout.run()': () => {
    const waiter = new Waiter<string>();
    const wait = (): Promise<unknown> => new Timeout(50, false).run(() => waiter.get());
    return { wait, ready: () => waiter.switch('value'), gives: 'value' };
  },
  'taskGroup()': () => {
    const waiter = new Waiter<string>();
    const wait = (): Promise<unknown> =>
      taskGroup(async (tg) => {
        const member = tg.spawn(() => waiter.get());
        tg.spawn(() => sleep(0));
        return await member.get();
      });
    return { wait, ready: () => waiter.switch('value'), gives: 'value' };
  },
  'Promise.all() of several waits': () => {
    const waiters = [new Waiter<number>(), new Waiter<number>(), new Waiter<number>()];
    return {
      wait: async () => (await Promise.all(waiters.map((each) => each.get()))).length,
      ready: () => waiters.forEach((each) => each.switch(1)),
      gives: 3,
    };
  },
  'kill()': () => stubborn(async (g) => (await g.kill(), 'dead')),
  'killAll()': () => stubborn(async (g) => (await killAll([g]), 'dead')),
  'Greenlet.use()': () => targetOf((g) => ({ wait: () => g.use(() => g.get()), gives: 'value' })),
};

function stubborn(make: (target: Greenlet<unknown>) => Promise<unknown>): Subject {
  const waiter = new Waiter<void>();
  const target = new Greenlet<unknown>(async () => {
    await errorOf(sleep(1000));
    await waiter.get();
  });
  target.start();
  return {
    wait: () => make(target),
    ready: () => waiter.switch(),
    gives: 'dead',
    isRegistered: () => target.hasLinks(),
    end: async () => {
      await target.kill();
    },
  };
}

for (const [name, make] of Object.entries(kinds)) {
  const four = (way: string, body: (subject: Subject, kernel: Kernel) => Promise<void>): void =>
    kernelTest(`${name}: ${way}`, async (kernel) => {
      const subject = make();
      await sleep(0);
      await body(subject, kernel);
      assert.equal(subject.isRegistered?.() ?? false, false);
      await subject.end?.();
    });

  four('ready already', async ({ wait, ready, gives }, { time }) => {
    ready();
    await sleep(0);
    assert.deepEqual(await spawn(wait).get(), gives);
    assert.equal(time.now(), 0);
  });

  four('ready later', async ({ wait, ready, gives }, { time }) => {
    const g = spawn(wait);
    await sleep(1);
    assert.equal(g.dead, false);
    ready();
    assert.deepEqual(await g.get(), gives);
    assert.equal(time.now(), 1);
  });

  four('killed', async ({ wait }, { time }) => {
    const reason = new GreenletExit('the kill');
    const g = spawn(wait);
    await sleep(1);
    assert.equal(await g.kill(reason), 'killed');
    assert.equal(g.value, reason);
    assert.equal(time.now(), 1);
  });

  four('timed out', async ({ wait }, { time }) => {
    const timeout = new Timeout(2);
    const g = spawn(() => errorOf(timeout.run(wait)));
    assert.equal(await g.get(), timeout);
    assert.equal(time.now(), 2);
  });

  four('with a kill pending it raises at once, ready or not', async ({ wait, ready }) => {
    ready();
    await sleep(0);
    const g: Greenlet<unknown> = new Greenlet(async () => {
      g.kill({ block: false });
      return await errorOf(wait());
    });
    g.start();
    assert.ok((await g.get()) instanceof GreenletExit);
  });
}

kernelTest('sleep: wakes after its seconds, is killed, is timed out', async ({ time }) => {
  await spawn(() => sleep(3)).join();
  assert.equal(time.now(), 3);
  const killed = spawn(() => sleep(10));
  await sleep(1);
  assert.equal(await killed.kill(), 'killed');
  const timeout = new Timeout(1);
  assert.equal(await errorOf(timeout.run(() => sleep(10))), timeout);
  assert.equal(time.now(), 5);
});

kernelTest('sleep of zero, less, and nothing gives way once', async ({ mark, marks }) => {
  for (const pause of [() => sleep(0), () => sleep(-1), () => sleep()]) {
    spawn(mark, 'other');
    await pause();
    mark('me');
  }
  assert.deepEqual(marks, ['other', 'me', 'other', 'me', 'other', 'me']);
});

kernelTest('sleepers with one deadline wake in the order in which they lay down', async ({ mark, marks }) => {
  for (let index = 0; index < 50; index += 1) {
    spawn(async () => {
      await sleep(1);
      mark(index);
    });
  }
  await sleep(2);
  assert.deepEqual(
    marks,
    Array.from({ length: 50 }, (_, index) => index),
  );
});

kernelTest('idle can be killed', async () => {
  const g = spawn(() => idle());
  await sleep(0);
  assert.equal(await g.kill(), 'killed');
  await new Promise<void>((resolve) => setImmediate(resolve));
});

kernelTest('shield: ready already, ready later, killed when it is through', async ({ time }) => {
  assert.equal(await shield(() => 'at once'), 'at once');
  const g = spawn(() => shield(async () => (await sleep(5), 'value')));
  await sleep(1);
  assert.equal(await g.kill(), 'killed');
  assert.equal(time.now(), 5);
});

kernelTest('the hub itself must not wait', async () => {
  const errors: unknown[] = [];
  getHub().runCallback(() => {
    for (const attempt of [() => sleep(0), () => sleep(1), () => new Waiter().get()]) {
      try {
        void attempt();
      } catch (error) {
        errors.push(error);
      }
    }
  });
  await sleep(1);
  assert.deepEqual(
    errors.map((error) => (error as Error).name),
    Array(3).fill('BlockingSwitchOutError'),
  );
});
