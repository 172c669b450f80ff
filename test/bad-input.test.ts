// A wrong argument is refused at the call, by a TypeError or RangeError that says what was expected and what came,
// before anything has happened. This walks every function that the entry files give to a user; one that has
// parameters and no row in test/bad-input/ fails the walk.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeValue } from '../src/base/format.ts';
import { getHub, sleep, taskGroup } from '../src/index.ts';
import { PriorityQueue } from '../src/queue.ts';
import { kernelRows } from './bad-input/kernel.ts';
import { libraryRows } from './bad-input/library.ts';
import { dnsRows } from './bad-input/names.ts';
import { allServerRows } from './bad-input/servers.ts';
import { socketWalk } from './bad-input/sockets.ts';
import { tlsRows } from './bad-input/tls.ts';
import type { Refusal, Rows } from './bad-input/row.ts';
import { notFunction } from './bad-input/values.ts';
import { freshWorld, snapshot, usedWorld, type World } from './bad-input/world.ts';
import { publicFunctions } from './support/public-functions.ts';

const rows: Rows = { ...kernelRows, ...libraryRows, ...dnsRows, ...socketWalk, ...tlsRows, ...allServerRows };
const functions = await publicFunctions();

/** What the call threw; a promise that it gave instead counts as not refused. */
function errorOf(call: () => unknown): unknown {
  try {
    const result = call();
    if (result instanceof Promise) result.catch(() => {});
  } catch (error) {
    return error;
  }
  return undefined;
}

function assertRefused({ name, call }: Refusal, bad: unknown, world: World): void {
  const before = snapshot(world);
  const error = errorOf(() => call(bad as never, world));
  const value = describeValue(bad);
  assert.ok(error !== undefined, `${name} took ${value}, or refused it later than at the call`);
  const isRightClass = error instanceof TypeError || error instanceof RangeError;
  assert.ok(isRightClass, `${name} refused ${value} with ${describeValue(error)}`);
  const { message } = error;
  assert.ok(
    message.startsWith(`${name}: expected `),
    `"${message}" does not begin with "${name}: expected "`,
  );
  assert.ok(message.endsWith(`, got ${value}`), `"${message}" does not end with ", got ${value}"`);
  assert.equal(snapshot(world), before, `${name} refused ${value} after it had done something`);
}

test('every public function that takes something has a row, and every row a function', () => {
  const taking = [...functions].filter(([, parameters]) => parameters !== '').map(([name]) => name);
  assert.deepEqual(
    taking.filter((name) => !(name in rows)),
    [],
    'functions without a row in test/bad-input/',
  );
  assert.deepEqual(
    Object.keys(rows).filter((name) => !taking.includes(name)),
    [],
    'rows without a function',
  );
});

test('every row refuses something, or says why it refuses nothing', () => {
  for (const [name, row] of Object.entries(rows)) {
    if ('kind' in row) assert.ok(row.reason.length > 10, name);
    else assert.ok(row.length > 0 && row.every(({ bad }) => bad.length > 3), name);
  }
});

for (const [name, row] of Object.entries(rows)) {
  if ('kind' in row) continue;
  test(`${name} refuses what is wrong before it does anything`, async () => {
    const worlds = [freshWorld(), await usedWorld()];
    for (const refusal of row) {
      for (const world of worlds) for (const bad of refusal.bad) assertRefused(refusal, bad, world);
    }
  });
}

test('the spawn of a task group refuses what is no function', async () => {
  await taskGroup((group) => {
    const world = freshWorld();
    const name = 'taskGroup.spawn(fn)';
    for (const bad of notFunction) {
      assertRefused({ kind: 'refusal', name, bad: [], call: (fn) => group.spawn(fn) }, bad, world);
    }
    assert.equal(group.members.size, 0);
  });
});

test('a priority queue refuses what it cannot order, and keeps what it has', () => {
  const queue = new PriorityQueue<unknown>(undefined, [2, 1]);
  for (const bad of [undefined, null, NaN, {}, 'text', Symbol('s'), () => {}]) {
    assert.throws(() => queue.putNowait(bad), {
      name: 'TypeError',
      message: /^Cannot order .*: give the PriorityQueue a compare function$/,
    });
    assert.equal(queue.length, 2);
  }
  assert.deepEqual([queue.getNowait(), queue.getNowait()], [1, 2]);
});

test('nothing was left behind by the walk', async () => {
  await sleep(0);
  const { alive } = getHub().statistics();
  const { timers, ready } = getHub().loop.statistics();
  assert.deepEqual(
    { alive, timers, ready, waits: getHub().waits() },
    { alive: 0, timers: 0, ready: 0, waits: [] },
  );
});
