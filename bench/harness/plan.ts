/** The cases: what is measured, how much work a round is, beside whom, and the bounds of the design. */
import { serverCases } from './plan-servers.ts';
import type { Bound, Case, Row } from './types.ts';

const EFFECT = { effect: 'Effect' };
const EFFECTION = { effection: 'Effection' };
const PYTHON = { python: 'gevent (Python)' };

/** 0 + 1 + ... + (n - 1): the checksum of work that adds up what it received. */
const sumBelow = (n: number): number => (n * (n - 1)) / 2;

const nanoseconds = (...bounds: Bound[]): Row[] => [{ metric: 'nsPerOp', unit: 'ns', bounds }];

export const allCases: readonly Case[] = [
  {
    name: 'switch',
    title: 'switch: two greenlets, sleep(0)',
    kind: 'loop',
    module: 'sleep',
    ops: 100_000,
    peers: { bare: 'bare await', immediate: 'setImmediate', ...EFFECT, ...PYTHON },
    rows: nanoseconds({ against: 'bare', max: 3 }, { against: 'python', max: 1 / 15 }),
  },
  {
    name: 'spawn-join',
    title: 'spawn + join of a no-op',
    kind: 'loop',
    module: 'greenlet',
    ops: 10_000,
    peers: { bare: 'await of an async no-op', ...EFFECT, ...EFFECTION, ...PYTHON },
    rows: nanoseconds({ against: 'effect', max: 1 }, { against: 'python', max: 1 / 10 }),
  },
  {
    name: 'spawn-joinall',
    title: 'spawn of 1,000, then joinAll, per greenlet',
    kind: 'loop',
    module: 'greenlet',
    ops: 10_000,
    peers: { bare: 'Promise.all', ...EFFECT, ...PYTHON },
    rows: nanoseconds(),
  },
  {
    name: 'queue-ready',
    title: 'Queue: put, then get, items ready',
    kind: 'loop',
    module: 'queue',
    ops: 100_000,
    checksum: sumBelow,
    peers: { bare: 'bare await', ...EFFECT, ...EFFECTION, ...PYTHON },
    rows: nanoseconds({ against: 'bare', max: 3 }),
  },
  {
    name: 'queue-handoff',
    title: 'Queue: handoff between two greenlets',
    kind: 'loop',
    module: 'queue',
    ops: 50_000,
    checksum: sumBelow,
    peers: { bare: 'bare promises', ...EFFECT, ...EFFECTION, ...PYTHON },
    rows: nanoseconds(),
  },
  {
    name: 'queue-bounded',
    title: 'Queue(16): producer and consumer',
    kind: 'loop',
    module: 'queue',
    ops: 50_000,
    checksum: sumBelow,
    peers: { ...EFFECT, ...PYTHON },
    rows: nanoseconds(),
  },
  {
    name: 'channel',
    title: 'Channel: sender and receiver',
    kind: 'loop',
    module: 'queue',
    ops: 50_000,
    checksum: sumBelow,
    peers: { bare: 'bare promises', ...PYTHON },
    rows: nanoseconds(),
  },
  {
    name: 'semaphore-free',
    title: 'Semaphore: acquire + release, uncontended',
    kind: 'loop',
    module: 'lock',
    ops: 100_000,
    peers: { asyncSema: 'async-sema', ...EFFECT, ...PYTHON },
    rows: nanoseconds(),
  },
  {
    name: 'semaphore-contended',
    title: 'Semaphore(1): 100 greenlets, held over a switch',
    kind: 'loop',
    module: 'lock',
    ops: 20_000,
    peers: { asyncSema: 'async-sema', ...EFFECT, ...PYTHON },
    rows: nanoseconds(),
  },
  {
    name: 'event-broadcast',
    title: 'Event: set() for 1,000 waiters, per waiter',
    kind: 'loop',
    module: 'event',
    ops: 50_000,
    peers: { bare: 'one bare promise', ...EFFECT, ...EFFECTION, ...PYTHON },
    rows: nanoseconds(),
  },
  {
    name: 'pool-map',
    title: 'Pool(100).map over 100,000, per item',
    kind: 'loop',
    module: 'pool',
    ops: 100_000,
    checksum: (ops) => sumBelow(ops) + ops,
    peers: {
      bare: '100 async workers',
      ...EFFECT,
      pMap: 'p-map',
      pLimit: 'p-limit',
      pQueue: 'p-queue',
      ...PYTHON,
    },
    rows: nanoseconds(),
  },
  {
    name: 'timeout',
    title: 'Timeout: start + cancel',
    kind: 'loop',
    ops: 100_000,
    peers: { bare: 'setTimeout + clearTimeout', ...EFFECT, ...PYTHON },
    rows: nanoseconds({ against: 'bare', max: 1 }),
  },
  {
    name: 'sleepers',
    title: '100,000 sleepers of 0..1 s',
    kind: 'sleepers',
    module: 'sleep',
    ops: 100_000,
    repetitions: 2,
    peers: { bare: 'setTimeout', ...EFFECT, ...PYTHON },
    rows: [
      { metric: 'beyondMs', label: 'time beyond 1 s', unit: 'ms', bounds: [] },
      { metric: 'cpuMs', label: 'CPU', unit: 'ms', bounds: [] },
    ],
  },
  {
    name: 'kill',
    title: 'kill of 100,000 parked, per greenlet',
    kind: 'kill',
    ops: 100_000,
    peers: { bare: 'reject of a bare promise', ...EFFECT, ...PYTHON },
    rows: nanoseconds(),
  },
  {
    name: 'million',
    title: '1,000,000 parked',
    kind: 'parked',
    module: 'kill',
    ops: 1_000_000,
    repetitions: 2,
    nodeFlags: ['--expose-gc', '--max-old-space-size=6000'],
    peers: { bare: 'bare promises', ...EFFECT },
    rows: [
      { metric: 'bytesEach', label: 'bytes each', unit: 'B', bounds: [{ max: 1536 }] },
      { metric: 'killSeconds', label: 'killing them all', unit: 's', bounds: [{ max: 3 }] },
      { metric: 'bytesLeftEach', label: 'left afterwards, bytes each', unit: 'B', bounds: [{ max: 1 }] },
    ],
  },
  ...serverCases,
  {
    name: 'import',
    title: 'import of the library, beyond a bare start',
    kind: 'import',
    ops: 0,
    repetitions: 1,
    peers: { ...EFFECT, ...EFFECTION, pQueue: 'p-queue' },
    rows: [{ metric: 'importMs', unit: 'ms', bounds: [{ max: 40 }] }],
  },
];

/** The checksum a contender must answer in a case. */
export const expectedChecksum = ({ checksum, ops }: Case): number => checksum?.(ops) ?? ops;
