import assert from 'node:assert/strict';
import {
  Greenlet,
  GreenletExit,
  type RawGreenlet,
  getCurrent,
  getHub,
  isInterrupt,
  kill,
  sleep,
  spawn,
  spawnRaw,
} from '../../src/index.ts';
import { Event } from '../../src/event.ts';
import { Queue } from '../../src/queue.ts';
import { Waiter } from '../../src/hub.ts';
import { errorOf, kernelTest } from '../support/kernel.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';

forbidUnhandledRejections();

class Boom extends Error {
  override readonly name = 'Boom';
}

kernelTest(
  'a kill before the first run fires the links, later and not during the call',
  async ({ mark, marks }) => {
    const g = new Greenlet(() => mark('ran'));
    g.link(() => mark('link'));
    g.rawLink(() => mark('rawLink'));
    g.start();
    g.kill({ block: false });
    mark('killed');
    assert.ok(g.dead);
    await sleep(0);
    await sleep(0);
    assert.deepEqual(marks, ['killed', 'link', 'rawLink']);
    assert.ok(g.value instanceof GreenletExit);
  },
);

kernelTest(
  'a never-started greenlet that was killed does not run when it is started',
  async ({ mark, marks }) => {
    const g = new Greenlet(() => mark('ran'));
    assert.equal(await g.kill(), 'killed');
    g.start();
    g.startLater(0);
    await sleep(1);
    assert.deepEqual(marks, []);
    assert.ok(g.successful());
  },
);

kernelTest(
  'a greenlet that was to start later can be killed before, and its timer is gone',
  async ({ mark, marks }) => {
    const g = Greenlet.spawnLater(5, () => mark('ran'));
    assert.equal(getHub().loop.statistics().timers, 1);
    await g.kill();
    assert.equal(getHub().loop.statistics().timers, 0);
    await sleep(10);
    assert.deepEqual(marks, []);
  },
);

kernelTest(
  'a kill before the start with an error of ordinary kind is a failure with that error',
  async () => {
    const error = new Boom('early');
    const g = spawn(() => {});
    g.kill(error, { block: false });
    assert.equal(g.successful(), false);
    assert.equal(await errorOf(g.get()), error);
  },
);

kernelTest(
  'kill parks until the target is dead, a finally that sleeps included',
  async ({ time, mark, marks }) => {
    const g = spawn(async () => {
      try {
        await sleep(100);
      } finally {
        mark('cleaning');
        await sleep(2);
        mark('clean');
      }
    });
    await sleep(1);
    assert.equal(await g.kill(), 'killed');
    assert.equal(time.now(), 3);
    assert.deepEqual(marks, ['cleaning', 'clean']);
  },
);

kernelTest('kill with a timeout that expires answers quietly with the target alive', async ({ time }) => {
  const g = spawn(async () => {
    try {
      await sleep(100);
    } finally {
      await sleep(10);
    }
  });
  await sleep(0);
  assert.equal(await g.kill({ timeout: 3 }), 'alive');
  assert.equal(time.now(), 3);
  assert.equal(g.dead, false);
  assert.equal(g.hasLinks(), false);
  await g.join();
  assert.equal(time.now(), 10);
});

kernelTest('a target may catch the kill and go on: kill waits for its natural end', async ({ time }) => {
  const g = spawn(async () => {
    await errorOf(sleep(100));
    await sleep(5);
    return 'survived';
  });
  await sleep(1);
  assert.equal(await g.kill(), 'finished');
  assert.equal(time.now(), 6);
  assert.equal(g.value, 'survived');
});

kernelTest(
  'kill with a class raises an instance of it, with an object that very object',
  async ({ takePrinted }) => {
    const seen: unknown[] = [];
    const body = async (): Promise<void> => {
      seen.push(await errorOf(sleep(100)));
    };
    const error = new Boom('x');
    const [a, b, c] = [spawn(body), spawn(body), spawn(body)];
    await sleep(0);
    await a.kill(Boom);
    await b.kill(error);
    await c.kill();
    assert.ok(seen[0] instanceof Boom && seen[0] !== error);
    assert.equal(seen[1], error);
    assert.ok(seen[2] instanceof GreenletExit);
    assert.ok(seen.every((each) => isInterrupt(each)));
    assert.deepEqual(takePrinted(), []);
  },
);

kernelTest('an error of ordinary kind given to kill is a failure, and printed', async ({ takePrinted }) => {
  const g = spawn(() => sleep(100));
  await sleep(0);
  const error = new Boom('x');
  assert.equal(await g.kill(error), 'killed');
  assert.equal(g.exception, error);
  assert.match(takePrinted().join(''), /failed with Boom/);
});

kernelTest('a greenlet that kills itself gets the error at that very call', async ({ mark, marks }) => {
  const g: Greenlet<unknown> = spawn(async () => {
    mark('before');
    try {
      await g.kill();
      mark('not reached');
    } catch (error) {
      mark(error instanceof GreenletExit);
      throw error;
    }
  });
  await g.join();
  assert.deepEqual(marks, ['before', true]);
  assert.ok(g.value instanceof GreenletExit);
});

kernelTest(
  'a greenlet that kills itself without waiting gets the error at its next wait',
  async ({ mark, marks }) => {
    const g: Greenlet<unknown> = spawn(async () => {
      g.kill({ block: false });
      mark('goes on');
      await sleep(0);
      mark('not reached');
    });
    await g.join();
    assert.deepEqual(marks, ['goes on']);
    assert.ok(g.value instanceof GreenletExit);
  },
);

kernelTest('a greenlet that kills itself and ends without another wait ends with its value', async () => {
  const g: Greenlet<unknown> = spawn(() => {
    g.kill({ block: false });
    return 5;
  });
  await g.join();
  assert.equal(g.value, 5);
});

kernelTest(
  'a target whose sleep(0) is over already resumes first: the kill comes at its next wait',
  async (kernel) => {
    const { mark, marks } = kernel;
    const g = spawn(async () => {
      mark('yields');
      await sleep(0);
      mark('resumed');
      await sleep(0);
      mark('not reached');
    });
    await sleep(0);
    await g.kill();
    assert.deepEqual(marks, ['yields', 'resumed']);
  },
);

kernelTest(
  'of two kills that do not wait, the first decides the outcome when nobody catches it',
  async () => {
    const [first, second] = [new GreenletExit('first'), new GreenletExit('second')];
    const g = spawn(() => sleep(100));
    await sleep(0);
    g.kill(first, { block: false });
    g.kill(second, { block: false });
    await g.join();
    assert.equal(g.value, first);
  },
);

kernelTest(
  'two kills are raised one after the other in a target that catches them',
  async ({ mark, marks }) => {
    const [first, second] = [new GreenletExit('first'), new GreenletExit('second')];
    const g = spawn(async () => {
      mark(await errorOf(sleep(100)));
      mark(await errorOf(sleep(100)));
      await sleep(1);
      return 'end';
    });
    await sleep(0);
    g.kill(first, { block: false });
    g.kill(second, { block: false });
    assert.equal(await g.get(), 'end');
    assert.deepEqual(marks, [first, second]);
  },
);

kernelTest(
  'an error in finally replaces the kill: a failure, stored and printed',
  async ({ takePrinted }) => {
    const error = new Boom('in finally');
    const g = spawn(async () => {
      try {
        await sleep(100);
      } finally {
        // oxlint-disable-next-line eslint/no-unsafe-finally -- what is tested
        throw error;
      }
    });
    await sleep(0);
    assert.equal(await g.kill(), 'finished');
    assert.equal(g.successful(), false);
    assert.equal(g.exception, error);
    assert.match(takePrinted().join(''), /Boom: in finally[^]*failed with Boom/);
  },
);

kernelTest('a second kill interrupts a finally that waits', async ({ time, mark, marks }) => {
  const [first, second] = [new GreenletExit('first'), new GreenletExit('second')];
  const g = spawn(async () => {
    try {
      await sleep(100);
    } finally {
      mark('cleaning');
      await sleep(50);
      mark('not reached');
    }
  });
  await sleep(0);
  g.kill(first, { block: false });
  await sleep(1);
  assert.equal(await g.kill(second), 'killed');
  assert.equal(g.value, second);
  assert.equal(time.now(), 1);
  assert.deepEqual(marks, ['cleaning']);
});

kernelTest('kill of a greenlet that has ended answers finished and changes nothing', async () => {
  const g = spawn(() => 5);
  await g.join();
  assert.equal(await g.kill(), 'finished');
  assert.equal(await g.kill(new Boom('late')), 'finished');
  assert.equal(g.value, 5);
});

kernelTest('a kill while the target is finishing comes too late: its value stands', async () => {
  const waiter = new Waiter<void>();
  const g = spawn(async () => {
    await waiter.get();
    return 'value';
  });
  await sleep(0);
  waiter.switch();
  g.kill({ block: false });
  assert.equal(await g.get(), 'value');
});

kernelTest(
  'a kill while the target is in its first slice is raised at its first wait',
  async ({ mark, marks }) => {
    const g: Greenlet<unknown> = spawn(async () => {
      mark('begins');
      // Not by itself: the hub kills it while its slice is open.
      await new Promise<void>((resolve) => setImmediate(resolve));
      mark('still there');
      await sleep(0);
      mark('not reached');
    });
    await sleep(0);
    g.kill({ block: false });
    assert.equal(g.dead, false);
    await g.join();
    assert.deepEqual(marks, ['begins', 'still there']);
  },
);

kernelTest('the killer may be killed while it waits for the end of its victim', async ({ time }) => {
  const victim = spawn(async () => {
    await errorOf(sleep(100));
    await sleep(10);
  });
  const killer = spawn(() => victim.kill());
  await sleep(1);
  assert.equal(await killer.kill(), 'killed');
  assert.equal(time.now(), 1);
  assert.equal(victim.hasLinks(), false);
  await victim.join();
});

kernelTest('two greenlets that kill each other both end', async () => {
  const pair: Greenlet<unknown>[] = [];
  for (const other of [1, 0]) {
    pair.push(
      spawn(async () => {
        await sleep(1);
        await pair[other]?.kill();
      }),
    );
  }
  for (const g of pair) await g.join();
  assert.ok(pair.every((g) => g.dead));
});

kernelTest('throw raises without waiting', async () => {
  const error = new GreenletExit('thrown');
  const g = spawn(() => sleep(100));
  await sleep(0);
  assert.equal(g.throw(error), undefined);
  assert.equal(g.dead, false);
  await g.join();
  assert.equal(g.value, error);
});

kernelTest('gevent.kill on a raw greenlet does not wait, and works', async ({ mark, marks }) => {
  const raw = spawnRaw(async () => {
    try {
      await sleep(100);
    } finally {
      mark('finally');
    }
  });
  await sleep(0);
  assert.equal(kill(raw), undefined);
  assert.equal(raw.dead, false);
  assert.deepEqual(marks, []);
  await sleep(0);
  await sleep(0);
  assert.equal(raw.dead, true);
  assert.deepEqual(marks, ['finally']);
});

kernelTest(
  'gevent.kill on a raw greenlet comes after the start that was queued before it',
  async ({ mark, marks }) => {
    const raw = spawnRaw(async () => {
      mark('ran');
      await sleep(1);
      mark('not reached');
    });
    kill(raw);
    await sleep(2);
    assert.deepEqual(marks, ['ran']);
    assert.ok(raw.dead);
  },
);

kernelTest('gevent.kill on main raises inside main', async () => {
  const main = getCurrent();
  const error = new Boom('main');
  spawn(() => kill(main, error));
  assert.equal(await errorOf(sleep(10)), error);
  kill(main);
  assert.ok((await errorOf(sleep(10))) instanceof GreenletExit);
});

kernelTest("an item put for a waiting getter before the kill is the victim's", async ({ marks }) => {
  const queue = new Queue<string>();
  const victim = spawn(() => queue.get());
  const next = spawn(() => queue.get());
  await sleep(0);
  queue.put('item').catch(assert.fail);
  victim.kill({ block: false });
  await victim.join();
  assert.equal(victim.value, 'item');
  await next.kill();
  assert.deepEqual(marks, []);
  assert.equal(queue.qsize(), 0);
});

kernelTest('an item put after the kill goes to the next getter, or stays in the queue', async () => {
  const queue = new Queue<string>();
  const victim = spawn(() => queue.get());
  const next = spawn(() => queue.get());
  await sleep(0);
  victim.kill({ block: false });
  await queue.put('item');
  assert.equal(await next.get(), 'item');
  assert.ok(victim.value instanceof GreenletExit);
  const last = spawn(() => queue.get());
  await sleep(0);
  last.kill({ block: false });
  await queue.put('stays');
  await last.join();
  assert.equal(queue.getNowait(), 'stays');
});

kernelTest('a killed waiter leaves no entry in the list of what it waited for', async () => {
  const event = new Event();
  const target = spawn(() => sleep(100));
  const waiters = [spawn(() => event.wait()), spawn(() => target.join()), spawn(() => target.get())];
  await sleep(0);
  assert.equal(event.linkCount(), 1);
  assert.ok(target.hasLinks());
  for (const waiter of waiters) await waiter.kill();
  assert.equal(event.linkCount(), 0);
  assert.equal(target.hasLinks(), false);
  await target.kill();
});

kernelTest('force raises again in every later wait, finally included', async ({ time, mark, marks }) => {
  const g = spawn(async () => {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      try {
        await sleep(100);
        mark('slept');
      } catch {
        mark('caught');
      }
    }
    return 'stubborn';
  });
  await sleep(0);
  assert.equal(await g.kill({ force: true }), 'finished');
  assert.equal(time.now(), 0);
  assert.deepEqual(marks, ['caught', 'caught', 'caught']);
});

kernelTest('force on a greenlet that has not begun is a plain kill', async ({ mark, marks }) => {
  const g = spawn(mark, 'ran');
  assert.equal(await g.kill({ force: true }), 'killed');
  assert.deepEqual(marks, []);
});

kernelTest(
  'kill reaches a call that runs beside the greenlet, and its finally runs',
  async ({ mark, marks }) => {
    const floating = async (): Promise<void> => {
      try {
        await sleep(50);
        mark('not reached');
      } finally {
        mark('floating finally');
      }
    };
    const g = spawn(async () => {
      floating().catch(mark);
      await sleep(100);
    });
    await sleep(1);
    await g.kill();
    assert.deepEqual(marks, ['floating finally', g.value]);
  },
);

kernelTest('a floating call of a greenlet that has ended goes on', async ({ mark, marks }) => {
  const g = spawn(() => {
    void (async () => {
      await sleep(5);
      mark('went on');
    })();
  });
  await g.join();
  await sleep(10);
  assert.deepEqual(marks, ['went on']);
});

kernelTest(
  'the finally blocks of nested calls run from the inside out, each to its end',
  async ({ mark, marks }) => {
    const level = async (depth: number): Promise<void> => {
      try {
        if (depth === 0) await sleep(100);
        else await level(depth - 1);
      } finally {
        mark(`enter ${depth}`);
        await sleep(1);
        mark(`leave ${depth}`);
      }
    };
    const g = spawn(() => level(2));
    await sleep(0);
    await g.kill();
    assert.deepEqual(marks, ['enter 0', 'leave 0', 'enter 1', 'leave 1', 'enter 2', 'leave 2']);
  },
);

kernelTest('a killed greenlet that spawns in finally starts those greenlets', async ({ mark, marks }) => {
  let child: RawGreenlet | undefined;
  const g = spawn(async () => {
    try {
      await sleep(100);
    } finally {
      child = spawn(mark, 'child');
    }
  });
  await sleep(0);
  await g.kill();
  await sleep(0);
  assert.equal(child?.dead, true);
  assert.deepEqual(marks, ['child']);
});
