// What getAddrInfo() and getNameInfo() answer without a look-up: as Python on Linux does.
import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import {
  getAddrInfo,
  getFqdn,
  getHostByAddr,
  getHostByName,
  getHostByNameEx,
  getNameInfo,
} from '../../src/dns.ts';
import * as c from '../../src/inet/constants.ts';
import { ifIndexToName, ifNameIndex } from '../../src/inet/interfaces.ts';
import { errorOf } from '../support/kernel.ts';

const TCP = [c.SOCK_STREAM, c.IPPROTO_TCP] as const;
const UDP = [c.SOCK_DGRAM, c.IPPROTO_UDP] as const;
const RAW = [c.SOCK_RAW, 0] as const;

async function codeOf(wait: Promise<unknown>): Promise<unknown[]> {
  const { name, code, errno } = (await errorOf(wait)) as NodeJS.ErrnoException;
  return [name, code, errno];
}

test('an address is answered with each kind of socket', async () => {
  const four = [[TCP], [UDP], [RAW]].map(([kind]) => [c.AF_INET, ...(kind ?? []), '', ['127.0.0.1', 80]]);
  assert.deepEqual(await getAddrInfo('127.0.0.1', 80), four);
  assert.deepEqual(await getAddrInfo('127.0.0.1', '80'), four);
  assert.deepEqual(await getAddrInfo('127.0.0.1', ' +80', 0, 0, 0, c.AI_NUMERICSERV), four);
  assert.deepEqual(await getAddrInfo('0x7f.1', 80), four);
  const six = await getAddrInfo('0:0::1', 443, { type: c.SOCK_STREAM });
  assert.deepEqual(six, [[c.AF_INET6, ...TCP, '', ['::1', 443, 0, 0]]]);
  for (const none of [undefined, '', '*']) {
    const found = await getAddrInfo('127.0.0.1', none);
    assert.deepEqual(
      found.map((info) => info[4][1]),
      [0, 0, 0],
    );
  }
});

test('services have the kinds of sockets that they are known for', async () => {
  const kinds = async (service: string, type = 0, proto = 0): Promise<unknown> =>
    (await getAddrInfo('127.0.0.1', service, 0, type, proto)).map(([, ...kind]) => [
      ...kind.slice(0, 2),
      kind[3]?.[1 as never],
    ]);
  assert.deepEqual(await kinds('ssh'), [[...TCP, 22]]);
  assert.deepEqual(await kinds('domain'), [
    [...TCP, 53],
    [...UDP, 53],
  ]);
  assert.deepEqual(await kinds('ntp', c.SOCK_DGRAM), [[...UDP, 123]]);
  assert.deepEqual(await codeOf(kinds('no-such-service')), ['gaierror', 'EAI_SERVICE', -8]);
  assert.deepEqual(await codeOf(kinds('ntp', c.SOCK_STREAM)), ['gaierror', 'EAI_SERVICE', -8]);
  assert.deepEqual(await codeOf(kinds('70000')), ['gaierror', 'EAI_SERVICE', -8]);
  assert.deepEqual(await codeOf(getAddrInfo('127.0.0.1', 'ssh', { flags: c.AI_NUMERICSERV })), [
    'gaierror',
    'EAI_NONAME',
    -2,
  ]);
});

test('type and protocol choose the kind of socket', async () => {
  const kinds = async (type: number, proto: number, port: number | undefined = 80): Promise<unknown> =>
    (await getAddrInfo('127.0.0.1', port, 0, type, proto)).map(([, ...kind]) => kind.slice(0, 2));
  assert.deepEqual(await kinds(0, c.IPPROTO_UDP), [UDP]);
  assert.deepEqual(await kinds(c.SOCK_STREAM, 0), [TCP]);
  assert.deepEqual(await kinds(0, 132), [[c.SOCK_STREAM, 132]]);
  assert.deepEqual(await kinds(c.SOCK_RAW, c.IPPROTO_ICMP, 0).catch(() => 'refused'), 'refused');
  const raw = await getAddrInfo('127.0.0.1', undefined, { type: c.SOCK_RAW, proto: c.IPPROTO_ICMP });
  assert.deepEqual(raw, [[c.AF_INET, c.SOCK_RAW, c.IPPROTO_ICMP, '', ['127.0.0.1', 0]]]);
  assert.deepEqual(await codeOf(kinds(c.SOCK_STREAM, c.IPPROTO_UDP)), ['gaierror', 'EAI_SOCKTYPE', -7]);
  assert.deepEqual(await codeOf(kinds(77, 0)), ['gaierror', 'EAI_SOCKTYPE', -7]);
  assert.deepEqual(await codeOf(kinds(0, 99)), ['gaierror', 'EAI_SERVICE', -8]);
  assert.deepEqual(await codeOf(kinds(c.SOCK_RAW, 0)), ['gaierror', 'EAI_SERVICE', -8]);
});

test('families fit, are mapped, or are refused', async () => {
  const hosts = async (host: string, family: number, flags = 0): Promise<unknown> =>
    (await getAddrInfo(host, 80, { family, flags, type: c.SOCK_STREAM })).map((info) => info[4]);
  assert.deepEqual(await hosts('127.0.0.1', c.AF_INET6, c.AI_V4MAPPED), [['::ffff:127.0.0.1', 80, 0, 0]]);
  assert.deepEqual(await hosts('::ffff:1.2.3.4', c.AF_INET), [['1.2.3.4', 80]]);
  assert.deepEqual(await codeOf(hosts('127.0.0.1', c.AF_INET6)), ['gaierror', 'EAI_ADDRFAMILY', -9]);
  assert.deepEqual(await codeOf(hosts('::1', c.AF_INET)), ['gaierror', 'EAI_ADDRFAMILY', -9]);
  assert.deepEqual(await codeOf(hosts('::1', c.AF_UNIX)), ['gaierror', 'EAI_FAMILY', -6]);
});

test('no host is this one, or with AI_PASSIVE every address of it', async () => {
  const hosts = async (hints: object): Promise<unknown> =>
    (await getAddrInfo(undefined, 80, { type: c.SOCK_STREAM, ...hints })).map((info) => info[4][0]);
  const hasSix = Object.values(networkInterfaces()).some((all) =>
    all?.some(({ address }) => address === '::1'),
  );
  assert.deepEqual(await hosts({}), hasSix ? ['::1', '127.0.0.1'] : ['127.0.0.1', '::1']);
  assert.deepEqual(await hosts({ flags: c.AI_PASSIVE }), ['0.0.0.0', '::']);
  assert.deepEqual(await hosts({ family: c.AF_INET }), ['127.0.0.1']);
  assert.deepEqual(await hosts({ family: c.AF_INET6, flags: c.AI_PASSIVE }), ['::']);
  assert.deepEqual(await codeOf(getAddrInfo(undefined, undefined)), ['gaierror', 'EAI_NONAME', -2]);
  assert.deepEqual(await codeOf(getAddrInfo('', 80)), ['gaierror', 'EAI_NONAME', -2]);
});

test('flags', async () => {
  const found = await getAddrInfo('127.1', 80, 0, 0, 0, c.AI_CANONNAME | c.AI_NUMERICHOST);
  assert.deepEqual(
    found.map((info) => info[3]),
    ['127.1', '', ''],
  );
  assert.deepEqual(await codeOf(getAddrInfo('localhost', 80, 0, 0, 0, c.AI_NUMERICHOST)), [
    'gaierror',
    'EAI_NONAME',
    -2,
  ]);
  assert.deepEqual(await codeOf(getAddrInfo('::1', 80, 0, 0, 0, 1 << 20)), ['gaierror', 'EAI_BADFLAGS', -1]);
  assert.deepEqual(await codeOf(getAddrInfo(undefined, 80, 0, 0, 0, c.AI_CANONNAME)), [
    'gaierror',
    'EAI_BADFLAGS',
    -1,
  ]);
});

test('the interface of a link-local address is read by name and by number', async () => {
  const scope = async (host: string): Promise<unknown> => (await getAddrInfo(host, 80))[0]?.[4].slice(0, 4);
  assert.deepEqual(await scope('fe80::1%7'), ['fe80::1', 80, 0, 7]);
  assert.deepEqual(await scope('::1%3'), ['::1', 80, 0, 3]);
  assert.deepEqual(await codeOf(scope('fe80::1%no-such')), ['gaierror', 'EAI_NONAME', -2]);
  assert.deepEqual(await getNameInfo(['fe80::1', 80, 0, 99_999], c.NI_NUMERICHOST), [
    'fe80::1%99999',
    'http',
  ]);
  const [[index, name] = [0, '']] = ifNameIndex();
  assert.equal(ifIndexToName(index), name);
  assert.deepEqual(await scope(`fe80::1%${name}`), ['fe80::1', 80, 0, index]);
  assert.deepEqual(await getNameInfo(['fe80::1', 80, 0, index], c.NI_NUMERICHOST), [
    `fe80::1%${name}`,
    'http',
  ]);
});

test('getHostByName() and its kin read addresses in any form', async () => {
  assert.equal(await getHostByName(''), '0.0.0.0');
  assert.equal(await getHostByName('<broadcast>'), '255.255.255.255');
  assert.equal(await getHostByName('0x7f000001'), '127.0.0.1');
  assert.equal(await getHostByName('::ffff:1.2.3.4'), '1.2.3.4');
  assert.deepEqual(await codeOf(getHostByName('::1')), ['gaierror', 'EAI_ADDRFAMILY', -9]);
  assert.deepEqual(await getHostByNameEx('127.1'), ['127.1', [], ['127.0.0.1']]);
  assert.deepEqual(await codeOf(getHostByNameEx('')), ['herror', 'HOST_NOT_FOUND', 1]);
  assert.deepEqual(await codeOf(getHostByAddr('')), ['herror', 'HOST_NOT_FOUND', 1]);
});

test('getNameInfo() takes numbers for names where it is told to', async () => {
  const both = c.NI_NUMERICHOST | c.NI_NUMERICSERV;
  assert.deepEqual(await getNameInfo(['127.1', 80], both), ['127.0.0.1', '80']);
  assert.deepEqual(await getNameInfo(['127.0.0.1', 514], c.NI_NUMERICHOST | c.NI_DGRAM), [
    '127.0.0.1',
    'syslog',
  ]);
  assert.deepEqual(await getNameInfo(['::1', 45_678, 0, 3], c.NI_NUMERICHOST), ['::1%3', '45678']);
  assert.deepEqual(await codeOf(getNameInfo(['localhost', 80])), ['gaierror', 'EAI_NONAME', -2]);
  assert.deepEqual(await codeOf(getNameInfo(['::1', 80], 1 << 20)), ['gaierror', 'EAI_BADFLAGS', -1]);
  const nameless = getNameInfo(['::1', 80], c.NI_NUMERICHOST | c.NI_NAMEREQD);
  assert.deepEqual(await codeOf(nameless), ['gaierror', 'EAI_NONAME', -2]);
});

test('getFqdn() answers what it was given when there is no such host', async () => {
  assert.equal(await getFqdn('no..such..name'), 'no..such..name');
  assert.notEqual(await getFqdn('127.0.0.1'), '');
});

test('arguments that make no sense are refused at the call', () => {
  const refused = (call: () => unknown, message: RegExp): void => {
    assert.throws(call, (error) => {
      assert.ok(error instanceof TypeError || error instanceof RangeError);
      assert.match(error.message, message);
      return true;
    });
  };
  refused(() => getAddrInfo(5 as never, 80), /^getAddrInfo\(host\): expected a host name or address, got 5$/);
  refused(() => getAddrInfo('a\0', 80), /^getAddrInfo\(host\): /);
  refused(
    () => getAddrInfo('a', 65_536),
    /^getAddrInfo\(port\): expected a port from 0 to 65535, got 65536$/,
  );
  refused(() => getAddrInfo('a', null as never), /^getAddrInfo\(port\): /);
  refused(() => getAddrInfo('a', 80, -1), /^getAddrInfo\(family\): /);
  refused(() => getAddrInfo('a', 80, 'x' as never), /^getAddrInfo\(hints\): /);
  refused(() => getAddrInfo('a', 80, { flags: 0.5 }), /^getAddrInfo\(\{ flags \}\): /);
  refused(() => getAddrInfo('a', 80, 0, 'x' as never), /^getAddrInfo\(type\): /);
  refused(() => getHostByName(undefined as never), /^getHostByName\(host\): /);
  refused(() => getHostByNameEx(5 as never), /^getHostByNameEx\(host\): /);
  refused(() => getHostByAddr(5 as never), /^getHostByAddr\(address\): /);
  refused(() => getNameInfo('/tmp/socket' as never), /^getNameInfo\(address\): /);
  refused(() => getNameInfo(['a'] as never), /^getNameInfo\(address\): /);
  refused(() => getNameInfo(['a', 80], 'x' as never), /^getNameInfo\(flags\): /);
  refused(() => getFqdn(5 as never), /^getFqdn\(name\): /);
});
