import assert from 'node:assert/strict';
import { getCurrent, sleep, spawn } from '../../src/index.ts';
import { AttributeError, greenletLocal, local } from '../../src/local.ts';
import { kernelTest } from '../support/kernel.ts';

kernelTest('values of a local are per greenlet', async ({ marks }) => {
  const data = new local();
  data['who'] = 'main';
  const worker = async (name: string): Promise<void> => {
    marks.push('who' in data);
    data['who'] = name;
    await sleep(1);
    marks.push(data['who']);
  };
  spawn(worker, 'a');
  spawn(worker, 'b');
  await sleep(2);
  assert.deepEqual(marks, [false, false, 'a', 'b']);
  assert.equal(data['who'], 'main');
  assert.deepEqual(Object.keys(data), ['who']);
  delete data['who'];
  assert.deepEqual(Object.keys(data), []);
});

kernelTest('reading or deleting a missing attribute is an AttributeError that names it', () => {
  const data = new local();
  const naming = (error: unknown): boolean =>
    error instanceof AttributeError && error.message.includes("'missing'");
  assert.throws(() => data['missing'], naming);
  assert.throws(() => delete data['missing'], naming);
  assert.equal(getCurrent().name, 'main');
});

kernelTest(
  'a subclass is constructed again in each greenlet that touches it, with the same arguments',
  async () => {
    let made = 0;
    class Session extends local {
      count: number;
      constructor(start: number) {
        super(start);
        made += 1;
        this.count = start;
      }
    }
    const session = new Session(5);
    session.count += 1;
    const seen = await spawn(() => session.count++ + session.count).get();
    assert.equal(seen, 11);
    assert.equal(session.count, 6);
    assert.equal(made, 2);
  },
);

kernelTest('greenletLocal has an initial value, or makes one for each greenlet', async () => {
  let made = 0;
  const counter = greenletLocal(() => ({ id: (made += 1) }));
  const flag = greenletLocal(false);
  flag.value = true;
  assert.equal(counter.value, counter.value);
  assert.deepEqual(await spawn(() => [counter.value.id, flag.value]).get(), [2, false]);
  assert.deepEqual([counter.value.id, flag.value], [1, true]);
});

kernelTest('values are released when the greenlet ends, even if somebody holds the greenlet', async () => {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) return;
  const data = greenletLocal<object | undefined>(undefined);
  let value: WeakRef<object> | undefined;
  const g = spawn(async () => {
    const big = { size: new Array(1000).fill(0) };
    value = new WeakRef(big);
    data.value = big;
    await sleep(0);
  });
  await g.join();
  for (let turn = 0; turn < 5 && value?.deref() !== undefined; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    gc();
  }
  assert.ok(g.dead);
  assert.equal(value?.deref(), undefined);
});

kernelTest("a local made in a subclass's constructor is a local of its own", async () => {
  class Session extends local {
    readonly inner: local;
    constructor() {
      super();
      this.inner = new local();
    }
  }
  class Outer extends local {
    readonly shared: local;
    constructor() {
      const before = new local();
      super(before);
      this.shared = before;
    }
  }
  const session = new Session();
  const outer = new Outer();
  const inners = await spawn(() => [session.inner, outer.shared]).get();
  for (const inner of [...inners, session.inner, outer.shared]) {
    inner['who'] = 'main';
    assert.equal(await spawn(() => 'who' in inner).get(), false);
    assert.throws(() => inner['missing'], AttributeError);
  }
});

kernelTest('a subclass that touches another local before its super() is made all the same', async () => {
  class Inner extends local {
    name = 'inner';
  }
  const inner = new Inner();
  class Session extends local {
    readonly seen: unknown;
    constructor() {
      const { name } = inner;
      super();
      this.seen = name;
    }
  }
  const session = new Session();
  assert.equal(await spawn(() => session.seen).get(), 'inner');
});
