// Random producers, consumers, kills, timeouts and shutdowns, under random orders of the ready queue: nothing is lost,
// nothing comes twice, nobody waits for what is there. A failure names its seed, and
// `explore(scenario, { seeds: [seed] })` shows it again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AsyncResult, Event } from '../../src/event.ts';
import { getHub } from '../../src/hub.ts';
import { Greenlet, GreenletExit, type TimeLimit, Timeout, sleep } from '../../src/index.ts';
import { BoundedSemaphore, RLock, Semaphore } from '../../src/lock.ts';
import { Pool } from '../../src/pool.ts';
import { Channel, LifoQueue, PriorityQueue, Queue, SimpleQueue } from '../../src/queue.ts';
import { explore } from '../../src/testing.ts';
import { Driver } from './driver.ts';

function fuzz(name: string, seeds: number, model: (driver: Driver) => Promise<void>): void {
  test(`${name}, in ${seeds} random runs`, async () => {
    try {
      await explore(async ({ random }) => await model(new Driver(random)), { seeds });
    } finally {
      // After a failure: the next model must not stumble over what this one left.
      for (const greenlet of getHub().greenlets()) greenlet.throw();
    }
  });
}

/** An item: who put it, and the number of the put. */
type Item = readonly [count: number, producer: number];

/** What was put and acknowledged, what was refused, and what was received, in order. */
class Ledger {
  readonly acknowledged = new Set<Item>();
  readonly refused = new Set<Item>();
  readonly received: Item[] = [];
  #count = 0;

  item(producer: number): Item {
    this.#count += 1;
    return [this.#count, producer];
  }

  async put(
    driver: Driver,
    producer: number,
    put: (item: Item, timeout: TimeLimit | undefined) => Promise<void>,
  ): Promise<void> {
    const item = this.item(producer);
    const { kind } = await driver.attempt((timeout) => put(item, timeout), 'Full', 'ShutDown');
    (kind === 'done' ? this.acknowledged : this.refused).add(item);
  }

  async get(driver: Driver, get: (timeout: TimeLimit | undefined) => Promise<Item>): Promise<void> {
    const received = await driver.attempt(
      async (timeout) => {
        const item = await get(timeout);
        this.received.push(item);
      },
      'Empty',
      'ShutDown',
    );
    if (received.kind === 'failed' && (received.error as Error).name === 'ShutDown') throw new GreenletExit();
  }

  /** `left` is what is still in the queue; `dropped` says that some may have been thrown away. */
  assertConserved(left: readonly Item[], dropped = 0): void {
    const out = [...this.received, ...left];
    assert.equal(new Set(out).size, out.length, 'an item came twice');
    for (const item of out) {
      assert.ok(!this.refused.has(item), 'an item came whose put was interrupted');
      assert.ok(this.acknowledged.has(item), 'an item came that nobody put');
    }
    assert.equal(out.length + dropped, this.acknowledged.size, 'an item was lost');
  }

  /** Items of one producer came in the order in which they were put. */
  assertOrdered(): void {
    const last = new Map<number, number>();
    for (const [count, producer] of this.received) {
      assert.ok(count > (last.get(producer) ?? 0), 'items of one producer came out of order');
      last.set(producer, count);
    }
  }
}

/** Nobody waits for an item while there is one, or for room while there is some. */
function assertNobodyForgotten(queue: SimpleQueue<Item>): void {
  const { size, maxsize, getters, putters } = queue.statistics();
  if (getters > 0) assert.deepEqual([size, putters], [0, 0], 'getters wait beside items');
  if (putters > 0) assert.ok(maxsize !== undefined && size >= maxsize, 'putters wait beside room');
}

interface QueueModel {
  readonly make: () => SimpleQueue<Item>;
  /** Items of one producer come in their order. */
  readonly isFifo?: boolean;
  /** The bound changes while the queue is used. */
  readonly changesBound?: boolean;
  readonly seeds: number;
}

async function runQueue(driver: Driver, { make, isFifo, changesBound }: QueueModel): Promise<void> {
  const queue = make();
  const ledger = new Ledger();
  driver.actors(1 + driver.below(3), 6, async (producer) => {
    if (driver.chance(0.2)) {
      const item = ledger.item(producer);
      try {
        queue.putNowait(item);
        ledger.acknowledged.add(item);
      } catch (error) {
        assert.equal((error as Error).name, 'Full');
      }
    } else {
      await ledger.put(driver, producer, (item, timeout) => queue.put(item, { timeout }));
    }
  });
  driver.actors(1 + driver.below(3), 6, async () => {
    if (driver.chance(0.15)) await driver.attempt((timeout) => queue.peek({ timeout }), 'Empty');
    else if (driver.chance(0.2) && !queue.empty()) ledger.received.push(queue.getNowait());
    else await ledger.get(driver, (timeout) => queue.get({ timeout }));
  });
  if (changesBound === true) {
    driver.actors(1, 4, async () => {
      await driver.pause();
      queue.maxsize = driver.oneOf([1, 2, 5, undefined]);
    });
  }
  driver.interruptions(8);

  await driver.quiescence();
  assertNobodyForgotten(queue);
  await driver.end();
  const { getters, putters } = queue.statistics();
  assert.deepEqual([getters, putters], [0, 0]);
  ledger.assertConserved(queue.toArray());
  if (isFifo === true) ledger.assertOrdered();
}

const queues: Record<string, QueueModel> = {
  Queue: { make: () => new Queue(), isFifo: true, seeds: 400 },
  SimpleQueue: { make: () => new SimpleQueue(3), isFifo: true, seeds: 200 },
  'Queue(1)': { make: () => new Queue(1), isFifo: true, seeds: 500 },
  'Queue(2) with a bound that changes': {
    make: () => new Queue(2),
    isFifo: true,
    changesBound: true,
    seeds: 400,
  },
  'Queue(0)': { make: () => new Queue(0), isFifo: true, seeds: 500 },
  Channel: { make: () => new Channel(), isFifo: true, seeds: 300 },
  'LifoQueue(2)': { make: () => new LifoQueue(2), seeds: 300 },
  'PriorityQueue(2)': { make: () => new PriorityQueue(2), seeds: 300 },
};

for (const [name, model] of Object.entries(queues)) {
  fuzz(`a ${name} loses nothing and gives nothing twice`, model.seeds, (driver) => runQueue(driver, model));
}

fuzz('a PriorityQueue gives the lowest of what it holds', 300, async (driver) => {
  const queue = new PriorityQueue<number>();
  const model: number[] = [];
  driver.actors(2, 8, async () => {
    const item = driver.below(10);
    await queue.put(item);
    model.push(item);
  });
  driver.actors(2, 8, async () => {
    await driver.attempt(async (timeout) => {
      const item = await queue.get({ timeout });
      model.sort((a, b) => a - b);
      assert.equal(item, model.shift());
    }, 'Empty');
  });
  driver.interruptions(6);
  await driver.quiescence();
  await driver.end();
  assert.equal(queue.qsize(), model.length);
});

for (const maxsize of [undefined, 1, 0]) {
  fuzz(
    `a Queue(${maxsize ?? ''}) that is shut down gives what it holds, and ends everybody`,
    300,
    async (driver) => {
      const queue = new Queue<Item>(maxsize);
      const ledger = new Ledger();
      const immediate = driver.chance(0.5);
      let dropped = 0;
      driver.actors(2, 6, (producer) =>
        ledger.put(driver, producer, (item, timeout) => queue.put(item, { timeout })),
      );
      driver.actors(2, 20, async () => {
        await ledger.get(driver, (timeout) => queue.get({ timeout }));
        if (queue.unfinishedTasks > 0) queue.taskDone();
      });
      driver.actors(1, 1, async () => {
        await sleep(driver.below(6));
        if (immediate) dropped = queue.toArray().length;
        queue.shutdown({ immediate });
      });
      driver.interruptions(4);
      await driver.quiescence();
      if (queue.isShutdown) driver.assertAllEnded();
      await driver.end();
      ledger.assertConserved(queue.toArray(), dropped);
      ledger.assertOrdered();
    },
  );
}

fuzz('join() of a Queue comes back when each task is done', 200, async (driver) => {
  const queue = new Queue<number>(2);
  let joined = 0;
  driver.actors(2, 4, async () => {
    await driver.attempt((timeout) => queue.put(1, { timeout }), 'Full');
  });
  driver.actors(2, 8, async () => {
    const { kind } = await driver.attempt((timeout) => queue.get({ timeout }), 'Empty');
    if (kind === 'done') queue.taskDone();
  });
  driver.actors(2, 2, async () => {
    const { kind } = await driver.attempt((timeout) => queue.join({ timeout }));
    if (kind === 'done') joined += 1;
  });
  driver.interruptions(4);
  await driver.quiescence();
  while (!queue.empty()) queue.getNowait();
  while (queue.unfinishedTasks > 0) queue.taskDone();
  await driver.quiescence();
  const { getters, putters } = queue.statistics();
  if (getters + putters === 0) driver.assertAllEnded();
  assert.ok(joined >= 0);
  await driver.end();
});

/** Takes a permit under random limits, holds it, and gives it back whatever happens. */
async function holdPermit(
  driver: Driver,
  acquire: (timeout: TimeLimit | undefined) => Promise<boolean>,
  hold: () => Promise<void>,
  release: () => unknown,
): Promise<void> {
  await driver.attempt(async (timeout) => {
    if (!(await acquire(timeout))) return;
    try {
      await hold();
    } finally {
      release();
    }
  });
}

for (const [name, SemaphoreClass] of Object.entries({ Semaphore, BoundedSemaphore })) {
  fuzz(`the permits of a ${name} are conserved, and never wait beside a waiter`, 400, async (driver) => {
    const permits = 1 + driver.below(3);
    const semaphore = new SemaphoreClass(permits);
    let held = 0;
    const hold = async (): Promise<void> => {
      held += 1;
      try {
        assert.ok(held <= permits, `${held} permits of ${permits} are held`);
        await driver.pause();
      } finally {
        held -= 1;
      }
    };
    driver.actors(4, 5, async () => {
      if (driver.chance(0.2)) {
        if (!semaphore.tryAcquire()) return;
        try {
          await hold();
        } finally {
          semaphore.release();
        }
      } else if (driver.chance(0.3)) {
        await driver.attempt(() => semaphore.use(hold));
      } else {
        await holdPermit(
          driver,
          (timeout) => semaphore.acquire({ timeout }),
          hold,
          () => semaphore.release(),
        );
      }
    });
    driver.actors(1, 3, async () => {
      await driver.attempt((timeout) => semaphore.wait({ timeout }));
    });
    driver.interruptions(8);
    await driver.quiescence();
    driver.assertAllEnded();
    await driver.end();
    assert.deepEqual([held, semaphore.counter, semaphore.linkCount()], [0, permits, 0]);
  });
}

fuzz(
  'an RLock is held by one greenlet at a time, as deep as it was taken, and is free in the end',
  400,
  async (driver) => {
    const lock = new RLock();
    let owner: number | undefined;
    driver.actors(3, 4, async (actor) => {
      const enter = (depth: number): Promise<void> =>
        holdPermit(
          driver,
          (timeout) => lock.acquire({ timeout }),
          async () => {
            assert.ok(owner === undefined || owner === actor, 'two owners');
            const outer = owner;
            owner = actor;
            try {
              await driver.pause();
              assert.equal(owner, actor);
              if (depth < 3 && driver.chance(0.5)) await enter(depth + 1);
            } finally {
              owner = outer;
            }
          },
          () => lock.release(),
        );
      await enter(1);
    });
    driver.interruptions(8);
    await driver.quiescence();
    driver.assertAllEnded();
    await driver.end();
    assert.deepEqual([owner, lock.locked()], [undefined, false]);
  },
);

fuzz('an Event wakes all who wait when it is set, and nobody else', 400, async (driver) => {
  const event = new Event();
  let sets = 0;
  driver.actors(4, 4, async () => {
    const before = sets;
    const wasSet = event.isSet();
    const outcome = await driver.attempt((timeout) => event.wait({ timeout }));
    if (outcome.kind === 'done' && outcome.value) assert.ok(wasSet || sets > before, 'woken by nothing');
  });
  driver.actors(1, 6, async () => {
    await driver.pause();
    if (driver.chance(0.6)) {
      sets += 1;
      event.set();
    }
    if (driver.chance(0.6)) event.clear();
  });
  driver.actors(1, 3, async () => {
    const callback = (): void => {};
    event.rawLink(callback);
    await driver.pause();
    event.unlink(callback);
  });
  driver.interruptions(6);
  await driver.quiescence();
  sets += 1;
  event.set();
  event.clear();
  event.set();
  await driver.quiescence();
  driver.assertAllEnded();
  await driver.end();
  assert.ok(event.linkCount() <= 1);
});

fuzz('an AsyncResult gives the same to all who wait', 300, async (driver) => {
  const result = new AsyncResult<object>();
  const value = {};
  const failure = new Error('failure');
  const isFailure = driver.chance(0.4);
  driver.actors(5, 2, async () => {
    const outcome = await driver.attempt((timeout) => result.get({ timeout }), 'Error');
    if (outcome.kind === 'done') assert.equal(outcome.value, value);
    else if (!(outcome.error instanceof Timeout) && !(outcome.error instanceof GreenletExit))
      assert.equal(outcome.error, failure);
  });
  driver.actors(2, 2, async () => {
    const outcome = await driver.attempt((timeout) => result.wait({ timeout }));
    if (outcome.kind === 'done' && outcome.value !== undefined) assert.equal(outcome.value, value);
  });
  driver.interruptions(5);
  await sleep(driver.below(5));
  if (isFailure) result.setException(failure);
  else result.set(value);
  await driver.quiescence();
  driver.assertAllEnded();
  await driver.end();
  assert.equal(result.linkCount(), 0);
});

fuzz(
  'a Pool is never over its size, runs each member once, and has all its slots back',
  500,
  async (driver) => {
    const size = 1 + driver.below(3);
    const pool = new Pool(size);
    const started = new Map<number, number>();
    const refused = new Set<number>();
    const members: Greenlet<unknown>[] = [];
    let running = 0;
    let calls = 0;
    const work = async (id: number): Promise<number> => {
      started.set(id, (started.get(id) ?? 0) + 1);
      running += 1;
      try {
        assert.ok(running <= size, `${running} members in a pool of ${size}`);
        await driver.pause();
        return id;
      } finally {
        running -= 1;
      }
    };
    driver.actors(4, 4, async () => {
      calls += 1;
      const id = calls;
      const way = driver.below(4);
      if (way === 0) {
        const list = [id, id + 0.25, id + 0.5];
        const outcome = await driver.attempt(() => pool.map(work, list));
        if (outcome.kind === 'done') {
          for (const [index, value] of outcome.value.entries()) {
            assert.ok(
              value === list[index] || (value as unknown) instanceof GreenletExit,
              'map() out of order',
            );
          }
        }
        return;
      }
      if (way === 1) {
        await driver.attempt(() => pool.apply(work, [id]));
        return;
      }
      const outcome = await driver.attempt(async (timeout) => {
        if (way === 2) return await pool.spawn(work, id);
        const member = new Greenlet(work, id);
        await pool.start(member, { timeout });
        return member;
      }, 'PoolFull');
      if (outcome.kind === 'done') members.push(outcome.value);
      else refused.add(id);
    });
    driver.actors(1, 4, async () => {
      await driver.attempt((timeout) => pool.waitAvailable({ timeout }));
    });
    driver.actors(1, 4, async () => {
      await driver.pause();
      const victim = driver.oneOf([...pool]);
      if (driver.chance(0.7)) victim?.kill({ block: false });
      else pool.kill({ block: false });
    });
    driver.interruptions(8);
    await driver.quiescence();
    driver.assertAllEnded();
    assert.deepEqual([running, pool.length, pool.freeCount()], [0, 0, size]);
    for (const [id, times] of started) {
      assert.equal(times, 1, 'a member ran twice');
      assert.ok(!refused.has(id), 'a call ran whose spawn was interrupted');
    }
    for (const member of members) assert.ok(member.dead && member.successful());
    await driver.end();
  },
);

fuzz('imap() gives each result at its place, whatever happens to its reader', 300, async (driver) => {
  const pool = new Pool(1 + driver.below(3));
  const items = Array.from({ length: 1 + driver.below(8) }, (_, index) => index);
  const maxsize = driver.oneOf([undefined, 1, 2]);
  const call = async (item: number): Promise<number> => {
    await driver.pause();
    if (item % 3 === 2) throw new RangeError(String(item));
    return item;
  };
  const results = pool.imap(call, items, { maxsize });
  const taken: number[] = [];
  let ends = 0;
  driver.actors(1 + driver.below(2), 12, async () => {
    try {
      await driver.attempt(async () => {
        const step = await results.next();
        if (step.done === true) ends += 1;
        else taken.push(step.value);
      });
    } catch (error) {
      assert.ok(error instanceof RangeError);
      taken.push(Number(error.message));
    }
  });
  driver.interruptions(4);
  await driver.quiescence();
  driver.assertAllEnded();
  for (let step = await nextOf(results); step !== undefined; step = await nextOf(results)) taken.push(step);
  assert.deepEqual(taken, items);
  assert.ok(ends >= 0);
  assert.equal(await pool.join({ timeout: 100 }), true);
  await driver.end();
});

/** The next result, or the number in its error; undefined at the end. */
async function nextOf(results: AsyncIterator<number, undefined>): Promise<number | undefined> {
  try {
    return (await results.next()).value;
  } catch (error) {
    return Number((error as Error).message);
  }
}
