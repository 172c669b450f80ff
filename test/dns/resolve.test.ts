import assert from 'node:assert/strict';
import {
  DNSError,
  DNS_ERR_NODATA,
  DNS_ERR_NONE,
  DNS_ERR_NOTEXIST,
  DNS_ERR_SERVERFAILED,
  DNS_ERR_SHUTDOWN,
  DNS_ERR_TIMEOUT,
  DNS_IPv4_A,
  DNS_IPv6_AAAA,
  DNS_PTR,
  DNS_QUERY_NO_SEARCH,
  GetAddrInfoError,
  dnsErrToString,
  dnsInit,
  dnsResolveIpv4,
  dnsResolveIpv6,
  dnsResolveReverse,
  dnsResolveReverseIpv6,
  dnsShutdown,
  resolveIpv4,
  resolveIpv6,
  resolveReverse,
  resolveReverseIpv6,
} from '../../src/dns.ts';
import { AsyncResult } from '../../src/event.ts';
import { getHub, spawn } from '../../src/index.ts';
import { inetAton, inetPton } from '../../src/inet/inet.ts';
import { type AresOptions, setResolver } from '../../src/resolver.ts';
import type { Zone } from '../support/dns-server.ts';
import { errorOf } from '../support/kernel.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';
import { type World, dnsTest, freed } from './world.ts';

forbidUnhandledRejections();

const ZONES: Record<string, Zone> = {
  'a.test': { A: ['10.0.0.1', '10.0.0.2'], AAAA: ['fd00::1'], ttl: 30 },
  'a.more.test': { A: ['10.0.0.3'] },
  '1.0.0.10.in-addr.arpa': { PTR: ['a.test'] },
  '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa': { PTR: ['six.test'] },
  'empty.test': {},
  'failing.test': { rcode: 2 },
  'slow.test': { A: ['10.0.0.1'], isHeld: true },
};

function resolveTest(name: string, body: (world: World) => Promise<void>, options: AresOptions = {}): void {
  dnsTest(
    name,
    ZONES,
    async (world) => {
      setResolver(world.resolver);
      try {
        await body(world);
      } finally {
        setResolver(undefined);
      }
    },
    options,
  );
}

type Told = [result: number, type: number, ttl: number, addresses: unknown[] | undefined];

/** What a callback is told. */
function told(request: (callback: (...args: Told) => void) => void): Promise<Told> {
  const result = new AsyncResult<Told>();
  request((...args) => result.set(args));
  return result.get();
}

resolveTest('resolve...() gives the time to live and the records', async () => {
  assert.deepEqual(await resolveIpv4('a.test'), [30, ['10.0.0.1', '10.0.0.2']]);
  assert.deepEqual(await resolveIpv6('a.test'), [30, ['fd00::1']]);
  assert.deepEqual(await resolveReverse('10.0.0.1'), [0, ['a.test']]);
  assert.deepEqual(await resolveReverse(inetAton('10.0.0.1')), [0, ['a.test']]);
  assert.deepEqual(await resolveReverseIpv6('fd00::1'), [0, ['six.test']]);
  assert.deepEqual(await resolveReverseIpv6(inetPton(10, 'fd00::1')), [0, ['six.test']]);
});

resolveTest('resolve...() raises DNSError, with the number of the result', async () => {
  const failure = async (name: string): Promise<unknown[]> => {
    const error = await errorOf(resolveIpv4(name));
    assert.ok(error instanceof DNSError && error instanceof GetAddrInfoError);
    return [error.name, error.code, error.errno, error.result];
  };
  assert.deepEqual(await failure('missing.test'), ['DNSError', 'EAI_NONAME', -2, DNS_ERR_NOTEXIST]);
  assert.deepEqual(await failure('empty.test'), ['DNSError', 'EAI_NODATA', -5, DNS_ERR_NODATA]);
  assert.deepEqual(await failure('failing.test'), ['DNSError', 'EAI_AGAIN', -3, DNS_ERR_SERVERFAILED]);
  const error = (await errorOf(resolveReverse('10.9.9.9'))) as DNSError;
  assert.match(error.message, /^Cannot look up 10\.9\.9\.9: .*: the name does not exist\)$/);
});

resolveTest(
  '`lifetime` bounds resolve...() too',
  async ({ resolver }) => {
    const error = (await errorOf(resolveIpv4('slow.test'))) as DNSError;
    assert.deepEqual([error.code, error.result], ['EAI_AGAIN', DNS_ERR_TIMEOUT]);
    await freed(resolver);
  },
  { lifetime: 0.05 },
);

resolveTest(
  'DNS_QUERY_NO_SEARCH leaves the search domains out',
  async ({ server }) => {
    assert.deepEqual(await resolveIpv4('a'), [60, ['10.0.0.3']]);
    const error = (await errorOf(resolveIpv4('a', DNS_QUERY_NO_SEARCH))) as DNSError;
    assert.equal(error.result, DNS_ERR_NOTEXIST);
    assert.deepEqual(
      server.seen.map(({ name }) => name),
      ['a.more.test', 'a'],
    );
  },
  { search: ['more.test'] },
);

resolveTest('dnsResolve...() tells a callback, with addresses as bytes', async () => {
  dnsInit();
  const bytes = (...all: string[]): Buffer[] => all.map((one) => inetPton(one.includes(':') ? 10 : 2, one));
  assert.deepEqual(await told((tell) => dnsResolveIpv4('a.test', 0, tell)), [
    DNS_ERR_NONE,
    DNS_IPv4_A,
    30,
    bytes('10.0.0.1', '10.0.0.2'),
  ]);
  const six = await told((tell) => dnsResolveIpv6('a.test', 0, tell));
  assert.deepEqual(six, [DNS_ERR_NONE, DNS_IPv6_AAAA, 30, bytes('fd00::1')]);
  const name = await told((tell) => dnsResolveReverse(inetAton('10.0.0.1'), 0, tell));
  assert.deepEqual(name, [DNS_ERR_NONE, DNS_PTR, 0, ['a.test']]);
  const sixName = await told((tell) => dnsResolveReverseIpv6('fd00::1', 0, tell));
  assert.deepEqual(sixName, [DNS_ERR_NONE, DNS_PTR, 0, ['six.test']]);
  const none = await told((tell) => dnsResolveIpv4('missing.test', 0, tell));
  assert.deepEqual(none, [DNS_ERR_NOTEXIST, 0, 0, undefined]);
});

resolveTest(
  'dnsShutdown() ends what is under way, and later requests are served',
  async ({ server, resolver }) => {
    const waiting = spawn(() => errorOf(resolveIpv4('slow.test')));
    const telling = spawn(() => told((tell) => dnsResolveIpv4('slow.test', 0, tell)));
    await server.arrived('slow.test', 2);
    dnsShutdown();
    assert.equal(((await waiting.get()) as DNSError).result, DNS_ERR_SHUTDOWN);
    assert.deepEqual(await telling.get(), [DNS_ERR_SHUTDOWN, 0, 0, undefined]);
    await freed(resolver);
    assert.deepEqual(await resolveIpv4('a.test'), [30, ['10.0.0.1', '10.0.0.2']]);
  },
);

resolveTest('what a callback throws is printed, and harms nobody', async () => {
  const hub = getHub();
  const { exceptionStream } = hub;
  const printed: string[] = [];
  hub.exceptionStream = { write: (text) => printed.push(text) };
  try {
    const called = new AsyncResult<void>();
    dnsResolveIpv4('a.test', 0, () => {
      called.set();
      throw new Error('mine');
    });
    await called.get();
    await resolveIpv4('a.test');
  } finally {
    hub.exceptionStream = exceptionStream;
  }
  assert.match(printed.join(''), /Error: mine/);
});

resolveTest('dnsErrToString() says what a result means', async () => {
  assert.equal(dnsErrToString(DNS_ERR_NONE), 'no error');
  assert.equal(dnsErrToString(DNS_ERR_NOTEXIST), 'the name does not exist');
  assert.equal(dnsErrToString(99), 'unknown error 99');
  assert.throws(() => dnsErrToString('3' as never), TypeError);
});

resolveTest('arguments that make no sense are refused at the call', async ({ server }) => {
  const callback = (): void => {};
  assert.throws(() => resolveIpv4(5 as never), /^TypeError: resolveIpv4\(name\): expected a host name/);
  assert.throws(() => resolveIpv6('a\0b'), /^TypeError: resolveIpv6\(name\): /);
  assert.throws(
    () => resolveIpv4('a', 2),
    /^RangeError: resolveIpv4\(flags\): expected 0 or DNS_QUERY_NO_SEARCH, got 2/,
  );
  assert.throws(() => resolveIpv4('a', 'x' as never), TypeError);
  assert.throws(
    () => resolveReverse('a.test'),
    /^RangeError: resolveReverse\(address\): expected an IPv4 address/,
  );
  assert.throws(() => resolveReverse('fd00::1'), RangeError);
  assert.throws(() => resolveReverse(Buffer.alloc(16)), RangeError);
  assert.throws(() => resolveReverseIpv6('10.0.0.1'), RangeError);
  assert.throws(() => resolveReverse(5 as never), TypeError);
  assert.throws(() => dnsResolveIpv4('a', 0, 5 as never), /^TypeError: dnsResolveIpv4\(callback\): /);
  assert.throws(() => dnsResolveReverse('x', 0, callback), RangeError);
  assert.deepEqual(server.seen, []);
});
