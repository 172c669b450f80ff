// Every call of the library that parks, four ways: what it waits for is there already, comes later, the waiter is
// killed, the waiter is timed out. Afterwards nothing is left registered anywhere.
import assert from 'node:assert/strict';
import { AsyncResult, Event } from '../../src/event.ts';
import { Waiter, getHub, idle } from '../../src/hub.ts';
import {
  Greenlet,
  GreenletExit,
  type TimeLimit,
  Timeout,
  adopt,
  interruptible,
  iwait,
  joinAll,
  killAll,
  shield,
  sleep,
  spawn,
  taskGroup,
  wait,
  withDeadline,
  withTimeout,
} from '../../src/index.ts';
import { BoundedSemaphore, RLock, Semaphore } from '../../src/lock.ts';
import { Group, Pool, PoolFull } from '../../src/pool.ts';
import {
  Channel,
  Empty,
  Full,
  JoinableQueue,
  LifoQueue,
  PriorityQueue,
  Queue,
  SimpleQueue,
} from '../../src/queue.ts';
import { settle, virtualTest } from '../support/virtual-test.ts';

type ErrorClass = abstract new (...args: never[]) => Error;

/** What a wait does when its time is up. */
interface Late {
  /** What it gives in the end. */
  gives?: (value: unknown) => void;
  /** What it raises after its seconds. */
  raises?: ErrorClass;
  /** What it raises for a Timeout object, when it is not that object. */
  raisesForObject?: ErrorClass;
}

interface Wait {
  /** The call. */
  call(timeout?: TimeLimit): Promise<unknown>;
  /** Makes what it waits for true; never parks. */
  release(): void;
  /** What the call gives when it was released. */
  gives?: unknown;
  /** How many are registered with what it waits for. */
  entries?(): number;
}

/** What cannot be shown of a wait: that it is released, or that it parks at all. */
type Way = 'released' | 'parked';

/** A wait; for those that take `timeout`, what they do when it is over; the ways that do not exist for it. */
type Row = readonly [make: () => Wait, late?: Late | undefined, without?: Way];

const quietly = (expected: unknown): Late => ({ gives: (value) => assert.deepEqual(value, expected) });
const raisesTimeout: Late = { raises: Timeout };
const raisesEmpty: Late = { raises: Empty };
const raisesFull: Late = { raises: Full };
const poolFull: Late = { raises: PoolFull, raisesForObject: PoolFull };

/** A greenlet that ends when it is released, with the value 'end'. */
function target(): { greenlet: Greenlet<string>; gate: Event } {
  const gate = new Event();
  const greenlet = spawn(async () => {
    for (;;) {
      try {
        await gate.wait();
        return 'end';
      } catch (error) {
        if (!(error instanceof GreenletExit)) throw error;
      }
    }
  });
  return { greenlet, gate };
}

function onTarget(
  call: (greenlet: Greenlet<string>, timeout?: TimeLimit) => Promise<unknown>,
  gives?: unknown,
): Wait {
  const { greenlet, gate } = target();
  return {
    call: (timeout) => call(greenlet, timeout),
    release: () => gate.set(),
    entries: () => (greenlet.hasLinks() ? 1 : 0),
    gives,
  };
}

function onResult(call: (result: AsyncResult<number>, timeout?: TimeLimit) => Promise<unknown>): Wait {
  const result = new AsyncResult<number>();
  return {
    call: (timeout) => call(result, timeout),
    release: () => result.set(5),
    entries: () => result.linkCount(),
    gives: 5,
  };
}

function onPromise(call: (promise: Promise<number>) => Promise<unknown>): Wait {
  let resolve: (value: number) => void = () => {};
  const promise = new Promise<number>((settlePromise) => {
    resolve = settlePromise;
  });
  return { call: () => call(promise), release: () => resolve(3), gives: 3 };
}

/** Something that waits for an Event. */
function onEvent(call: (event: Event, timeout?: TimeLimit) => Promise<unknown>, gives: unknown): Wait {
  const event = new Event();
  return {
    call: (timeout) => call(event, timeout),
    release: () => event.set(),
    entries: () => event.linkCount(),
    gives,
  };
}

function entriesOf(queue: SimpleQueue<number>): () => number {
  return () => queue.statistics().getters + queue.statistics().putters;
}

function onItem(
  queue: SimpleQueue<number>,
  call: (queue: SimpleQueue<number>, timeout?: TimeLimit) => Promise<unknown>,
): Wait {
  // A channel takes an item only with somebody there to receive it, so it is put by somebody who waits.
  const release = (): void => {
    if (queue.maxsize === 0) spawn(() => queue.put(7, { timeout: 5 }).catch(() => {}));
    else queue.putNowait(7);
  };
  return { call: (timeout) => call(queue, timeout), release, entries: entriesOf(queue), gives: 7 };
}

function onRoom(queue: SimpleQueue<number>): Wait {
  const release = (): void => {
    if (queue.maxsize === 0) spawn(() => queue.get({ timeout: 5 }).catch(() => {}));
    else queue.getNowait();
  };
  return {
    call: (timeout) => queue.put(8, { timeout }),
    release,
    entries: entriesOf(queue),
    gives: undefined,
  };
}

interface Lock {
  tryAcquire(): boolean;
  release(): unknown;
  linkCount?(): number;
}

function onLock<L extends Lock>(
  lock: L,
  call: (lock: L, timeout?: TimeLimit) => Promise<unknown>,
  gives: unknown = true,
): Wait {
  lock.tryAcquire();
  return {
    call: (timeout) => call(lock, timeout),
    release: () => void lock.release(),
    entries: () => lock.linkCount?.() ?? 0,
    gives,
  };
}

/** A full pool, or a group, with one member that ends when released. */
function onMember<G extends Group | Pool>(
  group: G,
  call: (group: G, timeout: TimeLimit | undefined, member: Greenlet<string>) => Promise<unknown>,
  gives: unknown,
): Wait {
  const { greenlet, gate } = target();
  void group.add(greenlet);
  return { call: (timeout) => call(group, timeout, greenlet), release: () => gate.set(), gives };
}

/** A call whose member waits for an Event, and ends by itself when nobody waits for it any more. */
function onWork(call: (work: () => Promise<number>) => Promise<unknown>, gives: unknown): Wait {
  const event = new Event();
  const work = async (): Promise<number> => {
    await event.wait();
    return 1;
  };
  return { call: () => call(work), release: () => event.set(), gives };
}

const step = (value: unknown): unknown => ({ done: false, value });

const waits: Record<string, Row> = {
  'greenlet.join()': [() => onTarget((greenlet, timeout) => greenlet.join({ timeout })), quietly(undefined)],
  'greenlet.get()': [() => onTarget((greenlet, timeout) => greenlet.get({ timeout }), 'end'), raisesTimeout],
  'greenlet.kill()': [
    () => onTarget((greenlet, timeout) => greenlet.kill({ timeout }), 'finished'),
    quietly('alive'),
  ],
  'joinAll()': [
    () => onTarget(async (greenlet, timeout) => (await joinAll([greenlet], { timeout })).length, 1),
    quietly(0),
  ],
  'killAll()': [
    () => onTarget(async (greenlet, timeout) => (await killAll([greenlet], { timeout }))?.length),
    quietly(1),
  ],
  'wait() for greenlets': [
    () => onTarget(async (greenlet, timeout) => (await wait([greenlet], { timeout })).length, 1),
    quietly(0),
  ],
  'wait() for an Event': [
    () => onEvent(async (event, timeout) => (await wait([event], { timeout })).length, 1),
    quietly(0),
  ],
  'iwait().next()': [
    () => onEvent(async (event, timeout) => (await iwait([event], { timeout }).next()).done, false),
    quietly(true),
  ],
  'sleep()': [() => ({ call: () => sleep(2), release: () => {} })],
  'idle()': [() => ({ call: () => idle(), release: () => {} }), undefined, 'parked'],
  'interruptible()': [() => onPromise((promise) => interruptible(promise))],
  'adopt()': [() => onPromise((promise) => adopt(promise, () => {}))],
  'shield() without grace': [() => onEvent((event) => shield(() => event.wait(), { grace: 0 }), true)],
  'taskGroup()': [
    () => onEvent((event) => taskGroup((group) => void group.spawn(() => event.wait())), undefined),
  ],
  'withTimeout()': [() => onEvent((event) => withTimeout(50, () => event.wait()), true)],
  'withDeadline()': [() => onEvent((event) => withDeadline(4e9, () => event.wait()), true)],
  'Timeout.run()': [() => onEvent((event) => new Timeout(50).run(() => event.wait()), true)],
  'Waiter.get()': [
    () => {
      const waiter = new Waiter<string>();
      return { call: () => waiter.get(), release: () => waiter.switch('value'), gives: 'value' };
    },
  ],
  'hub.join()': [
    () => ({ call: (timeout) => getHub().join({ timeout }), release: () => {} }),
    quietly(false),
    'released',
  ],

  'Event.wait()': [() => onEvent((event, timeout) => event.wait({ timeout }), true), quietly(false)],
  'AsyncResult.get()': [() => onResult((result, timeout) => result.get({ timeout })), raisesTimeout],
  'AsyncResult.result()': [() => onResult((result, timeout) => result.result({ timeout })), raisesTimeout],
  'AsyncResult.wait()': [() => onResult((result, timeout) => result.wait({ timeout })), quietly(undefined)],

  'Semaphore.acquire()': [
    () => onLock(new Semaphore(1), (lock, timeout) => lock.acquire({ timeout })),
    quietly(false),
  ],
  'Semaphore.use()': [() => onLock(new Semaphore(1), (lock) => lock.use(() => 'used'), 'used')],
  'Semaphore.held()': [
    () => onLock(new Semaphore(1), async (lock) => typeof (await lock.held()).release, 'function'),
  ],
  'Semaphore.wait()': [
    () => onLock(new Semaphore(1), (lock, timeout) => lock.wait({ timeout }), 1),
    quietly(0),
  ],
  'BoundedSemaphore.acquire()': [
    () => onLock(new BoundedSemaphore(1), (lock, timeout) => lock.acquire({ timeout })),
    quietly(false),
  ],

  'RLock.acquire()': [
    () => onLock(new RLock(), (lock, timeout) => lock.acquire({ timeout })),
    quietly(false),
  ],
  'RLock.use()': [() => onLock(new RLock(), (lock) => lock.use(() => 'used'), 'used')],
  'RLock.held()': [() => onLock(new RLock(), async (lock) => typeof (await lock.held()).release, 'function')],

  'SimpleQueue.get()': [
    () => onItem(new SimpleQueue(), (queue, timeout) => queue.get({ timeout })),
    raisesEmpty,
  ],
  'SimpleQueue.peek()': [
    () => onItem(new SimpleQueue(), (queue, timeout) => queue.peek({ timeout })),
    raisesEmpty,
  ],
  'SimpleQueue.put()': [() => onRoom(new SimpleQueue(1, [1])), raisesFull],
  'Queue.get()': [() => onItem(new Queue(), (queue, timeout) => queue.get({ timeout })), raisesEmpty],
  'Queue.get() of a bounded one': [
    () => onItem(new Queue(1), (queue, timeout) => queue.get({ timeout })),
    raisesEmpty,
  ],
  'Queue.put()': [() => onRoom(new Queue(1, [1])), raisesFull],
  'a step of a loop over a Queue': [
    () => onItem(new Queue(), async (queue) => (await queue[Symbol.asyncIterator]().next()).value),
  ],
  'Queue.join()': [
    () => {
      const queue = new JoinableQueue(undefined, [1]);
      return { call: (timeout) => queue.join({ timeout }), release: () => queue.taskDone(), gives: true };
    },
    quietly(false),
  ],
  'Queue(0).get()': [() => onItem(new Queue(0), (queue, timeout) => queue.get({ timeout })), raisesEmpty],
  'Queue(0).put()': [() => onRoom(new Queue(0)), raisesFull],
  'PriorityQueue.get()': [
    () => onItem(new PriorityQueue(), (queue, timeout) => queue.get({ timeout })),
    raisesEmpty,
  ],
  'PriorityQueue.put()': [() => onRoom(new PriorityQueue(1, [1])), raisesFull],
  'LifoQueue.get()': [() => onItem(new LifoQueue(), (queue, timeout) => queue.get({ timeout })), raisesEmpty],
  'LifoQueue.put()': [() => onRoom(new LifoQueue(1, [1])), raisesFull],
  'Channel.get()': [() => onItem(new Channel(), (queue, timeout) => queue.get({ timeout })), raisesEmpty],
  'Channel.put()': [() => onRoom(new Channel()), raisesFull],

  'Group.join()': [
    () => onMember(new Group(), (group, timeout) => group.join({ timeout }), true),
    quietly(false),
  ],
  'Group.kill()': [
    () => onMember(new Group(), (group, timeout) => group.kill({ timeout }), undefined),
    quietly(undefined),
  ],
  'Group.killOne()': [
    () =>
      onMember(
        new Group(),
        // One that has ended is no member, and nothing is done about it.
        async (group, timeout, member) => (await group.killOne(member, { timeout })) ?? 'finished',
        'finished',
      ),
    quietly('alive'),
  ],
  'Pool.join()': [
    () => onMember(new Pool(1), (pool, timeout) => pool.join({ timeout }), true),
    quietly(false),
  ],
  'Pool.kill()': [
    () => onMember(new Pool(1), (pool, timeout) => pool.kill({ timeout }), undefined),
    quietly(undefined),
  ],
  'Pool.spawn()': [() => onMember(new Pool(1), async (pool) => (await pool.spawn(() => 1)).dead, false)],
  'Pool.add()': [
    () =>
      onMember(
        new Pool(1),
        (pool, timeout) =>
          pool.add(
            spawn(() => sleep(2)),
            { timeout },
          ),
        undefined,
      ),
    poolFull,
  ],
  'Pool.start()': [
    () => onMember(new Pool(1), (pool, timeout) => pool.start(new Greenlet(() => 1), { timeout }), undefined),
    poolFull,
  ],
  'Pool.waitAvailable()': [
    () => onMember(new Pool(1), (pool, timeout) => pool.waitAvailable({ timeout }), 1),
    quietly(0),
  ],
  'Pool.apply() for a slot': [() => onMember(new Pool(1), (pool) => pool.apply(() => 2), 2)],
  'Pool.apply() for a result': [() => onWork((work) => new Pool(1).apply(work), 1)],
  'Pool.applyCb()': [() => onWork((work) => new Pool(1).applyCb(work, [], () => {}), 1)],
  'Pool.map()': [() => onWork((work) => new Pool(2).map(work, [1, 2, 3]), [1, 1, 1])],
  'Pool.mapCb()': [() => onWork((work) => new Pool(2).mapCb(work, [1], () => {}), [1])],
  'Group.map()': [() => onWork((work) => new Group().map(work, [1, 2, 3]), [1, 1, 1])],
  'imap().next()': [() => onWork((work) => new Pool(1).imap(work, [1]).next(), step(1))],
  'imapUnordered().next()': [() => onWork((work) => new Pool(1).imapUnordered(work, [1]).next(), step(1))],
};

/** Lines of the hub about waits of the greenlet under test. */
function waitsOfSubject(): string[] {
  return getHub()
    .waits()
    .filter((line) => line.includes('"subject"'));
}

function start(subject: () => Promise<unknown>): Greenlet<unknown> {
  const greenlet = spawn(subject);
  greenlet.name = 'subject';
  greenlet.quiet = true;
  return greenlet;
}

/** Starts the call where it parks, and sees that it does. */
async function park(made: Wait, call: () => Promise<unknown>): Promise<Greenlet<unknown>> {
  const before = made.entries?.() ?? 0;
  const greenlet = start(call);
  await settle();
  assert.equal(greenlet.dead, false);
  assert.notDeepEqual(waitsOfSubject(), []);
  assert.ok((made.entries?.() ?? 1) >= before);
  return greenlet;
}

/** Nothing is registered on behalf of the subject; then lets everybody end who waits for the same thing. */
async function cleanUp(made: Wait): Promise<void> {
  assert.deepEqual(waitsOfSubject(), []);
  assert.equal(made.entries?.() ?? 0, 0);
  made.release();
  await sleep(10);
}

for (const [name, [make, late, without]] of Object.entries(waits)) {
  if (without !== 'released') {
    virtualTest(`${name} gives what is there already`, async () => {
      const made = make();
      await settle();
      made.release();
      const greenlet = start(() => made.call());
      await greenlet.join();
      assert.deepEqual(await greenlet.get(), made.gives);
      assert.deepEqual(waitsOfSubject(), []);
      assert.equal(made.entries?.() ?? 0, 0);
      await sleep(10);
    });
  }

  if (without === undefined) {
    virtualTest(`${name} gives what comes later`, async () => {
      const made = make();
      const greenlet = await park(made, () => made.call());
      made.release();
      await greenlet.join();
      assert.deepEqual(await greenlet.get(), made.gives);
      assert.deepEqual(waitsOfSubject(), []);
      assert.equal(made.entries?.() ?? 0, 0);
      await sleep(10);
    });
  }

  if (without !== 'parked') {
    virtualTest(`${name} raises a kill, and leaves nothing behind`, async () => {
      const made = make();
      const greenlet = await park(made, () => made.call());
      const reason = new GreenletExit('this very kill');
      greenlet.kill(reason, { block: false });
      await greenlet.join({ timeout: 1 });
      assert.equal(greenlet.value, reason);
      await cleanUp(made);
    });

    virtualTest(`${name} raises a Timeout around it, and leaves nothing behind`, async () => {
      const made = make();
      const timeout = new Timeout(1);
      const greenlet = await park(made, () => timeout.run(() => made.call()));
      await sleep(1);
      await greenlet.join({ timeout: 1 });
      assert.equal(greenlet.exception, timeout);
      await cleanUp(made);
    });

    virtualTest(`${name} raises a Timeout that runs already, and leaves nothing behind`, async () => {
      const made = make();
      let timeout: Timeout | undefined;
      const greenlet = await park(made, async () => {
        timeout = Timeout.startNew(1);
        return await made.call();
      });
      await sleep(1);
      await greenlet.join({ timeout: 1 });
      assert.equal(greenlet.exception, timeout);
      await cleanUp(made);
    });
  }

  if (late !== undefined) {
    virtualTest(`${name} ends in its own way after its seconds`, async (time) => {
      const made = make();
      const greenlet = await park(made, () => made.call(1));
      await greenlet.join();
      assert.equal(time.now(), 1);
      if (late.raises === undefined) late.gives?.(await greenlet.get());
      else assert.ok(greenlet.exception instanceof late.raises);
      await cleanUp(made);
    });

    virtualTest(`${name} takes a Timeout as its timeout, and cancels it in the end`, async (time) => {
      const made = make();
      const timeout = new Timeout(1);
      const greenlet = await park(made, () => made.call(timeout));
      assert.equal(timeout.pending, true);
      await greenlet.join();
      assert.equal(time.now(), 1);
      assert.equal(timeout.pending, false);
      if (late.raises === undefined) late.gives?.(await greenlet.get());
      else if (late.raisesForObject === undefined) assert.equal(greenlet.exception, timeout);
      else assert.ok(greenlet.exception instanceof late.raisesForObject);
      await cleanUp(made);
    });
  }

  if (late !== undefined && without === undefined) {
    virtualTest(`${name} that is released in time stops its timer`, async () => {
      for (const limit of [5, new Timeout(5)]) {
        const made = make();
        const greenlet = await park(made, () => made.call(limit));
        made.release();
        await greenlet.join();
        assert.deepEqual(await greenlet.get(), made.gives);
        await sleep(6);
        assert.equal(made.entries?.() ?? 0, 0);
      }
    });
  }
}
