// A chain of forwarders, one behind the other: what goes in at one end comes out at the other, and so does the end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAsBefore, isFull, manyFiles, report, runLoad } from '../support/load-program.ts';
import type { ChainMeasured } from './network-chain.ts';

const hops = Math.min(isFull ? 5000 : 200, Math.floor(manyFiles() / 2));

test(`a message goes through ${hops} forwarders and back, and a kill of the first ends them all`, async () => {
  const { before, standing, after, polite, killed, seconds, endedByKill } = await runLoad<ChainMeasured>(
    'network-chain',
    [hops],
    { seconds: 200 },
  );
  assert.deepEqual([polite, killed], ['ALL THE WAY', 'AND ONCE MORE']);
  // Two for each forwarder, and the one that answers.
  assert.equal(standing.greenlets - before.greenlets, 2 * hops + 1);
  assert.equal(standing.descriptors - before.descriptors, 2 * hops + 2);
  assert.equal(endedByKill, hops + 1);
  assertAsBefore(before, after, 3_000_000 + hops * 150);
  report(
    `${hops} forwarders: ${((seconds / hops / 2) * 1e6).toFixed(0)} µs for each that a message goes through`,
  );
});
