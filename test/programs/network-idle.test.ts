// Connections that nobody says anything on, each with a greenlet parked in recv(): what they cost, and leave.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAsBefore, isFull, manyFiles, report, runLoad } from '../support/load-program.ts';
import type { IdleMeasured } from './network-idle.ts';

const KILOBYTE = 1024;
const count = Math.min(isFull ? 10_000 : 500, manyFiles());

test(`${count} idle connections cost the same each, and leave nothing`, { timeout: 240_000 }, async () => {
  const { before, half, whole, after, again } = await runLoad<IdleMeasured>('network-idle', [count], {
    seconds: 200,
  });
  assert.equal(whole.greenlets - before.greenlets, count);
  assert.equal(whole.waits - before.waits, count);
  assert.equal(whole.descriptors - before.descriptors, count);
  assert.equal(whole.timers, before.timers);

  const first = (half.heap - before.heap) / (count / 2);
  const second = (whole.heap - half.heap) / (count / 2);
  const memory = (whole.rss - before.rss) / count;
  report(
    `${count} idle connections: ${Math.round((first + second) / 2)} bytes of heap each ` +
      `(${Math.round(first)} the first half, ${Math.round(second)} the second), ${Math.round(memory)} bytes of memory each`,
  );
  assert.ok(second < first * 1.15 + 500, `${first} bytes each, then ${second}`);
  assert.ok(second < 8 * KILOBYTE, `${second} bytes of heap for a connection`);

  // The first time, tables grow to the size that so many connections need.
  assertAsBefore(before, after, 500 * KILOBYTE + count * 150);
  assertAsBefore(after, again, 500 * KILOBYTE);
});
