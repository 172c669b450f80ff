// What the compiler must infer, and refuse, around events, queues, locks, pools and locals. Compiled, never run.
import { Greenlet, spawn } from '../../src/index.ts';
import { AsyncResult, Event } from '../../src/event.ts';
import { greenletLocal } from '../../src/local.ts';
import { type Permit, RLock, Semaphore } from '../../src/lock.ts';
import { Group, Pool } from '../../src/pool.ts';
import { Channel, LifoQueue, PriorityQueue, Queue, SimpleQueue } from '../../src/queue.ts';
import { explore, withVirtualTime } from '../../src/testing.ts';
import { typeOf } from './same.ts';

declare function download(url: string): Promise<Uint8Array>;
declare function pair(a: number, b: string): boolean;
declare const urls: string[];

export async function events(): Promise<void> {
  const result = new AsyncResult<number>();
  typeOf(result.get()).is<Promise<number>>();
  typeOf(result.getNowait()).is<number>();
  typeOf(result.wait({ timeout: 1 })).is<Promise<number | undefined>>();
  typeOf(result.value).is<number | undefined>();
  result.set(1);
  new AsyncResult<void>().set();
  new AsyncResult<string | undefined>().set();
  spawn(download, 'x').link(new AsyncResult<Uint8Array>());
  // @ts-expect-error -- a number
  result.set('1');
  // @ts-expect-error -- the value may not be left out
  result.set();
  // @ts-expect-error -- an Error
  result.setException('failed');
  typeOf(new Event().wait()).is<Promise<boolean>>();
  // @ts-expect-error -- the limit is in an object
  void new Event().wait(5);
}

export async function queues(): Promise<void> {
  const queue = new Queue<string>(10);
  typeOf(queue.get()).is<Promise<string>>();
  typeOf(queue.getNowait()).is<string>();
  typeOf(queue.peek({ block: false })).is<Promise<string>>();
  typeOf(queue.put('x')).is<Promise<void>>();
  typeOf(queue.putNowait('x')).is<void>();
  typeOf(queue.copy()).is<Queue<string>>();
  typeOf(new Queue(undefined, [1, 2])).is<Queue<number>>();
  typeOf(new Channel<number>().get()).is<Promise<number>>();
  typeOf(new LifoQueue<number>().get()).is<Promise<number>>();
  typeOf(new SimpleQueue<number>().get()).is<Promise<number>>();
  typeOf(new PriorityQueue<[number, string]>().get()).is<Promise<[number, string]>>();
  new PriorityQueue<Date>(undefined, [], { compare: (a, b) => a.getTime() - b.getTime() });
  for await (const item of queue) typeOf(item).is<string>();
  // @ts-expect-error -- a text
  void queue.put(1);
  // @ts-expect-error -- a text
  queue.putNowait(1);
  // @ts-expect-error -- a number of items
  new Queue('10');
  // @ts-expect-error -- items that are no texts
  new Queue<string>(10, [1]);
  // @ts-expect-error -- compares Dates
  new PriorityQueue<Date>(undefined, [], { compare: (a: string, b: string) => a.length - b.length });
}

export async function locks(): Promise<void> {
  const semaphore = new Semaphore(3);
  typeOf(semaphore.acquire()).is<Promise<boolean>>();
  typeOf(semaphore.tryAcquire()).is<boolean>();
  typeOf(semaphore.use(() => download('x'))).is<Promise<Uint8Array>>();
  typeOf(new RLock().use(() => 1)).is<Promise<number>>();
  typeOf(semaphore.held()).is<Promise<Permit>>();
  // @ts-expect-error -- a number of permits
  new Semaphore('3');
  // @ts-expect-error -- a function, not the promise that it makes
  void semaphore.use(download('x'));
  // @ts-expect-error -- semaphores say `blocking`
  void semaphore.acquire({ block: false });
}

export async function pools(): Promise<void> {
  const pool = new Pool(10);
  typeOf(pool.spawn(download, 'x')).is<Promise<Greenlet<Uint8Array>>>();
  typeOf(new Group().spawn(download, 'x')).is<Greenlet<Uint8Array>>();
  typeOf(pool.map(download, urls)).is<Promise<Uint8Array[]>>();
  typeOf(pool.map((url) => url.length, urls)).is<Promise<number[]>>();
  typeOf(pool.map(pair, [1], ['x'])).is<Promise<boolean[]>>();
  typeOf(pool.mapAsync(download, urls).get()).is<Promise<Uint8Array[]>>();
  typeOf(pool.apply(pair, [1, 'x'])).is<Promise<boolean>>();
  typeOf(pool.applyAsync(download, ['x'])).is<Greenlet<Uint8Array>>();
  for await (const page of pool.imap(download, urls, { maxsize: 2 })) typeOf(page).is<Uint8Array>();
  for await (const page of pool.imapUnordered(download, urls)) typeOf(page).is<Uint8Array>();
  for await (const flag of pool.imap(pair, [1], ['x'])) typeOf(flag).is<boolean>();
  typeOf(pool.join()).is<Promise<boolean>>();
  typeOf(pool.kill({ block: false })).is<void>();
  // @ts-expect-error -- texts
  void pool.map(download, [1, 2]);
  // @ts-expect-error -- numbers first
  void pool.map(pair, ['x'], [1]);
  // @ts-expect-error -- a text
  void pool.spawn(download, 1);
  // @ts-expect-error -- the arguments are an array of their types
  void pool.apply(pair, ['x', 1]);
  // @ts-expect-error -- texts
  pool.imap(download, [1]);
  // @ts-expect-error -- texts
  pool.imapUnordered(download, [1]);
  // @ts-expect-error -- a number of members
  new Pool('10');
  // @ts-expect-error -- greenlets
  new Group([1]);
}

export async function others(): Promise<void> {
  const id = greenletLocal(0);
  typeOf(id.value).is<number>();
  typeOf(greenletLocal(() => new Map<string, number>()).value).is<Map<string, number>>();
  // @ts-expect-error -- a number
  id.value = 'x';
  typeOf(withVirtualTime((time) => time.now())).is<Promise<number>>();
  typeOf(explore(async ({ random }) => random(), { seeds: [1, 2] })).is<Promise<number>>();
  // @ts-expect-error -- numbers
  void explore(() => {}, { seeds: ['1'] });
  new Greenlet();
}
