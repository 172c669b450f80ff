// What greenlets and waits leave on the heap: nothing. Each program measures itself after a garbage collection.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entry, runProgram } from '../support/program.ts';

const isFull = process.env['GEVENT_TEST_FULL'] === '1';
const MEGABYTE = 2 ** 20;

// Deno's AsyncLocalStorage has a weak table that keeps the size it once had: there, the first run is as large.
const warmUp = 'Deno' in globalThis ? undefined : 1000;

/** Heap growth in bytes over the body's second run; the first one warms the caches up. */
async function growthOf(body: string): Promise<number> {
  const { code, stdout, stderr } = await runProgram(
    `
    import { currentSignal, getHub, killAll, sleep, spawn } from '${entry()}';
    const heap = async () => {
      for (let turn = 0; turn < 3; turn += 1) { await new Promise((r) => setTimeout(r, 5)); globalThis.gc(); }
      return process.memoryUsage().heapUsed;
    };
    const body = async (count) => { ${body} };
    await body(${warmUp});
    const before = await heap();
    await body(undefined);
    console.log((await heap()) - before);
    if (getHub().statistics().alive !== 0 || getHub().statistics().pendingInterrupts !== 0) throw new Error('left over');
    `,
    { flags: ['--expose-gc', '--max-old-space-size=6000'], seconds: 240 },
  );
  assert.deepEqual([code, stderr], [0, '']);
  return Number(stdout);
}

const parked = isFull ? 1e6 : 1e5;
test(`${parked} parked greenlets, all killed, give their memory back`, async () => {
  const growth = await growthOf(`
    const all = Array.from({ length: count ?? ${parked} }, () => spawn(() => sleep(3600)));
    await sleep(0);
    await killAll(all);
  `);
  assert.ok(growth < 4 * MEGABYTE, `the heap grew by ${growth}`);
});

const sequence = isFull ? 1e7 : 1e6;
test(`${sequence} greenlets spawned in sequence leave a flat heap`, async () => {
  const growth = await growthOf(`
    for (let index = 0; index < (count ?? ${sequence}); index += 1) await spawn(() => {}).join();
  `);
  assert.ok(growth < 2 * MEGABYTE, `the heap grew by ${growth}`);
});

test('a chain of greenlets that each spawn the next leaves a flat heap', async () => {
  const growth = await growthOf(`
    let left = count ?? 2e5;
    await new Promise((resolve) => {
      const next = async () => { await sleep(0); left -= 1; if (left > 0) spawn(next); else resolve(); };
      spawn(next);
    });
  `);
  assert.ok(growth < 2 * MEGABYTE, `the heap grew by ${growth}`);
});

test('a million waits under one scope whose signal was taken leave no growth', async () => {
  const growth = await growthOf(`
    await spawn(async () => {
      for (let index = 0; index < (count ?? 1e6); index += 1) { currentSignal(); await sleep(0); }
    }).get();
  `);
  assert.ok(growth < 2 * MEGABYTE, `the heap grew by ${growth}`);
});
