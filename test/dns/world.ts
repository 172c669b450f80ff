// What the tests of name look-ups share: a DNS server, a resolver that asks it alone, and a look at what is left over.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { AresResolver, type AresOptions } from '../../src/resolver.ts';
import { DnsServer, type Zone } from '../support/dns-server.ts';
import { assertNothingLeft } from '../support/kernel.ts';

export interface World {
  readonly server: DnsServer;
  readonly resolver: AresResolver;
  /** Another resolver that asks the same server. */
  resolverWith(options: AresOptions): AresResolver;
}

/** No file: nothing but the server is asked. */
export const NO_FILE = '/nonexistent/hosts';

/** A test with a server; afterwards no look-up, wait, timer or descriptor may be left. */
export function dnsTest(
  name: string,
  zones: Record<string, Zone>,
  body: (world: World) => unknown,
  options: AresOptions = {},
): void {
  test(name, async () => {
    const before = descriptors() + firstUse;
    firstUse = 0;
    const server = await DnsServer.start(zones);
    const made: AresResolver[] = [];
    const resolverWith = (more: AresOptions): AresResolver => {
      const plain = { nameservers: [server.address], timeout: 20, search: [], hostsFile: NO_FILE };
      const resolver = new AresResolver({ ...plain, ...more });
      made.push(resolver);
      return resolver;
    };
    try {
      await body({ server, resolver: resolverWith(options), resolverWith });
      for (const resolver of made) await freed(resolver);
      assertNothingLeft();
    } finally {
      for (const resolver of made) resolver.close();
      await server.close();
    }
    await settled(() => descriptors() <= before, 'descriptors are left open');
  });
}

// With the first sockets, newer Nodes open a few descriptors of their own, for good.
let firstUse = 3;

/** Resolves when no question of the resolver is open. */
export function freed(resolver: AresResolver): Promise<void> {
  return settled(() => resolver.statistics().running === 0, 'look-ups are left running');
}

/** Gives the event loop turns until something is so. */
export async function settled(isSo: () => boolean, what: string): Promise<void> {
  for (let turn = 0; !isSo(); turn += 1) {
    if (turn === 1000) assert.fail(what);
    await setImmediate();
  }
}

/** How many descriptors this process has open, where the system tells. */
function descriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}
