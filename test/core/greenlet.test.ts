import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import {
  Greenlet,
  GreenletExit,
  RawGreenlet,
  Timeout,
  config,
  getCurrent,
  sleep,
  spawn,
  spawnRaw,
} from '../../src/index.ts';
import { LoopExit, getHub } from '../../src/hub.ts';
import { onLoopEnd } from '../../src/core/loop-end.ts';
import { errorOf, kernelTest } from '../support/kernel.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';

forbidUnhandledRejections();

class Boom extends Error {
  override readonly name = 'Boom';
}

function fail(error: Error = new Boom('boom')): never {
  throw error;
}

kernelTest('a second start, and one after the end, does nothing', async ({ mark, marks }) => {
  const g = new Greenlet(() => mark('ran'));
  g.start();
  g.start();
  g.startLater(1);
  await g.join();
  g.start();
  g.startLater(1);
  await sleep(2);
  assert.deepEqual(marks, ['ran']);
});

kernelTest('the states of a greenlet follow its life', async () => {
  const g = new Greenlet(async () => {
    await sleep(1);
    return 5;
  });
  const look = (): unknown[] => [
    g.started,
    g.ready(),
    g.dead,
    g.successful(),
    g.value,
    g.exception,
    g.excInfo,
  ];
  const before = [false, false, false, false, undefined, undefined, []];
  const during = [true, false, false, false, undefined, undefined, []];
  assert.deepEqual(look(), before);
  g.start();
  assert.deepEqual(look(), during);
  await sleep(0);
  assert.deepEqual(look(), during);
  await g.join();
  assert.deepEqual(look(), [false, true, true, true, 5, undefined, []]);
});

kernelTest('get raises the very same error object each time', async ({ takePrinted }) => {
  const error = new Boom('x');
  const g = spawn(fail, error);
  assert.equal(await errorOf(g.get()), error);
  assert.equal(await errorOf(g.get()), error);
  assert.equal(g.exception, error);
  assert.equal(takePrinted().length, 1);
});

kernelTest(
  'get({ timeout: 0 }) yields once: a greenlet that finishes in that turn gives its value',
  async () => {
    assert.equal(await spawn(() => 7).get({ timeout: 0 }), 7);
  },
);

kernelTest('get with a timeout raises a Timeout that names the seconds', async () => {
  const g = spawn(() => sleep(10));
  const error = await errorOf(g.get({ timeout: 2 }));
  assert.ok(error instanceof Timeout);
  assert.equal(error.seconds, 2);
  assert.match(error.message, /2 seconds/);
  assert.equal(g.hasLinks(), false);
  await g.kill();
});

kernelTest('get({ block: false }) raises a Timeout at once when there is no result yet', async ({ time }) => {
  const g = spawn(async () => {
    await sleep(1);
    return 1;
  });
  assert.ok((await errorOf(g.get({ block: false }))) instanceof Timeout);
  assert.equal(time.now(), 0);
  await g.join();
  assert.equal(await g.get({ block: false }), 1);
});

kernelTest('join answers undefined in every case: finished, failed, timed out', async ({ takePrinted }) => {
  const slow = spawn(() => sleep(10));
  assert.equal(await spawn(() => 5).join(), undefined);
  assert.equal(await spawn(fail).join(), undefined);
  assert.equal(await slow.join({ timeout: 1 }), undefined);
  assert.equal(slow.dead, false);
  assert.equal(slow.hasLinks(), false);
  await slow.kill();
  assert.equal(takePrinted().length, 1);
});

kernelTest('excInfo is empty for success and a triple for failure', async ({ takePrinted }) => {
  const fine = spawn(() => 1);
  const error = new Boom('x');
  const bad = spawn(fail, error);
  await sleep(0);
  assert.deepEqual(fine.excInfo, []);
  assert.equal(fine.exception, undefined);
  assert.deepEqual(bad.excInfo, [Boom, error, error.stack]);
  assert.equal(bad.value, undefined);
  assert.equal(bad.successful(), false);
  takePrinted();
});

kernelTest('returning a GreenletExit is an ordinary success with that value', async () => {
  const exit = new GreenletExit('bye');
  const g = spawn(() => exit);
  assert.equal(await g.get(), exit);
  assert.ok(g.successful());
  assert.equal(g.value, exit);
});

kernelTest('raising a GreenletExit is a success with that value, and prints nothing', async () => {
  const exit = new GreenletExit('bye');
  const g = spawn(fail, exit);
  await g.join();
  assert.ok(g.successful());
  assert.equal(g.value, exit);
  assert.equal(g.exception, undefined);
});

kernelTest('raising a Timeout out of a greenlet is a failure and is printed', async ({ takePrinted }) => {
  const timeout = new Timeout(3);
  const g = spawn(fail, timeout);
  await g.join();
  assert.equal(g.successful(), false);
  assert.equal(g.exception, timeout);
  assert.match(takePrinted().join(''), /failed with Timeout/);
});

kernelTest('a never-started greenlet joined from main with nothing else alive is a LoopExit', async () => {
  const joining = errorOf(new Greenlet(() => {}).join());
  assert.equal(onLoopEnd(getHub()), true);
  assert.ok((await joining) instanceof LoopExit);
});

kernelTest('a function that is not async works as well, and so does a thenable result', async () => {
  assert.equal(await spawn(() => 'plain').get(), 'plain');
  // oxlint-disable-next-line unicorn/no-thenable -- what is tested
  const thenable = { then: (resolve: (value: string) => void) => resolve('thenable') };
  assert.equal(await spawn(() => thenable as unknown as Promise<string>).get(), 'thenable');
});

kernelTest('a greenlet is not thenable', async () => {
  const g = spawn(() => 1);
  assert.equal('then' in g, false);
  assert.equal(await Promise.resolve(g), g);
  await g.join();
});

kernelTest('minimalIdent is a small number, and is reused after the end', async () => {
  const a = spawn(() => sleep(1));
  const b = spawn(() => sleep(5));
  const ident = a.minimalIdent;
  assert.notEqual(ident, b.minimalIdent);
  assert.ok(ident < 100 && b.minimalIdent < 100);
  assert.equal(a.minimalIdent, ident);
  await a.join();
  const c = spawn(() => sleep(1));
  assert.equal(c.minimalIdent, ident);
  await Promise.all([b.kill(), c.kill()]);
});

kernelTest('a thousand greenlets in sequence use few idents', async () => {
  const idents = new Set<number>();
  for (let index = 0; index < 1000; index += 1) {
    const g = spawn(() => {});
    idents.add(g.minimalIdent);
    await g.join();
  }
  assert.equal(idents.size, 1);
});

kernelTest('asking a dead greenlet for its ident or name takes none from the living', async () => {
  const dead = spawn(() => {});
  await dead.join();
  const ident = dead.minimalIdent;
  const alive = spawn(() => sleep(1));
  const other = spawn(() => sleep(1));
  assert.notEqual(alive.minimalIdent, other.minimalIdent);
  assert.ok(Number.isInteger(ident));
  await Promise.all([alive.kill(), other.kill()]);
  const next = Array.from({ length: 3 }, () => spawn(() => sleep(1)));
  assert.equal(new Set(next.map((g) => g.minimalIdent)).size, 3);
  for (const g of next) await g.kill();
});

kernelTest('the name is Greenlet-N unless one is assigned', async () => {
  const g = spawn(() => {});
  assert.equal(g.name, `Greenlet-${g.minimalIdent}`);
  g.name = 'worker';
  assert.equal(g.name, 'worker');
  assert.throws(() => (g.name = 5 as unknown as string), TypeError);
  assert.equal(g.name, 'worker');
  await g.join();
  assert.equal(g.name, 'worker');
});

kernelTest('toString and inspect show class, name, function and arguments', async () => {
  // A declaration: Bun puts a constant that is used once in its place, and an arrow function loses its name.
  function download(url: string, options: object): unknown {
    return [url, options];
  }
  const g = spawn(download, 'http://a', { deep: { deeper: 1 } });
  g.name = 'worker';
  assert.equal(String(g), `<Greenlet "worker": download('http://a', { deep: [Object] })>`);
  assert.match(inspect(g), /<Greenlet "worker": download\('http:\/\/a'/);
  class Job extends Greenlet {}
  const job = new Job(() => {});
  job.name = 'j';
  assert.equal(String(job), '<Job "j": (anonymous)()>');
  await g.join();
});

kernelTest('a subclass overrides toString for the text in messages', async ({ takePrinted }) => {
  class Job extends Greenlet {
    protected override _run(): never {
      throw new Boom('x');
    }
    override toString(): string {
      return '<a job>';
    }
  }
  await Job.spawn().join();
  assert.match(takePrinted().join(''), /<a job> failed with Boom/);
});

kernelTest('args are those given, and gone after the end', async () => {
  const g = spawn((a: number, b: string) => [a, b], 1, 'x');
  assert.deepEqual(g.args, [1, 'x']);
  await g.join();
  assert.deepEqual(g.args, []);
});

kernelTest('spawningGreenlet is the spawner', async () => {
  let inner: Greenlet | undefined;
  const outer = spawn(async () => {
    inner = spawn(() => sleep(1));
    await sleep(5);
  });
  await sleep(0);
  assert.equal(outer.spawningGreenlet, getCurrent());
  assert.equal(inner?.spawningGreenlet, outer);
  await outer.join();
});

kernelTest('spawningStack names the place of the spawn first, without frames of the library', async () => {
  const { spawnSites } = config;
  config.spawnSites = 'always';
  try {
    const spawned: Greenlet<unknown>[] = [];
    // Not in tail position: such a call takes the frame of its caller on Bun.
    (function spawnsIt() {
      spawned.push(spawn(() => {}));
    })();
    const g = spawned[0] as Greenlet<unknown>;
    assert.match(g.spawningStack[0] ?? '', /spawnsIt .*greenlet\.test/);
    assert.ok(g.spawningStack.every((frame) => !/build\/src\/|\bsrc\/core\//.test(frame)));
    assert.ok(g.spawningStack.length <= Greenlet.spawningStackLimit);
    Greenlet.spawningStackLimit = 1;
    const short = spawn(() => {});
    assert.equal(short.spawningStack.length, 1);
    config.spawnSites = 'never';
    const none = spawn(() => {});
    assert.deepEqual(none.spawningStack, []);
    await sleep(0);
  } finally {
    Greenlet.spawningStackLimit = 10;
    config.spawnSites = spawnSites;
  }
});

kernelTest(
  'spawnTreeLocals are shared down one spawn tree, and each child of main has its own',
  async ({ marks }) => {
    const grow = (name: string): Greenlet =>
      spawn(async () => {
        const { spawnTreeLocals } = getCurrent();
        spawnTreeLocals['tree'] = name;
        await spawn(async () => {
          await spawn(() => marks.push([name, getCurrent().spawnTreeLocals['tree']])).join();
          getCurrent().spawnTreeLocals['below'] = name;
        }).join();
        marks.push([name, spawnTreeLocals['below']]);
      });
    await Promise.all([grow('a').join(), grow('b').join()]);
    assert.deepEqual(marks.map((mark) => JSON.stringify(mark)).sort(), [
      '["a","a"]',
      '["a","a"]',
      '["b","b"]',
      '["b","b"]',
    ]);
    assert.equal('tree' in getCurrent().spawnTreeLocals, false);
  },
);

kernelTest('without trackGreenletTree nobody has a spawner', async () => {
  config.trackGreenletTree = false;
  try {
    const g = spawn(() => {});
    assert.equal(g.spawningGreenlet, undefined);
    await g.join();
  } finally {
    config.trackGreenletTree = true;
  }
});

kernelTest('spawn callbacks are called at each start of a Greenlet, once each', async ({ mark, marks }) => {
  const callback = (g: Greenlet<unknown>): unknown => mark(g);
  Greenlet.addSpawnCallback(callback);
  Greenlet.addSpawnCallback(callback);
  const a = spawn(() => {});
  const b = Greenlet.spawnLater(1, () => {});
  const c = new Greenlet(() => {});
  spawnRaw(() => {});
  assert.deepEqual(marks, [a, b]);
  c.start();
  c.start();
  Greenlet.removeSpawnCallback(callback);
  spawn(() => {});
  await sleep(2);
  assert.deepEqual(marks, [a, b, c]);
});

kernelTest('a raw greenlet runs, has a state, and no links', async ({ marks }) => {
  const raw = spawnRaw(async (x: number) => {
    await sleep(1);
    marks.push(x);
  }, 5);
  assert.ok(raw instanceof RawGreenlet && !(raw instanceof Greenlet));
  assert.deepEqual([raw.started, raw.dead], [true, false]);
  await sleep(2);
  assert.deepEqual([raw.started, raw.dead], [false, true]);
  assert.deepEqual(marks, [5]);
});

kernelTest('quiet keeps a failure from being printed', async () => {
  const g = new Greenlet(fail);
  g.quiet = true;
  g.start();
  await g.join();
  assert.ok(g.exception instanceof Boom);
});

kernelTest('leaving await using in peace joins the greenlet', async ({ time }) => {
  {
    await using g = spawn(() => sleep(2));
    assert.equal(g.dead, false);
  }
  assert.equal(time.now(), 2);
});

kernelTest('a kill that leaves await using kills the greenlet', async ({ mark, marks }) => {
  let inner: Greenlet | undefined;
  const outer = spawn(async () => {
    await using g = spawn(() => sleep(100));
    inner = g;
    await sleep(50);
    mark('not reached');
  });
  await sleep(1);
  await outer.kill();
  assert.equal(inner?.dead, true);
  assert.deepEqual(marks, []);
});

kernelTest('a timeout that leaves await using kills the greenlet', async ({ time }) => {
  const timeout = new Timeout(1);
  let inner: Greenlet | undefined;
  const error = await errorOf(
    timeout.run(async () => {
      await using g = spawn(() => sleep(100));
      inner = g;
      await sleep(50);
    }),
  );
  assert.equal(error, timeout);
  assert.equal(inner?.dead, true);
  assert.equal(time.now(), 1);
});

kernelTest('use joins the greenlet after a clean end, and kills it after an error', async ({ time }) => {
  const joined = spawn(() => sleep(2));
  assert.equal(await joined.use(() => 'result'), 'result');
  assert.equal(time.now(), 2);
  assert.ok(joined.value === undefined && joined.successful());
  const killed = spawn(() => sleep(100));
  const error = new Boom('in the block');
  assert.equal(await errorOf(killed.use(() => fail(error))), error);
  assert.equal(time.now(), 2);
  assert.ok(killed.value instanceof GreenletExit);
});

test('wrong arguments are refused at the call, before any effect', () => {
  const g = new Greenlet(() => {});
  for (const call of [
    () => spawn(1 as never),
    () => spawnRaw('x' as never),
    () => Greenlet.spawn(undefined as never),
    () => Greenlet.spawnLater('1' as never, () => {}),
    () => new Greenlet({} as never),
    () => g.link(5 as never),
    () => g.rawLink(undefined as never),
    () => g.kill('x' as never),
    () => g.kill({ timeout: 'x' as never }),
    () => g.join({ timeout: '1' as never }),
    () => g.get(5 as never),
    () => g.startLater('1' as never),
    () => Greenlet.addSpawnCallback(1 as never),
    () => (g.quiet = 1 as never),
  ]) {
    assert.throws(
      call,
      (error: Error) => error instanceof TypeError && /expected .*got /.test(error.message),
      String(call),
    );
  }
  for (const call of [
    () => g.join({ timeout: Number.NaN }),
    () => Greenlet.spawnLater(Number.NaN, () => {}),
    () => g.startLater(-Infinity),
  ]) {
    assert.throws(call, RangeError);
  }
  assert.equal(g.dead, false);
  assert.equal(g.started, false);
  assert.equal(g.hasLinks(), false);
});
