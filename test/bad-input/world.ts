// What the calls of the walk are made on, and how it is seen that a call left it all as it was.
import { config, getHub, getSwitchInterval, Greenlet, spawnRaw, Timeout } from '../../src/index.ts';
import { AsyncResult, Event } from '../../src/event.ts';
import { BoundedSemaphore, DummySemaphore, RLock, type Semaphore } from '../../src/lock.ts';
import { Group, Pool } from '../../src/pool.ts';
import { LifoQueue, PriorityQueue, Queue, SimpleQueue } from '../../src/queue.ts';

/** One object of each kind. */
export interface World {
  readonly greenlet: Greenlet<unknown>;
  readonly raw: ReturnType<typeof spawnRaw>;
  readonly event: Event;
  readonly result: AsyncResult<unknown>;
  readonly timeout: Timeout;
  readonly semaphore: Semaphore;
  readonly dummy: DummySemaphore;
  readonly lock: RLock;
  readonly group: Group;
  readonly pool: Pool;
  readonly simple: SimpleQueue<unknown>;
  readonly queue: Queue<unknown>;
  readonly lifo: LifoQueue<unknown>;
  readonly priority: PriorityQueue<unknown>;
}

export function nothing(): void {}

function someWorld(): World {
  return {
    greenlet: new Greenlet(nothing),
    raw: spawnRaw(nothing),
    event: new Event(),
    result: new AsyncResult(),
    timeout: new Timeout(1),
    semaphore: new BoundedSemaphore(1),
    dummy: new DummySemaphore(),
    lock: new RLock(),
    group: new Group(),
    pool: new Pool(1),
    simple: new SimpleQueue(2),
    queue: new Queue(2),
    lifo: new LifoQueue(2),
    priority: new PriorityQueue(2),
  };
}

/** Nothing has happened yet: whoever waits would park. */
export function freshWorld(): World {
  const world = someWorld();
  world.raw.throw();
  return world;
}

/** Everything has happened: whoever waits is answered at once, or finds no room. */
export async function usedWorld(): Promise<World> {
  const world = someWorld();
  world.raw.throw();
  world.greenlet.kill({ block: false });
  world.event.set();
  world.result.set(1);
  world.semaphore.tryAcquire();
  world.lock.tryAcquire();
  world.group.add(new Greenlet(nothing));
  await world.pool.add(new Greenlet(nothing));
  for (const queue of [world.simple, world.queue, world.lifo, world.priority]) {
    queue.putNowait(1);
    queue.putNowait(2);
  }
  return world;
}

/** Everything that a call could have changed, as text. */
export function snapshot(world: World): string {
  const { greenlet, event, result, timeout, semaphore, lock, group, pool, simple, queue, lifo, priority } =
    world;
  const hub = getHub();
  return JSON.stringify({
    hub: [hub.statistics(), hub.loop.statistics(), hub.waits()],
    settings: [config.trackGreenletTree, config.spawnSites, config.formatContext.name, getSwitchInterval()],
    spawning: Greenlet.spawningStackLimit,
    greenlet: [greenlet.started, greenlet.dead, greenlet.name, greenlet.quiet, greenlet.hasLinks()],
    links: [event.linkCount(), result.linkCount(), semaphore.linkCount()],
    flags: [event.isSet(), result.ready(), timeout.pending, semaphore.counter, lock.locked()],
    groups: [[...group].map(String), [...pool].map(String), pool.freeCount()],
    queues: [simple, queue, lifo, priority].map((each) => [each.toArray(), each.maxsize, each.statistics()]),
    ends: [queue.isShutdown, queue.unfinishedTasks],
  });
}
