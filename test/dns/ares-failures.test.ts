import assert from 'node:assert/strict';
import { type Socket, createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { spawn } from '../../src/index.ts';
import { GetAddrInfoError, HostError, type SocketError } from '../../src/inet/errors.ts';
import { AresResolver } from '../../src/resolver.ts';
import { errorOf } from '../support/kernel.ts';
import { NO_FILE, dnsTest, freed } from './world.ts';

const HOST = { A: ['10.0.0.1'] };

/** A port of loopback where nothing answers: nobody listens, or somebody who says nothing. */
async function silentPort(isDead: boolean): Promise<{ address: string; socket: Socket }> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const address = `127.0.0.1:${socket.address().port}`;
  if (isDead) {
    socket.close();
    await once(socket, 'close');
  }
  return { address, socket };
}

dnsTest(
  'each failure has its code and number, and the original as its cause',
  {
    'empty.test': {},
    'failing.test': { rcode: 2 },
    'refused.test': { rcode: 5 },
    'unknown.test': { rcode: 4 },
    '2.0.0.10.in-addr.arpa': {},
    '3.0.0.10.in-addr.arpa': { rcode: 2 },
  },
  async ({ resolver }) => {
    const failure = async (wait: Promise<unknown>): Promise<unknown[]> => {
      const error = (await errorOf(wait)) as SocketError;
      assert.ok(error instanceof GetAddrInfoError || error instanceof HostError);
      return [error.name, error.code, error.errno, (error.cause as NodeJS.ErrnoException).code];
    };
    const byName = (name: string): Promise<unknown[]> => failure(resolver.getHostByName(name));
    assert.deepEqual(await byName('missing.test'), ['gaierror', 'EAI_NONAME', -2, 'ENOTFOUND']);
    assert.deepEqual(await byName('empty.test'), ['gaierror', 'EAI_NODATA', -5, 'ENODATA']);
    assert.deepEqual(await byName('failing.test'), ['gaierror', 'EAI_AGAIN', -3, 'ESERVFAIL']);
    assert.deepEqual(await byName('refused.test'), ['gaierror', 'EAI_AGAIN', -3, 'EREFUSED']);
    assert.deepEqual(await byName('unknown.test'), ['gaierror', 'EAI_FAIL', -4, 'ENOTIMP']);
    assert.deepEqual(await byName('no..name'), ['gaierror', 'EAI_NONAME', -2, 'EBADNAME']);
    const both = await failure(resolver.getAddrInfo('missing.test', 80));
    assert.deepEqual(both, ['gaierror', 'EAI_NONAME', -2, 'ENOTFOUND']);
    const byAddress = (address: string): Promise<unknown[]> => failure(resolver.getHostByAddr(address));
    assert.deepEqual(await byAddress('10.0.0.1'), ['herror', 'HOST_NOT_FOUND', 1, 'ENOTFOUND']);
    assert.deepEqual(await byAddress('10.0.0.2'), ['herror', 'NO_DATA', 4, 'ENODATA']);
    assert.deepEqual(await byAddress('10.0.0.3'), ['herror', 'TRY_AGAIN', 2, 'ESERVFAIL']);
    const again = await failure(resolver.getNameInfo(['10.0.0.3', 80]));
    assert.deepEqual(again.slice(0, 3), ['gaierror', 'EAI_AGAIN', -3]);
  },
);

dnsTest(
  'the text of a failure says what, why, and the codes',
  { 'failing.test': { rcode: 2 } },
  async ({ resolver }) => {
    const error = (await errorOf(resolver.getHostByName('failing.test'))) as SocketError;
    assert.equal(
      error.message,
      'Cannot look up failing.test: temporary failure in name resolution (EAI_AGAIN: ESERVFAIL)',
    );
    assert.deepEqual([error.address, error.syscall], ['failing.test', 'getaddrinfo']);
  },
);

dnsTest(
  'one family that fails does not spoil the other',
  { 'a.test': HOST },
  async ({ server, resolver }) => {
    server.zones['b.test'] = { A: ['10.0.0.2'], AAAA: [] };
    const found = await resolver.getAddrInfo('b.test', 80);
    assert.deepEqual(
      found.map((info) => info[4][0]),
      ['10.0.0.2', '10.0.0.2', '10.0.0.2'],
    );
    assert.deepEqual(server.asked('b.test').sort(), ['udp A', 'udp AAAA']);
  },
);

dnsTest(
  'a question without an answer is asked again, at most `tries` times',
  { 'lossy.test': { ...HOST, dropped: 1 }, 'lost.test': { ...HOST, dropped: 100 } },
  async ({ server, resolver }) => {
    assert.equal(await resolver.getHostByName('lossy.test'), '10.0.0.1');
    assert.deepEqual(server.asked('lossy.test'), ['udp A', 'udp A']);
    const error = (await errorOf(resolver.getHostByName('lost.test'))) as SocketError;
    assert.deepEqual([error.code, (error.cause as NodeJS.ErrnoException).code], ['EAI_AGAIN', 'ETIMEOUT']);
    assert.equal(server.asked('lost.test').length, 2);
  },
  { timeout: 0.25, tries: 2 },
);

dnsTest(
  '`lifetime` bounds the look-up as a whole',
  { 'slow.test': { ...HOST, isHeld: true } },
  async ({ resolver, server }) => {
    const error = (await errorOf(resolver.getHostByName('slow.test'))) as SocketError;
    assert.equal(error.code, 'EAI_AGAIN');
    assert.match(error.message, /no answer within 0\.05 s/);
    await freed(resolver);
    assert.deepEqual(server.asked('slow.test'), ['udp A']);
    server.release('slow.test');
  },
  { lifetime: 0.05 },
);

test('a server that is not there is a temporary failure', async () => {
  const { address } = await silentPort(true);
  const resolver = new AresResolver({
    nameservers: address,
    timeout: 0.25,
    tries: 1,
    search: [],
    hostsFile: NO_FILE,
  });
  const error = (await errorOf(resolver.getHostByName('a.test'))) as SocketError;
  assert.equal(error.code, 'EAI_AGAIN');
  await freed(resolver);
});

dnsTest(
  'the next server is asked when the first is not there',
  { 'a.test': HOST },
  async ({ server, resolverWith }) => {
    const { address } = await silentPort(true);
    const resolver = resolverWith({ nameservers: [address, server.address], timeout: 0.25 });
    assert.equal(await resolver.getHostByName('a.test'), '10.0.0.1');
  },
);

dnsTest(
  'the next server is asked when the first is silent',
  { 'a.test': HOST },
  async ({ server, resolverWith }) => {
    const { address, socket } = await silentPort(false);
    let asked = 0;
    socket.on('message', () => (asked += 1));
    try {
      const resolver = resolverWith({ nameservers: `${address}, ${server.address}`, timeout: 0.25 });
      assert.equal(await resolver.getHostByName('a.test'), '10.0.0.1');
      assert.equal(asked, 1);
    } finally {
      socket.close();
    }
  },
);

dnsTest(
  'a closed resolver ends its look-ups, and refuses later ones',
  { 'slow.test': { ...HOST, isHeld: true } },
  async ({ server, resolver }) => {
    const looking = spawn(() => errorOf(resolver.getHostByName('slow.test')));
    await server.arrived('slow.test');
    resolver.close();
    const error = (await looking.get()) as SocketError;
    assert.deepEqual([error.name, error.code, error.errno], ['gaierror', 'EAI_CANCELED', -101]);
    assert.match(error.message, /the resolver is closed/);
    assert.equal(((await errorOf(resolver.getHostByName('a.test'))) as SocketError).code, 'EAI_CANCELED');
    assert.equal(await resolver.getHostByName('10.0.0.1'), '10.0.0.1');
    assert.deepEqual(resolver.statistics(), { running: 0, idle: 0 });
  },
);

dnsTest(
  'a channel that knows which server failed is used again',
  { 'a.test': HOST },
  async ({ server, resolverWith }) => {
    const { address } = await silentPort(true);
    const resolver = resolverWith({ nameservers: [address, server.address], timeout: 0.25 });
    for (let count = 0; count < 5; count += 1) await resolver.getHostByName('a.test');
    assert.deepEqual(resolver.statistics(), { running: 0, idle: 1 });
  },
);

test('options that make no sense are refused', () => {
  const bad = (options: object, expected: RegExp): void => {
    assert.throws(
      () => new AresResolver(options),
      (error) => {
        assert.ok(error instanceof TypeError || error instanceof RangeError);
        assert.match(error.message, expected);
        return true;
      },
    );
  };
  for (const server of [
    '',
    'one',
    '1.2.3.4:0',
    '1.2.3.4:99999',
    '[::1',
    '[::1]:x',
    '1.2.3',
    '::1:53:x',
    'a.test:53',
  ]) {
    bad({ nameservers: [server] }, /^AresResolver\(\{ nameservers \}\): expected /);
  }
  bad({ nameservers: [] }, /nameservers/);
  bad({ nameservers: 5 }, /nameservers/);
  bad({ timeout: 0 }, /timeout/);
  bad({ timeout: 'x' }, /timeout/);
  bad({ lifetime: -1 }, /lifetime/);
  bad({ tries: 0 }, /tries/);
  bad({ tries: 1.5 }, /tries/);
  bad({ ndots: -1 }, /ndots/);
  bad({ port: 70_000 }, /port/);
  bad({ search: 'a' }, /search/);
  bad({ hostsFile: 1 }, /hostsFile/);
  assert.throws(
    () => new AresResolver(5 as never),
    /^TypeError: AresResolver\(options\): expected an options object, got 5/,
  );
  for (const server of ['1.2.3.4', '1.2.3.4:5353', '::1', '[::1]', '[::1]:5353', 'fe80::1']) {
    new AresResolver({ nameservers: [server] }).close();
  }
});
