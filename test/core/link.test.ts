import assert from 'node:assert/strict';
import {
  Greenlet,
  GreenletExit,
  getCurrent,
  getHub,
  sleep,
  spawn,
  spawnLink,
  spawnLinkException,
  spawnLinkValue,
} from '../../src/index.ts';
import { AsyncResult, Event } from '../../src/event.ts';
import { LinkedCompleted, LinkedExited, LinkedFailed, LinkedKilled } from '../../src/greenlet.ts';
import { errorOf, kernelTest } from '../support/kernel.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';

forbidUnhandledRejections();

function fail(): never {
  throw new Error('boom');
}

kernelTest(
  'links run oldest first, and a joiner that came after two links wakes after them',
  async ({ mark, marks }) => {
    const g = spawn(() => sleep(1));
    g.rawLink(() => mark('first'));
    g.rawLink(() => mark('second'));
    const joiner = spawn(async () => {
      await g.join();
      mark('joiner');
    });
    await sleep(0);
    g.rawLink(() => mark('third'));
    await joiner.join();
    await sleep(0);
    assert.deepEqual(marks.indexOf('joiner') > marks.indexOf('second'), true);
    assert.deepEqual(
      marks.filter((each) => each !== 'joiner'),
      ['first', 'second', 'third'],
    );
  },
);

kernelTest('a joiner that came before a link wakes in its place', async ({ mark, marks }) => {
  const g = spawn(() => sleep(1));
  const joiner = spawn(async () => {
    await g.join();
    mark('joiner');
  });
  await sleep(0);
  g.rawLink(() => mark('link'));
  await joiner.join();
  await sleep(0);
  assert.deepEqual(marks, ['joiner', 'link']);
});

kernelTest(
  'link runs the callback in a greenlet of its own, which may wait',
  async ({ time, mark, marks }) => {
    const g = spawn(() => 5);
    g.link(async (source) => {
      assert.notEqual(getCurrent(), g);
      assert.ok(getCurrent() !== getHub());
      await sleep(2);
      mark([source.value, time.now()]);
    });
    await sleep(5);
    assert.deepEqual(marks, [[5, 2]]);
  },
);

kernelTest(
  'rawLink runs the callback on the hub, where it must not wait',
  async ({ mark, marks, takePrinted }) => {
    const g = spawn(() => 5);
    g.rawLink(() => {
      mark(getCurrent() === getHub());
      void sleep(1);
    });
    await sleep(1);
    assert.deepEqual(marks, [true]);
    assert.match(takePrinted().join(''), /failed with BlockingSwitchOutError/);
  },
);

kernelTest('the same callback linked twice to a greenlet fires twice', async ({ mark, marks }) => {
  const g = spawn(() => {});
  const callback = (): unknown => mark('called');
  g.rawLink(callback);
  g.rawLink(callback);
  g.link(callback);
  g.link(callback);
  await sleep(1);
  assert.deepEqual(marks, ['called', 'called', 'called', 'called']);
});

kernelTest('the same callback linked twice to an Event fires once', async ({ mark, marks }) => {
  const event = new Event();
  const callback = (): unknown => mark('called');
  event.rawLink(callback);
  event.rawLink(callback);
  event.set();
  await sleep(0);
  assert.deepEqual(marks, ['called']);
});

kernelTest('a link that removes a later one keeps it from running', async ({ mark, marks }) => {
  const g = spawn(() => {});
  const later = (): unknown => mark('later');
  g.rawLink(() => {
    mark('first');
    g.unlink(later);
  });
  g.rawLink(later);
  await sleep(1);
  assert.deepEqual(marks, ['first']);
});

kernelTest('a link made by a link runs too', async ({ mark, marks }) => {
  const g = spawn(() => {});
  g.rawLink(() => {
    mark('first');
    g.rawLink(() => mark('made by it'));
  });
  await sleep(1);
  assert.deepEqual(marks, ['first', 'made by it']);
});

kernelTest(
  'linkValue fires for success and for a killed greenlet, linkException only for failure',
  async (kernel) => {
    const { mark, marks, takePrinted } = kernel;
    const bodies: [string, () => unknown][] = [
      ['returned', () => 1],
      ['killed', () => sleep(100)],
      ['failed', fail],
    ];
    for (const [name, body] of bodies) {
      const g = spawn(body);
      g.linkValue(() => mark(`${name}: value`));
      g.linkException(() => mark(`${name}: exception`));
      g.link(() => mark(`${name}: any`));
      await sleep(0);
      await g.kill();
      await sleep(0);
      await sleep(0);
    }
    assert.deepEqual(marks, [
      'returned: value',
      'returned: any',
      'killed: value',
      'killed: any',
      'failed: exception',
      'failed: any',
    ]);
    takePrinted();
  },
);

kernelTest('a link to what cannot be linked to is a TypeError', async () => {
  const g = spawn(() => {});
  for (const bad of [5, null, 'x', {}]) {
    assert.throws(() => g.link(bad as never), TypeError);
    assert.throws(() => g.rawLink(bad as never), TypeError);
  }
  assert.equal(g.hasLinks(), false);
  await g.join();
});

kernelTest('a link on a greenlet that has ended fires in a later turn', async ({ mark, marks }) => {
  const g = spawn(() => 5);
  await g.join();
  g.link((source) => mark(source.value));
  g.rawLink((source) => mark(source.value));
  assert.deepEqual(marks, []);
  await sleep(0);
  await sleep(0);
  assert.deepEqual(marks, [5, 5]);
  assert.equal(g.hasLinks(), false);
});

kernelTest('unlink and unlinkAll take links back', async ({ mark, marks }) => {
  const g = spawn(() => {});
  const callback = (): unknown => mark('called');
  g.link(callback);
  g.unlink(callback);
  assert.equal(g.hasLinks(), false);
  g.link();
  g.unlink();
  g.rawLink(callback);
  g.link(callback);
  g.unlinkAll();
  assert.equal(g.hasLinks(), false);
  g.unlink(() => {});
  await sleep(1);
  assert.deepEqual(marks, []);
});

kernelTest('a link that throws is printed, and those behind it run', async ({ mark, marks, takePrinted }) => {
  const g = spawn(() => {});
  g.rawLink(fail);
  g.rawLink(() => mark('behind'));
  await sleep(1);
  assert.deepEqual(marks, ['behind']);
  assert.match(takePrinted().join(''), /boom[^]*<callback fail> failed with Error/);
});

kernelTest('a greenlet as receiver gets a LinkedExited of the kind of the end', async ({ takePrinted }) => {
  const cases: [() => unknown, new (...args: never[]) => LinkedExited][] = [
    [() => 1, LinkedCompleted],
    [fail, LinkedFailed],
    [() => sleep(100), LinkedKilled],
  ];
  for (const [body, kind] of cases) {
    const g = spawn(body);
    const receiver = spawn(() => errorOf(sleep(1000)));
    g.link(receiver);
    await sleep(1);
    await g.kill();
    const error = await receiver.get();
    assert.ok(error instanceof kind && error instanceof LinkedExited);
    assert.equal(error.source, g);
    if (kind === LinkedFailed) assert.equal(error.cause, g.exception);
  }
  takePrinted();
});

kernelTest('link without receiver is to the current greenlet', async () => {
  const g = spawn(() => 1);
  g.link();
  const error = await errorOf(sleep(10));
  assert.ok(error instanceof LinkedCompleted);
  assert.equal(error.source, g);
});

kernelTest(
  'spawnLink raises here at any end, spawnLinkValue at success, spawnLinkException at failure',
  async (kernel) => {
    assert.ok((await errorOf((spawnLink(() => 1), sleep(10)))) instanceof LinkedCompleted);
    assert.ok((await errorOf((spawnLink(fail), sleep(10)))) instanceof LinkedFailed);
    assert.ok((await errorOf((spawnLinkValue(() => 1), sleep(10)))) instanceof LinkedCompleted);
    assert.ok((await errorOf((spawnLinkException(fail), sleep(10)))) instanceof LinkedFailed);
    spawnLinkValue(fail);
    spawnLinkException(() => 1);
    await sleep(10);
    kernel.takePrinted();
  },
);

kernelTest('an AsyncResult as receiver takes over the outcome', async ({ takePrinted }) => {
  const value = new AsyncResult<unknown>();
  spawn(() => 5).link(value);
  assert.equal(await value.get(), 5);
  const failed = new AsyncResult<unknown>();
  const g = spawn(fail);
  g.link(failed);
  assert.equal(await errorOf(failed.get()), g.exception);
  const killed = new AsyncResult<unknown>();
  const sleeper = spawn(() => sleep(100));
  sleeper.link(killed);
  await sleep(0);
  await sleeper.kill();
  assert.ok((await killed.get()) instanceof GreenletExit);
  takePrinted();
});

kernelTest('an uncaught LinkedExited ends the receiver as a failure', async ({ takePrinted }) => {
  const receiver = new Greenlet(() => sleep(100));
  receiver.start();
  await sleep(0);
  spawn(() => 1).link(receiver);
  await receiver.join();
  assert.ok(receiver.exception instanceof LinkedCompleted);
  assert.match(takePrinted().join(''), /failed with LinkedCompleted/);
});
