import assert from 'node:assert/strict';
import { Event } from '../../src/event.ts';
import { getHub } from '../../src/hub.ts';
import { Timeout, getCurrent, joinAll, killAll, sleep, spawn, wait } from '../../src/index.ts';
import { settle, virtualTest } from '../support/virtual-test.ts';

virtualTest('Event.set() and clear() with no yield between wake all who were waiting', async () => {
  const event = new Event();
  const waiters = [1, 2, 3].map(() => spawn(() => event.wait()));
  await settle();
  event.set();
  event.clear();
  await settle();
  assert.deepEqual(
    waiters.map((waiter) => waiter.value),
    [true, true, true],
  );
  assert.equal(event.isSet(), false);
});

for (const count of [100, 1000]) {
  virtualTest(`${count} waiters of an Event wake in the order of waiting`, async () => {
    const event = new Event();
    const marks: number[] = [];
    const order = Array.from({ length: count }, (_, index) => index);
    for (const index of order) {
      spawn(async () => {
        await event.wait();
        marks.push(index);
      });
    }
    await settle();
    assert.equal(event.linkCount(), count);
    event.set();
    await settle();
    assert.deepEqual(marks, order);
    assert.equal(event.linkCount(), 0);
  });
}

virtualTest('Event.wait() on a set event answers true without a switch', async () => {
  const event = new Event();
  event.set();
  const marks: string[] = [];
  const other = spawn(() => marks.push('other'));
  assert.equal(await event.wait(), true);
  marks.push('waiter');
  await other.join();
  assert.deepEqual(marks, ['waiter', 'other']);
});

virtualTest('Event.wait() answers false when its time is up, whatever kind of limit it had', async (time) => {
  const event = new Event();
  assert.equal(await event.wait({ timeout: 2 }), false);
  assert.equal(time.now(), 2);
  assert.equal(await event.wait({ timeout: new Timeout(3) }), false);
  assert.equal(time.now(), 5);
  assert.equal(event.linkCount(), 0);
});

virtualTest('Event.wait() with a Timeout that runs already goes by what is left of it', async (time) => {
  const event = new Event();
  const timeout = Timeout.startNew(3);
  await sleep(2);
  assert.equal(await event.wait({ timeout }), false);
  assert.equal(time.now(), 3);
});

virtualTest('Event.wait() passes a foreign Timeout on', async () => {
  const event = new Event();
  const foreign = Timeout.startNew(1);
  await assert.rejects(event.wait({ timeout: new Timeout(2) }), (error) => error === foreign);
});

virtualTest('a waiter that arrives while the notification runs wakes after those already there', async () => {
  const event = new Event();
  const marks: string[] = [];
  event.rawLink(() => {
    marks.push('link');
    spawn(async () => {
      event.clear();
      await event.wait();
      marks.push('late');
    });
  });
  for (const name of ['first', 'second']) {
    spawn(async () => {
      await event.wait();
      marks.push(name);
    });
  }
  await settle();
  event.set();
  await settle();
  assert.deepEqual(marks, ['link', 'first', 'second']);
  event.set();
  await settle();
  assert.deepEqual(marks, ['link', 'first', 'second', 'late']);
});

virtualTest('a rawLink of an Event is removed after it ran', async () => {
  const event = new Event();
  const marks: unknown[] = [];
  event.rawLink((source) => marks.push(source));
  event.set();
  await settle();
  event.clear();
  event.set();
  await settle();
  assert.deepEqual(marks, [event]);
  assert.equal(event.linkCount(), 0);
});

virtualTest('a rawLink on an event that is set already runs at the next yield, on the hub', async () => {
  const event = new Event();
  event.set();
  const marks: unknown[] = [];
  event.rawLink(() => marks.push(getCurrent()));
  assert.deepEqual(marks, []);
  await sleep(0);
  assert.deepEqual(marks, [getHub()]);
});

virtualTest('the same callback rawLinked twice to an Event fires once', async () => {
  const event = new Event();
  let calls = 0;
  const callback = (): void => {
    calls += 1;
  };
  event.rawLink(callback);
  event.rawLink(callback);
  event.set();
  await settle();
  assert.equal(calls, 1);
});

virtualTest('an unlinked callback of an Event is not called, not even by one before it', async () => {
  const event = new Event();
  const marks: string[] = [];
  const second = (): void => {
    marks.push('second');
  };
  event.rawLink(() => {
    marks.push('first');
    event.unlink(second);
  });
  event.rawLink(second);
  event.unlink(() => {});
  event.set();
  await settle();
  assert.deepEqual(marks, ['first']);
});

virtualTest('wait() on an event set and cleared before the waiter runs still reports it', async () => {
  const event = new Event();
  const waiter = spawn(() => wait([event]));
  await settle();
  event.set();
  event.clear();
  assert.deepEqual(await waiter.get(), [event]);
  assert.equal(event.linkCount(), 0);
});

virtualTest('a killed or timed-out waiter leaves no entry in an Event', async () => {
  const event = new Event();
  const waiters = Array.from({ length: 10 }, (_, index) =>
    spawn(() => event.wait(index % 2 === 0 ? { timeout: 1 } : {})),
  );
  await settle();
  assert.equal(event.linkCount(), 10);
  await sleep(1);
  assert.equal(event.linkCount(), 5);
  await killAll(waiters);
  assert.equal(event.linkCount(), 0);
});

virtualTest('an Event says whether it is set, under each of its names', () => {
  const event = new Event();
  assert.deepEqual([event.isSet(), event.ready(), String(event)], [false, false, '<Event clear>']);
  event.set();
  assert.deepEqual([event.isSet(), event.ready(), String(event)], [true, true, '<Event set>']);
});

virtualTest(
  'an Event that is set again lets later waiters through, and holds them after clear()',
  async () => {
    const event = new Event();
    event.set();
    event.clear();
    const late = spawn(() => event.wait({ timeout: 1 }));
    assert.equal(await late.get(), false);
    event.set();
    await joinAll([late]);
    assert.equal(await event.wait({ timeout: 0 }), true);
  },
);
