// Who gets what is given in the same turn as a kill: given before the kill, it goes to the victim, whose next wait
// raises; given after the kill, it goes to the next one who waits.
import assert from 'node:assert/strict';
import { AsyncResult, Event } from '../../src/event.ts';
import { Greenlet, Timeout, getCurrent, killAll, sleep, spawn } from '../../src/index.ts';
import { BoundedSemaphore, RLock, Semaphore } from '../../src/lock.ts';
import { Pool } from '../../src/pool.ts';
import { Channel, LifoQueue, PriorityQueue, Queue, SimpleQueue } from '../../src/queue.ts';
import { settle, virtualTest } from '../support/virtual-test.ts';

interface Thing {
  /** Parks until something is given. */
  take(): Promise<unknown>;
  /** Gives it, without parking. */
  give(): void;
  /** It goes to everybody who waits, and not to one of them. */
  isForAll?: boolean;
  /** Ends what the thing itself keeps running. */
  end?(): unknown;
}

function ofQueue(queue: SimpleQueue<number>): Thing {
  return { take: () => queue.get(), give: () => queue.putNowait(1) };
}

function ofPutters(queue: SimpleQueue<number>): Thing {
  return { take: () => queue.put(2), give: () => void queue.getNowait() };
}

function ofLock(lock: Semaphore | RLock): Thing {
  lock.tryAcquire();
  return { take: () => lock.acquire(), give: () => void lock.release() };
}

async function ofPool(start: (pool: Pool) => Promise<unknown>): Promise<Thing> {
  const pool = new Pool(1);
  const member = await pool.spawn(() => sleep(1000));
  return {
    take: () => start(pool),
    give: () => pool.discard(member),
    end: () => Promise.all([pool.kill(), member.kill()]),
  };
}

const things: Record<string, () => Thing | Promise<Thing>> = {
  'an item of a Queue': () => ofQueue(new Queue()),
  'an item of a SimpleQueue': () => ofQueue(new SimpleQueue()),
  'an item of a bounded Queue': () => ofQueue(new Queue(1)),
  'an item of a PriorityQueue': () => ofQueue(new PriorityQueue()),
  'an item of a LifoQueue': () => ofQueue(new LifoQueue()),
  'an item of a Queue(0)': () => ofQueue(new Queue(0)),
  'an item of a Channel': () => ofQueue(new Channel()),
  'room in a bounded Queue': () => ofPutters(new Queue(1, [1])),
  'room in a PriorityQueue': () => ofPutters(new PriorityQueue(1, [1])),
  'a receiver at a Queue(0)': () => ofPutters(new Queue(0)),
  'a receiver at a Channel': () => ofPutters(new Channel()),
  'a permit of a Semaphore': () => ofLock(new Semaphore(1)),
  'a permit of a BoundedSemaphore': () => ofLock(new BoundedSemaphore(1)),
  'an RLock': () => ofLock(new RLock()),
  'a slot of a Pool, for spawn': () => ofPool((pool) => pool.spawn(() => sleep(1000))),
  'a slot of a Pool, for start': () => ofPool((pool) => pool.start(new Greenlet(() => sleep(1000)))),
  'the last task of a Queue': () => {
    const queue = new Queue(undefined, [1]);
    return { take: () => queue.join(), give: () => queue.taskDone(), isForAll: true };
  },
  'the set of an Event': () => {
    const event = new Event();
    return { take: () => event.wait(), give: () => event.set(), isForAll: true };
  },
  'the set of an Event that is cleared at once': () => {
    const event = new Event();
    const give = (): void => {
      event.set();
      event.clear();
    };
    return { take: () => event.wait(), give, isForAll: true };
  },
  'the set of an Event that a callback was linked to first': () => {
    const event = new Event();
    event.rawLink(() => {});
    return { take: () => event.wait(), give: () => event.set(), isForAll: true };
  },
  'the value of an AsyncResult': () => {
    const result = new AsyncResult<number>();
    return { take: () => result.get(), give: () => result.set(1), isForAll: true };
  },
  'the end of a greenlet': () => {
    const greenlet = new Greenlet(() => {});
    return { take: () => greenlet.join(), give: () => greenlet.throw(), isForAll: true };
  },
};

for (const [name, make] of Object.entries(things)) {
  /** Two that wait; the first is told of as the victim. */
  const begin = async (marks: string[], thing: Thing): Promise<[Greenlet<unknown>, Greenlet<unknown>]> => {
    const waiter = (mark: string): Greenlet<unknown> =>
      spawn(async () => {
        try {
          await thing.take();
          marks.push(`${mark} has it`);
          await sleep(100);
        } catch (error) {
          marks.push(`${mark} is interrupted`);
          throw error;
        }
      });
    const waiters: [Greenlet<unknown>, Greenlet<unknown>] = [waiter('victim'), waiter('next')];
    await settle();
    assert.deepEqual(marks, []);
    return waiters;
  };

  virtualTest(`${name}: given before a kill in the same turn, it goes to the victim`, async () => {
    const thing = await make();
    const marks: string[] = [];
    const waiters = await begin(marks, thing);
    thing.give();
    waiters[0].kill({ block: false });
    await settle();
    const expected = ['victim has it', 'victim is interrupted'];
    assert.deepEqual(
      marks.filter((mark) => mark.startsWith('victim')),
      expected,
    );
    assert.equal(marks.includes('next has it'), thing.isForAll === true);
    await killAll(waiters);
    await thing.end?.();
  });

  virtualTest(`${name}: given after a kill in the same turn, it goes to the next`, async () => {
    const thing = await make();
    const marks: string[] = [];
    const waiters = await begin(marks, thing);
    waiters[0].kill({ block: false });
    thing.give();
    await settle();
    assert.deepEqual(marks, ['victim is interrupted', 'next has it']);
    await killAll(waiters);
    await thing.end?.();
  });

  virtualTest(
    `${name}: whoever times out in the turn in which it is given has it, or leaves it to the next`,
    async () => {
      const thing = await make();
      const marks: string[] = [];
      const victim = spawn(async () => {
        const timeout = Timeout.startNew(1);
        try {
          await thing.take();
          timeout.cancel();
          marks.push('victim has it');
        } catch (error) {
          assert.equal(error, timeout);
          marks.push('victim is late');
        }
        await sleep(100);
      });
      const next = spawn(async () => {
        await thing.take();
        marks.push('next has it');
        await sleep(100);
      });
      await sleep(1);
      thing.give();
      await sleep(1);
      const takers = marks.filter((mark) => mark.endsWith('has it')).length;
      assert.equal(takers, thing.isForAll === true && !marks.includes('victim is late') ? 2 : 1);
      await killAll([victim, next]);
      await thing.end?.();
    },
  );
}

virtualTest('a victim that something was given to before the kill can still give it back', async () => {
  const lock = new Semaphore(1);
  lock.tryAcquire();
  const victim = spawn(() => lock.use(() => sleep(100)));
  const next = spawn(() => lock.use(() => getCurrent()));
  await settle();
  lock.release();
  victim.kill({ block: false });
  assert.equal(await next.get(), next);
  assert.equal(lock.counter, 1);
});
