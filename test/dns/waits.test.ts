// Every look-up that parks, four ways: the answer is there at once, comes later, the waiter is killed, the waiter is
// timed out. Afterwards no question is open, and the server hears nothing more.
import assert from 'node:assert/strict';
import { AF_INET } from '../../src/inet/constants.ts';
import { getFqdn, resolveIpv4, resolveIpv6, resolveReverse, resolveReverseIpv6 } from '../../src/dns.ts';
import { GreenletExit, Timeout, isInterrupt, sleep, spawn, withTimeout } from '../../src/index.ts';
import { setResolver } from '../../src/resolver.ts';
import type { Zone } from '../support/dns-server.ts';
import { errorOf } from '../support/kernel.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';
import { type World, dnsTest, freed, settled } from './world.ts';

forbidUnhandledRejections();

interface Look {
  readonly name: string;
  call(world: World): Promise<unknown>;
  readonly gives: unknown;
  /** What needs no server, where there is such a thing. */
  atOnce?(world: World): Promise<unknown>;
  /** Where it asks. */
  readonly asks: string;
}

const REVERSE = '1.0.0.10.in-addr.arpa';
const REVERSE6 = '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa';

const ZONES: Record<string, Zone> = {
  'a.test': { A: ['10.0.0.1'], AAAA: ['fd00::1'], ttl: 7, isHeld: true },
  [REVERSE]: { PTR: ['a.test'], isHeld: true },
  [REVERSE6]: { PTR: ['six.test'], isHeld: true },
  'after.test': { A: ['10.0.0.9'] },
};

const LOOKS: readonly Look[] = [
  {
    name: 'getHostByName()',
    asks: 'a.test',
    call: ({ resolver }) => resolver.getHostByName('a.test'),
    gives: '10.0.0.1',
    atOnce: ({ resolver }) => resolver.getHostByName('10.1.1.1'),
  },
  {
    name: 'getAddrInfo()',
    asks: 'a.test',
    call: ({ resolver }) => resolver.getAddrInfo('a.test', 80, AF_INET, 1),
    gives: [[2, 1, 6, '', ['10.0.0.1', 80]]],
    atOnce: ({ resolver }) => resolver.getAddrInfo(undefined, 80),
  },
  {
    name: 'getAddrInfo() of two families',
    asks: 'a.test',
    call: async ({ resolver }) => (await resolver.getAddrInfo('a.test', 80)).length,
    gives: 6,
  },
  {
    name: 'getHostByAddr()',
    asks: REVERSE,
    call: ({ resolver }) => resolver.getHostByAddr('10.0.0.1'),
    gives: ['a.test', [], ['10.0.0.1']],
  },
  {
    name: 'getNameInfo()',
    asks: REVERSE,
    call: ({ resolver }) => resolver.getNameInfo(['10.0.0.1', 80]),
    gives: ['a.test', 'http'],
    atOnce: ({ resolver }) => resolver.getNameInfo(['10.0.0.1', 80], 1),
  },
  { name: 'getFqdn()', asks: REVERSE, call: () => getFqdn('10.0.0.1'), gives: 'a.test' },
  { name: 'resolveIpv4()', asks: 'a.test', call: () => resolveIpv4('a.test'), gives: [7, ['10.0.0.1']] },
  { name: 'resolveIpv6()', asks: 'a.test', call: () => resolveIpv6('a.test'), gives: [7, ['fd00::1']] },
  { name: 'resolveReverse()', asks: REVERSE, call: () => resolveReverse('10.0.0.1'), gives: [0, ['a.test']] },
  {
    name: 'resolveReverseIpv6()',
    asks: REVERSE6,
    call: () => resolveReverseIpv6('fd00::1'),
    gives: [0, ['six.test']],
  },
];

/** Nothing is left, and the resolver is of use. */
async function assertFreed({ server, resolver }: World, asks: string): Promise<void> {
  await freed(resolver);
  const asked = server.asked(asks).length;
  server.release(asks);
  assert.equal(await resolver.getHostByName('after.test'), '10.0.0.9');
  assert.equal(server.asked(asks).length, asked, 'the server was asked again');
}

function lookTest(name: string, body: (world: World) => Promise<void>): void {
  dnsTest(name, ZONES, async (world) => {
    setResolver(world.resolver);
    try {
      await body(world);
    } finally {
      setResolver(undefined);
    }
  });
}

for (const { name, call, gives, atOnce, asks } of LOOKS) {
  if (atOnce !== undefined) {
    lookTest(`${name} that needs no server asks none, and raises a kill that is pending`, async (world) => {
      await atOnce(world);
      assert.deepEqual(world.server.seen, []);
      const killed = spawn(async () => {
        killed.kill(undefined, { block: false });
        return await errorOf(atOnce(world));
      });
      assert.ok((await killed.get()) instanceof GreenletExit);
    });
  }

  lookTest(`${name} parks until the answer is there`, async (world) => {
    const looking = spawn(() => call(world));
    await world.server.arrived(asks);
    await sleep(0.01);
    assert.equal(looking.ready(), false);
    world.server.release(asks);
    // Of two questions, the second may come only now.
    const releasing = spawn(async () => {
      for (;;) {
        await sleep(0.005);
        world.server.release(asks);
      }
    });
    assert.deepEqual(await looking.get(), gives);
    await releasing.kill();
  });

  lookTest(`${name} that is killed frees its question`, async (world) => {
    let raised: unknown;
    const looking = spawn(async () => {
      raised = await errorOf(call(world));
    });
    await world.server.arrived(asks);
    await looking.kill();
    assert.ok(raised instanceof GreenletExit);
    await assertFreed(world, asks);
  });

  lookTest(`${name} that is timed out frees its question`, async (world) => {
    const error = await errorOf(withTimeout(0.05, () => call(world)));
    assert.ok(error instanceof Timeout && isInterrupt(error));
    await assertFreed(world, asks);
  });

  lookTest(`${name} that nobody awaits is killed without a trace`, async (world) => {
    const looking = spawn(async () => {
      void call(world);
      await sleep(100);
    });
    await world.server.arrived(asks);
    await looking.kill();
    await assertFreed(world, asks);
  });
}

lookTest('a kill that is pending is raised before the server is asked', async (world) => {
  const looking = spawn(async () => {
    looking.kill(undefined, { block: false });
    return await errorOf(call());
  });
  const call = (): Promise<unknown> => world.resolver.getHostByName('a.test');
  assert.ok((await looking.get()) instanceof GreenletExit);
  assert.deepEqual(world.server.seen, []);
});

lookTest('the kill of one look-up leaves the others alone', async (world) => {
  const { server, resolver } = world;
  const all = Array.from({ length: 5 }, () => spawn(() => resolver.getHostByName('a.test')));
  await server.arrived('a.test', 5);
  await all[2]?.kill();
  server.release('a.test');
  const ended = await Promise.all(all.map((one) => one.get()));
  assert.deepEqual(
    ended.map((one) => typeof one),
    ['string', 'string', 'object', 'string', 'string'],
  );
  await settled(() => resolver.statistics().idle === 5, 'channels are lost');
});
