// Rows for the subpaths event, queue, lock and pool.
import { Greenlet } from '../../src/index.ts';
import { BoundedSemaphore, DummySemaphore, Semaphore } from '../../src/lock.ts';
import { Group, Pool } from '../../src/pool.ts';
import { Channel, LifoQueue, PriorityQueue, Queue, SimpleQueue } from '../../src/queue.ts';
import { killArguments, waitOptions } from './kernel.ts';
import { open, refuses, type Refusal, type Rows } from './row.ts';
import * as not from './values.ts';
import { nothing, type World } from './world.ts';

const anything = open('takes any value');

const eventRows: Rows = {
  'Event#wait': waitOptions('Event.wait', (bad, { event }) => event.wait(bad)),
  'Event#rawLink': [
    refuses('Event.rawLink(callback)', not.notFunction, (bad, { event }) => event.rawLink(bad)),
  ],
  'Event#unlink': [refuses('Event.unlink(callback)', not.notFunction, (bad, { event }) => event.unlink(bad))],
  'AsyncResult#set': anything,
  'AsyncResult#setResult': anything,
  'AsyncResult#setException': [
    refuses('setException(error)', not.notError, (bad, { result }) => result.setException(bad)),
  ],
  'AsyncResult#get': [
    ...waitOptions('AsyncResult.get', (bad, { result }) => result.get(bad)),
    refuses('AsyncResult.get({ block })', not.notFlag, (block, { result }) => result.get({ block })),
  ],
  'AsyncResult#result': waitOptions('AsyncResult.get', (bad, { result }) => result.result(bad)),
  'AsyncResult#wait': waitOptions('AsyncResult.wait', (bad, { result }) => result.wait(bad)),
  'AsyncResult#rawLink': [
    refuses('AsyncResult.rawLink(callback)', not.notFunction, (bad, { result }) => result.rawLink(bad)),
  ],
  'AsyncResult#unlink': [
    refuses('AsyncResult.unlink(callback)', not.notFunction, (bad, { result }) => result.unlink(bad)),
  ],
  'AsyncResult#[gevent.linkTarget]': open('called by what the result is linked to'),
};

type Kind = 'simple' | 'queue' | 'lifo' | 'priority';
const kinds: readonly Kind[] = ['simple', 'queue', 'lifo', 'priority'];

/** The options of put, get and peek, on each kind of queue. */
function transfer(name: string, call: (queue: SimpleQueue<unknown>, options: never) => unknown): Refusal[] {
  return kinds.flatMap((kind) => [
    refuses(`${name}(options)`, not.notOptions, (bad, world) => call(world[kind], bad)),
    refuses(`${name}({ block })`, not.notFlag, (block, world) => call(world[kind], { block } as never)),
    refuses(`${name}({ timeout })`, not.notQueueLimit, (timeout, world) =>
      call(world[kind], { timeout } as never),
    ),
  ]);
}

type QueueClass = new (maxsize?: number, items?: Iterable<unknown>, setup?: never) => unknown;

function queueConstructor(name: string, make: QueueClass): Refusal[] {
  return [
    refuses('Queue(maxsize)', not.notMaxsize, (bad) => new make(bad)),
    refuses('Queue(items)', not.optional(not.notIterable), (bad) => new make(1, bad)),
    refuses(`${name}(setup)`, not.notOptions, (bad) => new make(1, [], bad)),
    refuses('Queue({ unfinishedTasks })', not.optional(not.notInteger(0)), (bad) => {
      return new make(1, [], { unfinishedTasks: bad } as never);
    }),
  ];
}

const queueRows: Rows = {
  'new SimpleQueue': [
    refuses('Queue(maxsize)', not.notMaxsize, (bad) => new SimpleQueue(bad)),
    refuses('Queue(items)', not.optional(not.notIterable), (bad) => new SimpleQueue(1, bad)),
  ],
  'new Queue': queueConstructor('Queue', Queue),
  'new LifoQueue': queueConstructor('LifoQueue', LifoQueue),
  'new PriorityQueue': [
    ...queueConstructor('PriorityQueue', PriorityQueue),
    refuses('PriorityQueue({ compare })', not.optional(not.notFunction), (compare) => {
      return new PriorityQueue(1, [], { compare });
    }),
  ],
  'new Channel': [refuses('Channel(maxsize)', not.optional(not.notOneOf(1)), (bad) => new Channel(bad))],
  'SimpleQueue#maxsize=': kinds.map((kind) =>
    refuses('Queue(maxsize)', not.notMaxsize, (bad, world) => {
      world[kind].maxsize = bad;
    }),
  ),
  'SimpleQueue#put': transfer('put', (queue, bad) => queue.put(3, bad)),
  'SimpleQueue#putNowait': anything,
  'SimpleQueue#get': transfer('get', (queue, bad) => queue.get(bad)),
  'SimpleQueue#peek': transfer('peek', (queue, bad) => queue.peek(bad)),
  'Queue#join': waitOptions('join', (bad, { queue }) => queue.join(bad)),
  'Queue#shutdown': [
    refuses('shutdown(options)', not.notOptions, (bad, { queue }) => queue.shutdown(bad)),
    refuses('shutdown({ immediate })', not.notFlag, (immediate, { queue }) => queue.shutdown({ immediate })),
  ],
};

/** The options of `acquire`. */
function acquire(call: (options: never, world: World) => unknown): Refusal[] {
  return [
    ...waitOptions('acquire', call),
    refuses('acquire({ blocking })', not.notFlag, (blocking, world) => call({ blocking } as never, world)),
  ];
}

const lockRows: Rows = {
  'new Semaphore': [
    refuses('Semaphore(value)', not.optional(not.notInteger(0)), (bad) => new Semaphore(bad)),
  ],
  'new BoundedSemaphore': [
    refuses('Semaphore(value)', not.optional(not.notInteger(0)), (bad) => new BoundedSemaphore(bad)),
  ],
  'new DummySemaphore': [
    refuses('DummySemaphore(value)', not.optional(not.notInteger(0)), (bad) => new DummySemaphore(bad)),
  ],
  'Semaphore#acquire': acquire((bad, { semaphore }) => semaphore.acquire(bad)),
  'Semaphore#wait': waitOptions('wait', (bad, { semaphore }) => semaphore.wait(bad)),
  'Semaphore#rawLink': [
    refuses('rawLink(callback)', not.notFunction, (bad, { semaphore }) => semaphore.rawLink(bad)),
  ],
  'Semaphore#unlink': [
    refuses('unlink(callback)', not.notFunction, (bad, { semaphore }) => semaphore.unlink(bad)),
  ],
  'Semaphore#use': [refuses('use(fn)', not.notFunction, (bad, { semaphore }) => semaphore.use(bad))],
  'DummySemaphore#acquire': acquire((bad, { dummy }) => dummy.acquire(bad)),
  'DummySemaphore#wait': waitOptions('wait', (bad, { dummy }) => dummy.wait(bad)),
  'DummySemaphore#rawLink': [
    refuses('rawLink(callback)', not.notFunction, (bad, { dummy }) => dummy.rawLink(bad)),
  ],
  'DummySemaphore#unlink': [
    refuses('unlink(callback)', not.notFunction, (bad, { dummy }) => dummy.unlink(bad)),
  ],
  'DummySemaphore#use': [refuses('use(fn)', not.notFunction, (bad, { dummy }) => dummy.use(bad))],
  'RLock#acquire': acquire((bad, { lock }) => lock.acquire(bad)),
  'RLock#use': [refuses('use(fn)', not.notFunction, (bad, { lock }) => lock.use(bad))],
};

const notGreenletClass = not.optional(not.notGreenlet);

/** Functions of Group and Pool, on both. */
function onBoth(refusal: (members: (world: World) => Group | Pool) => readonly Refusal[]): Refusal[] {
  return [...refusal(({ group }) => group), ...refusal(({ pool }) => pool)];
}

/** `fn`, `args` and `callback` of the apply family. */
function applying(
  name: 'apply' | 'applyCb' | 'applyAsync',
  { hasCallback }: { readonly hasCallback: boolean },
): Refusal[] {
  return onBoth((members) => [
    refuses(`${name}(fn)`, not.notFunction, (bad, world) => members(world)[name](bad)),
    refuses(`${name}(args)`, not.notArray, (bad, world) => members(world)[name](nothing, bad)),
    ...(hasCallback
      ? [
          refuses(`${name}(callback)`, not.optional(not.notFunction), (bad, world) =>
            members(world)[name as 'applyCb'](nothing, [], bad),
          ),
        ]
      : []),
  ]);
}

/** `fn`, `items` and `callback` of the map family. */
function mapping(
  name: 'map' | 'mapCb' | 'mapAsync' | 'imap' | 'imapUnordered',
  { hasCallback }: { readonly hasCallback: boolean },
): Refusal[] {
  // An options object may stand last in imap: an object that is no iterable is taken for one.
  const isOptions = (value: unknown): boolean => typeof value === 'object' && value !== null;
  const bad = name.startsWith('imap')
    ? not.notIterable.filter((value) => value !== undefined && !isOptions(value))
    : not.notIterable;
  return onBoth((members) => [
    refuses(`${name}(fn)`, not.notFunction, (value, world) => members(world)[name as 'map'](value, [1])),
    refuses(`${name}(items)`, bad, (value, world) => members(world)[name as 'map'](nothing, value)),
    ...(hasCallback
      ? [
          refuses(`${name}(callback)`, not.optional(not.notFunction), (value, world) =>
            members(world)[name as 'mapCb'](nothing, [1], value),
          ),
        ]
      : []),
    ...(name.startsWith('imap')
      ? [
          refuses(`${name}({ maxsize })`, not.optional(not.notInteger(1)), (maxsize, world) =>
            members(world)[name as 'imap'](nothing, [1], { maxsize }),
          ),
        ]
      : []),
  ]);
}

/** `add` and `start` of a Pool, which may wait. */
function entering(name: 'add' | 'start'): Refusal[] {
  const newcomer = new Greenlet(nothing);
  return [
    refuses(`Pool.${name}(greenlet)`, not.notGreenlet, (bad, { pool }) => pool[name](bad)),
    refuses(`Pool.${name}(options)`, not.notOptions, (bad, { pool }) => pool[name](newcomer, bad)),
    refuses(`Pool.${name}({ blocking })`, not.notFlag, (blocking, { pool }) =>
      pool[name](newcomer, { blocking }),
    ),
    refuses(`Pool.${name}({ timeout })`, not.notLimit, (timeout, { pool }) =>
      pool[name](newcomer, { timeout }),
    ),
  ];
}

const poolRows: Rows = {
  'new Members': open('made by way of Group and Pool'),
  'new Group': [
    refuses('Group(greenlets)', not.optional(not.notIterable), (bad) => new Group(bad)),
    refuses('Group(greenlets)', not.notGreenlet, (bad, { greenlet }) => new Group([greenlet, bad])),
    refuses('Group(options)', not.notOptions, (bad) => new Group([], bad)),
    refuses(
      'Group({ greenletClass })',
      notGreenletClass,
      (greenletClass) => new Group([], { greenletClass }),
    ),
  ],
  'new Pool': [
    refuses('Pool(size)', not.optional(not.notInteger(1)), (bad) => new Pool(bad)),
    refuses('Pool(options)', not.notOptions, (bad) => new Pool(1, bad)),
    refuses('Pool({ greenletClass })', notGreenletClass, (greenletClass) => new Pool(1, { greenletClass })),
  ],
  'Members#has': anything,
  'Members#use': onBoth((members) => [
    refuses('use(fn)', not.notFunction, (bad, world) => members(world).use(bad)),
  ]),
  'Members#discard': onBoth((members) => [
    refuses('discard(greenlet)', not.notGreenlet, (bad, world) => members(world).discard(bad)),
  ]),
  'Members#join': onBoth((members) => [
    ...waitOptions('join', (bad, world) => members(world).join(bad)),
    refuses('join({ raiseError })', not.notFlag, (raiseError, world) => members(world).join({ raiseError })),
  ]),
  'Members#kill': onBoth((members) =>
    killArguments('kill', (world, ...args) => members(world).kill(...(args as []))),
  ),
  'Members#killOne': onBoth((members) => [
    refuses('killOne(greenlet)', not.notGreenlet, (bad, world) => members(world).killOne(bad)),
    ...killArguments('killOne', (world, ...args) => members(world).killOne(world.greenlet, ...(args as []))),
  ]),
  'Group#add': [refuses('Group.add(greenlet)', not.notGreenlet, (bad, { group }) => group.add(bad))],
  'Group#start': [refuses('Group.start(greenlet)', not.notGreenlet, (bad, { group }) => group.start(bad))],
  'Group#spawn': [refuses('Group.spawn(fn)', not.notFunction, (bad, { group }) => group.spawn(bad))],
  'Group#waitAvailable': waitOptions('waitAvailable', (bad, { group }) => group.waitAvailable(bad)),
  'Pool#waitAvailable': waitOptions('waitAvailable', (bad, { pool }) => pool.waitAvailable(bad)),
  'Pool#spawn': [refuses('Pool.spawn(fn)', not.notFunction, (bad, { pool }) => pool.spawn(bad))],
  'Pool#add': entering('add'),
  'Pool#start': entering('start'),
  'GroupMapping#apply': applying('apply', { hasCallback: false }),
  'GroupMapping#applyCb': applying('applyCb', { hasCallback: true }),
  'GroupMapping#applyAsync': applying('applyAsync', { hasCallback: true }),
  'GroupMapping#map': mapping('map', { hasCallback: false }),
  'GroupMapping#mapCb': mapping('mapCb', { hasCallback: true }),
  'GroupMapping#mapAsync': mapping('mapAsync', { hasCallback: true }),
  'GroupMapping#imap': mapping('imap', { hasCallback: false }),
  'GroupMapping#imapUnordered': mapping('imapUnordered', { hasCallback: false }),
};

export const libraryRows: Rows = { ...eventRows, ...queueRows, ...lockRows, ...poolRows };
