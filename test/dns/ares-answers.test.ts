import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  SOCK_STREAM,
  AF_INET,
  AF_INET6,
  AI_ALL,
  AI_CANONNAME,
  AI_V4MAPPED,
  NI_NAMEREQD,
} from '../../src/inet/constants.ts';
import { lie } from '../support/dns-server.ts';
import { errorOf } from '../support/kernel.ts';
import { dnsTest } from './world.ts';

const HOST = { A: ['10.0.0.1', '10.0.0.2'], AAAA: ['fd00::1'] };

dnsTest('a name has the addresses that the server says', { 'a.test': HOST }, async ({ server, resolver }) => {
  assert.equal(await resolver.getHostByName('a.test'), '10.0.0.1');
  assert.deepEqual(server.seen, [{ via: 'udp', name: 'a.test', type: 'A' }]);
  const found = await resolver.getAddrInfo('a.test', 'http', { type: SOCK_STREAM });
  assert.deepEqual(
    new Map(found.map(([family, , , , address]) => [address[0], [family, address]])),
    new Map<string, unknown>([
      ['fd00::1', [AF_INET6, ['fd00::1', 80, 0, 0]]],
      ['10.0.0.1', [AF_INET, ['10.0.0.1', 80]]],
      ['10.0.0.2', [AF_INET, ['10.0.0.2', 80]]],
    ]),
  );
});

dnsTest('a family asks for its own records alone', { 'a.test': HOST }, async ({ server, resolver }) => {
  const six = await resolver.getAddrInfo('a.test', 1, AF_INET6, SOCK_STREAM);
  assert.deepEqual(six, [[AF_INET6, SOCK_STREAM, 6, '', ['fd00::1', 1, 0, 0]]]);
  assert.deepEqual(server.asked('a.test'), ['udp AAAA']);
});

dnsTest(
  'AI_V4MAPPED gives IPv4 addresses in IPv6 form: those of a host without others, all with AI_ALL',
  { 'a.test': HOST, 'four.test': { A: ['10.0.0.4'] } },
  async ({ resolver }) => {
    const hosts = async (name: string, flags: number): Promise<string[]> =>
      (await resolver.getAddrInfo(name, 1, AF_INET6, SOCK_STREAM, 0, flags)).map((info) => info[4][0]);
    assert.deepEqual(await hosts('four.test', AI_V4MAPPED), ['::ffff:10.0.0.4']);
    assert.deepEqual(await hosts('a.test', AI_V4MAPPED), ['fd00::1']);
    assert.deepEqual(await hosts('a.test', AI_V4MAPPED | AI_ALL), [
      'fd00::1',
      '::ffff:10.0.0.1',
      '::ffff:10.0.0.2',
    ]);
  },
);

dnsTest(
  'aliases are followed to the official name',
  {
    'www.test': { CNAME: 'web.test' },
    'web.test': { CNAME: 'host.test' },
    'host.test': { A: ['10.0.0.1'] },
    'round.test': { CNAME: 'robin.test' },
    'robin.test': { CNAME: 'round.test' },
  },
  async ({ resolver }) => {
    assert.deepEqual(await resolver.getHostByNameEx('www.test'), [
      'host.test',
      ['www.test', 'web.test'],
      ['10.0.0.1'],
    ]);
    assert.deepEqual(await resolver.getHostByNameEx('host.test'), ['host.test', [], ['10.0.0.1']]);
    const found = await resolver.getAddrInfo('www.test', 1, { flags: AI_CANONNAME, family: AF_INET });
    assert.deepEqual(
      found.map((info) => info[3]),
      ['host.test', '', ''],
    );
    assert.match(String(await errorOf(resolver.getHostByNameEx('round.test'))), /EAI_NODATA/);
  },
);

dnsTest(
  'an alias of a host without such addresses has none',
  { 'www.test': { CNAME: 'host.test' }, 'host.test': { A: ['10.0.0.1'] } },
  async ({ resolver }) => {
    const error = (await errorOf(resolver.getAddrInfo('www.test', 1, AF_INET6))) as NodeJS.ErrnoException;
    assert.deepEqual([error.name, error.code, error.errno], ['gaierror', 'EAI_NODATA', -5]);
  },
);

dnsTest(
  'an address has the names that the server says',
  {
    '1.0.0.10.in-addr.arpa': { PTR: ['a.test', 'b.test'] },
    '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa': { PTR: ['six.test'] },
    'a.test': HOST,
  },
  async ({ resolver }) => {
    assert.deepEqual(await resolver.getHostByAddr('10.0.0.1'), ['a.test', ['b.test'], ['10.0.0.1']]);
    assert.deepEqual(await resolver.getHostByAddr('fd00:0::1'), ['six.test', [], ['fd00::1']]);
    const byName = await resolver.getHostByAddr('a.test');
    assert.ok(['a.test', 'six.test'].includes(byName[0]));
    assert.deepEqual(await resolver.getNameInfo(['10.0.0.1', 80]), ['a.test', 'http']);
    assert.deepEqual(await resolver.getNameInfo(['10.0.0.9', 80]), ['10.0.0.9', 'http']);
    const unnamed = (await errorOf(
      resolver.getNameInfo(['10.0.0.9', 80], NI_NAMEREQD),
    )) as NodeJS.ErrnoException;
    assert.deepEqual([unnamed.name, unnamed.code], ['gaierror', 'EAI_NONAME']);
    const error = (await errorOf(resolver.getHostByAddr('10.0.0.9'))) as NodeJS.ErrnoException;
    assert.deepEqual([error.name, error.code, error.errno], ['herror', 'HOST_NOT_FOUND', 1]);
  },
);

dnsTest(
  'an answer that is cut off is asked for again by TCP',
  { 'big.test': { ...HOST, isTruncated: true } },
  async ({ server, resolver }) => {
    assert.equal(await resolver.getHostByName('big.test'), '10.0.0.1');
    assert.deepEqual(server.asked('big.test'), ['udp A', 'tcp A']);
  },
);

dnsTest(
  'answers with a wrong id or to a wrong question are dropped',
  {
    'a.test': {
      A: ['10.0.0.1'],
      lies: (question) => [
        lie(question, { id: ((question.id ?? 0) + 1) % 65_536 }),
        lie(question, { name: 'b.test' }),
      ],
    },
  },
  async ({ resolver }) => {
    assert.deepEqual(await resolver.getHostByNameEx('a.test'), ['a.test', [], ['10.0.0.1']]);
  },
);

dnsTest(
  'short names are looked for in the search domains, names with enough dots as they are first',
  {
    'a.one.test': { A: ['10.0.0.1'] },
    'a.two.test': { A: ['10.0.0.2'] },
    'b.c': { A: ['10.0.0.3'] },
    a: { A: ['10.0.0.4'] },
  },
  async ({ server, resolver, resolverWith }) => {
    assert.equal(await resolver.getHostByName('a'), '10.0.0.2');
    assert.equal(await resolver.getHostByName('b.c'), '10.0.0.3');
    assert.equal(await resolver.getHostByName('a.'), '10.0.0.4');
    assert.deepEqual(
      server.seen.map(({ name }) => name),
      ['a.none.test', 'a.two.test', 'b.c', 'a'],
    );
    server.seen.splice(0);
    const many = resolverWith({ search: ['one.test.'], ndots: 2 });
    assert.equal(await many.getHostByName('b.c'), '10.0.0.3');
    const error = (await errorOf(many.getHostByName('x.y.z'))) as NodeJS.ErrnoException;
    assert.equal(error.code, 'EAI_NONAME');
    assert.deepEqual(
      server.seen.map(({ name }) => name),
      ['b.c.one.test', 'b.c', 'x.y.z', 'x.y.z.one.test'],
    );
  },
  { search: ['none.test', 'two.test'] },
);

dnsTest(
  'the hosts file comes first, and is read again when it has changed',
  { 'a.test': HOST },
  async ({ server, resolverWith }) => {
    const folder = mkdtempSync(join(tmpdir(), 'gevent-hosts-'));
    try {
      const hostsFile = join(folder, 'hosts');
      writeFileSync(
        hostsFile,
        '# mine\n10.1.1.1 a.test Alias # first\nfd00::9 a.test\n10.1.1.2 other a.test\nnonsense x\n',
      );
      const resolver = resolverWith({ hostsFile });
      assert.equal(await resolver.getHostByName('A.TEST'), '10.1.1.1');
      assert.deepEqual(await resolver.getHostByNameEx('alias'), ['a.test', ['Alias'], ['10.1.1.1']]);
      assert.deepEqual(await resolver.getHostByNameEx('a.test.'), [
        'a.test',
        ['Alias'],
        ['10.1.1.1', '10.1.1.2'],
      ]);
      assert.deepEqual(await resolver.getHostByAddr('fd00::9'), ['a.test', [], ['fd00::9']]);
      assert.deepEqual(await resolver.getNameInfo(['10.1.1.2', 22]), ['other', 'ssh']);
      assert.equal((await resolver.getAddrInfo('a.test', 1, 0, SOCK_STREAM)).length, 3);
      assert.deepEqual(server.seen, []);
      writeFileSync(hostsFile, '10.2.2.2 b.test\n');
      assert.equal(await resolver.getHostByName('b.test'), '10.2.2.2');
      assert.equal(await resolver.getHostByName('a.test'), '10.0.0.1');
      rmSync(hostsFile);
      assert.equal(
        ((await errorOf(resolver.getHostByName('b.test'))) as NodeJS.ErrnoException).code,
        'EAI_NONAME',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

dnsTest(
  'localhost is this host, whatever the server says',
  { localhost: HOST },
  async ({ server, resolver }) => {
    assert.equal(await resolver.getHostByName('localhost'), '127.0.0.1');
    assert.equal(await resolver.getHostByName('www.LOCALHOST.'), '127.0.0.1');
    const [six] = await resolver.getAddrInfo('localhost', 1, AF_INET6);
    assert.deepEqual(six?.[4], ['::1', 1, 0, 0]);
    assert.deepEqual(server.seen, []);
  },
);

dnsTest(
  'names in other alphabets are encoded',
  { 'xn--bcher-kva.test': { A: ['10.0.0.1'] } },
  async ({ resolver }) => {
    assert.equal(await resolver.getHostByName('bücher.test'), '10.0.0.1');
  },
);
