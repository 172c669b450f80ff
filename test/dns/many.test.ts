import assert from 'node:assert/strict';
import { seededRandom } from '../../src/base/random.ts';
import { GreenletExit, type Greenlet, isInterrupt, joinAll, killAll, sleep, spawn } from '../../src/index.ts';
import { Pool } from '../../src/pool.ts';
import type { Zone } from '../support/dns-server.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';
import { dnsTest, freed, settled } from './world.ts';

forbidUnhandledRejections();

const COUNT = 500;

/** h0.test, h1.test, ...: each with an address of its own. */
function hosts(more: Zone = {}): Record<string, Zone> {
  return Object.fromEntries(
    Array.from({ length: COUNT }, (_, index) => [`h${index}.test`, { A: [addressOf(index)], ...more }]),
  );
}

function addressOf(index: number): string {
  return `10.0.${index >> 8}.${index & 255}`;
}

// More questions at once than the server's buffer has room for: some are lost, and asked again.
const IMPATIENT = { timeout: 1, tries: 8 };

dnsTest(
  '500 look-ups at once get the answer of their own name each',
  hosts(),
  async ({ resolver }) => {
    const all = Array.from({ length: COUNT }, (_, index) =>
      spawn(() => resolver.getHostByName(`h${index}.test`)),
    );
    await joinAll(all, { raiseError: true });
    assert.deepEqual(
      all.map((one) => one.value),
      Array.from({ length: COUNT }, (_, index) => addressOf(index)),
    );
    assert.ok(resolver.statistics().idle <= 32);
  },
  IMPATIENT,
);

for (const seed of [1, 2, 3]) {
  dnsTest(
    `of 500 look-ups half are killed at random moments, the others get their answers (seed ${seed})`,
    hosts(),
    async ({ server, resolver }) => {
      const random = seededRandom(seed);
      const all: Greenlet<string>[] = [];
      const killers: Greenlet<unknown>[] = [];
      // Every other victim waits for an answer that does not come before it is killed.
      const doomed = new Set<Greenlet<string>>();
      const spared = new Set<Greenlet<string>>();
      for (let index = 0; index < COUNT; index += 1) {
        const name = `h${index}.test`;
        const isHeld = random() < 0.5;
        if (isHeld) server.zones[name] = { A: [addressOf(index)], isHeld };
        const looking = spawn(() => resolver.getHostByName(name));
        all.push(looking);
        if (random() < 0.5) {
          spared.add(looking);
          continue;
        }
        if (isHeld) doomed.add(looking);
        const seconds = random() < 0.2 ? 0 : random() * 0.1;
        killers.push(
          spawn(async () => {
            await sleep(seconds);
            await looking.kill();
          }),
        );
      }
      await joinAll(killers, { raiseError: true });
      Object.assign(server.zones, hosts());
      for (let index = 0; index < COUNT; index += 1) server.release(`h${index}.test`);
      await joinAll(all, { raiseError: true });
      assert.ok(doomed.size > 50 && spared.size > 50);
      for (const [index, looking] of all.entries()) {
        const isKilled = looking.value instanceof GreenletExit;
        if (!isKilled) assert.equal(looking.value, addressOf(index));
        if (doomed.has(looking)) assert.ok(isKilled, `h${index} was not killed`);
        if (spared.has(looking)) assert.ok(!isKilled, `h${index} was killed`);
      }
      await freed(resolver);
    },
    IMPATIENT,
  );
}

dnsTest(
  '500 look-ups that nobody answers are killed in one go',
  hosts({ isHeld: true }),
  async ({ resolver }) => {
    const all = Array.from({ length: COUNT }, (_, index) =>
      spawn(async () => {
        try {
          return await resolver.getHostByName(`h${index}.test`);
        } catch (error) {
          assert.ok(isInterrupt(error));
          throw error;
        }
      }),
    );
    await settled(() => resolver.statistics().running === COUNT, 'they do not start');
    await killAll(all);
    await freed(resolver);
  },
);

dnsTest('a pool of look-ups asks no more than its size at once', hosts(), async ({ resolver }) => {
  let most = 0;
  const found = await new Pool(20).map(
    async (index: number) => {
      most = Math.max(most, resolver.statistics().running + 1);
      return await resolver.getHostByName(`h${index}.test`);
    },
    Array.from({ length: COUNT }, (_, index) => index),
  );
  assert.deepEqual(
    found,
    Array.from({ length: COUNT }, (_, index) => addressOf(index)),
  );
  assert.ok(most > 1 && most <= 20);
});
