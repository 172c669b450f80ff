import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getHub } from '../../src/core/hub.ts';
import { hubLocal } from '../../src/core/hub-local.ts';

test('a value is made once for each hub', () => {
  const made: unknown[] = [];
  const local = hubLocal((hub) => {
    made.push(hub);
    return made.length === 1 ? undefined : made.length;
  });
  assert.deepEqual([local.get(), local.get()], [undefined, undefined]);
  assert.deepEqual(made, [getHub()]);
  getHub().destroy();
  assert.equal(local.get(), 2);
  assert.deepEqual(made[1], getHub());
});

test('a value can be put in its place, and taken out', () => {
  let made = 0;
  const local = hubLocal((): string => `made ${(made += 1)}`);
  local.set('mine');
  assert.equal(local.get(), 'mine');
  local.set(undefined);
  assert.equal(local.get(), 'made 1');
});

test('what could not be made is tried again', () => {
  let isBroken = true;
  const local = hubLocal((): string => {
    if (isBroken) throw new RangeError('broken');
    return 'made';
  });
  assert.throws(() => local.get(), /broken/);
  isBroken = false;
  assert.equal(local.get(), 'made');
});
