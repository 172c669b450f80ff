import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { getFqdn, getHostByName } from '../../src/dns.ts';
import { getHub } from '../../src/hub.ts';
import { config } from '../../src/index.ts';
import {
  AresResolver,
  type HostEntry,
  Resolver,
  ThreadResolver,
  getResolver,
  setResolver,
} from '../../src/resolver.ts';
import { DnsServer } from '../support/dns-server.ts';
import { errorOf } from '../support/kernel.ts';
import { entry, runProgram } from '../support/program.ts';

afterEach(() => {
  config.resolver = 'thread';
  setResolver(undefined);
});

/** A resolver of one's own: two methods. */
class Fixed extends Resolver {
  readonly asked: string[] = [];

  override async findAddresses(host: string): Promise<HostEntry> {
    this.asked.push(host);
    return { name: 'fixed.test', aliases: [host], addresses: host === 'none' ? [] : ['10.0.0.1'] };
  }

  override async findNames(address: string): Promise<HostEntry> {
    return { name: 'fixed', aliases: ['fixed.test'], addresses: [address] };
  }
}

test('a hub makes its resolver once, as the setting says', () => {
  assert.ok(getResolver() instanceof ThreadResolver);
  assert.equal(getResolver(), getResolver());
  config.resolver = 'ares';
  assert.ok(getResolver() instanceof ThreadResolver, 'it is made already');
  setResolver(undefined);
  assert.ok(getResolver() instanceof AresResolver);
  config.resolver = ['dnspython', 'ares', 'thread'];
  setResolver(undefined);
  assert.ok(getResolver() instanceof AresResolver);
});

test('the setting may be a class or an instance', async () => {
  config.resolver = Fixed;
  assert.ok(getResolver() instanceof Fixed);
  assert.equal(await getHostByName('whatever'), '10.0.0.1');
  assert.equal(((await errorOf(getHostByName('none'))) as NodeJS.ErrnoException).code, 'EAI_NODATA');
  const mine = new Fixed();
  config.resolver = mine;
  setResolver(undefined);
  assert.equal(getResolver(), mine);
  assert.deepEqual(await mine.getHostByNameEx('x'), ['fixed.test', ['x'], ['10.0.0.1']]);
  assert.deepEqual(await mine.getNameInfo(['10.0.0.1', 80]), ['fixed', 'http']);
  assert.equal(await getFqdn('10.9.9.9'), 'fixed.test');
  assert.deepEqual(mine.asked, ['x']);
});

test('a new hub has a resolver of its own', () => {
  const former = getResolver();
  getHub().destroy();
  assert.notEqual(getResolver(), former);
});

test('setResolver() puts another in its place', async () => {
  const mine = new Fixed();
  setResolver(mine);
  assert.equal(getResolver(), mine);
  assert.equal(await getHostByName('a'), '10.0.0.1');
  setResolver(undefined);
  assert.notEqual(getResolver(), mine);
  for (const bad of [5, 'ares', {}, null, { getHostByName() {} }]) {
    assert.throws(
      () => setResolver(bad as never),
      /^TypeError: setResolver\(resolver\): expected a resolver, /,
    );
  }
});

test('what makes no resolver is refused when one is needed', async () => {
  config.resolver = class {};
  assert.throws(() => getResolver(), /^TypeError: config\.resolver: expected a resolver, /);
  assert.throws(() => getHostByName('a'), TypeError);
  config.resolver = {};
  assert.throws(() => getResolver(), TypeError);
});

const PRINT = `
  import { getHostByName } from '${entry('dns')}';
  import { getResolver } from '${entry('resolver')}';
  console.log(getResolver().constructor.name, await getHostByName(process.env.NAME));
`;

test('GEVENT_RESOLVER and the settings of ares are read from the environment', async () => {
  const server = await DnsServer.start({
    'a.test': { A: ['10.0.0.1'] },
    'b.test': { A: ['10.0.0.2'], isHeld: true },
  });
  const [, port = ''] = server.address.split(':');
  try {
    const run = (env: Record<string, string>): ReturnType<typeof runProgram> =>
      runProgram(PRINT, { env: { NAME: 'a.test', GEVENT_RESOLVER: 'ares', ...env } });
    const all = await Promise.all([
      run({ GEVENT_RESOLVER_NAMESERVERS: server.address }),
      run({ GEVENT_RESOLVER: 'dnspython, ares', GEVENTARES_SERVERS: '127.0.0.1', GEVENTARES_UDP_PORT: port }),
      run({ GEVENT_RESOLVER: 'thread', NAME: '127.0.0.1' }),
    ]);
    assert.deepEqual(
      all.map(({ stdout, stderr }) => stdout + stderr),
      ['AresResolver 10.0.0.1\n', 'AresResolver 10.0.0.1\n', 'ThreadResolver 127.0.0.1\n'],
    );
    const late = await run({
      NAME: 'b.test',
      GEVENT_RESOLVER_NAMESERVERS: server.address,
      GEVENT_RESOLVER_TIMEOUT: '0.1',
    });
    assert.match(late.stderr, /gaierror: Cannot look up b\.test: .*EAI_AGAIN: no answer within 0\.1 s/);
    assert.equal(late.code, 1);
  } finally {
    await server.close();
  }
});

test('names of gevent that are not here are refused with a reason', async () => {
  for (const name of ['block', 'blocking', 'dnspython', ['block']]) {
    assert.throws(
      () => (config.resolver = name as never),
      /^RangeError: config\.resolver: .*\((Node|dnspython) /,
    );
  }
  for (const bad of ['often', ['ares', 'often'], []]) {
    assert.throws(
      () => (config.resolver = bad as never),
      /^RangeError: config\.resolver: expected 'thread', 'ares'/,
    );
  }
  for (const bad of [5, undefined, null, [5]])
    assert.throws(() => (config.resolver = bad as never), TypeError);
  const { code, stderr } = await runProgram(PRINT, { env: { NAME: 'a', GEVENT_RESOLVER: 'block' } });
  assert.equal(code, 1);
  assert.match(stderr, /GEVENT_RESOLVER: expected .* \(Node has no look-up that blocks\), got 'block'/);
});
