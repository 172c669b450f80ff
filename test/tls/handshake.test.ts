// The handshake between two sockets of ours: what both know afterwards, and data both ways.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { ConcurrentObjectUseError } from '../../src/exceptions.ts';
import { joinAll, spawn } from '../../src/index.ts';
import { IPPROTO_TCP, SHUT_WR, SOL_SOCKET, SO_KEEPALIVE, TCP_NODELAY } from '../../src/socket.ts';
import { CERT_NONE, CERT_REQUIRED, type SSLError, type SSLSocket, TLSVersion } from '../../src/ssl.ts';
import {
  certificatePath,
  certificateText,
  clientContext,
  failsTLS,
  securePair,
  serverContext,
} from '../support/certificates.ts';
import { failsWith, receiveAll, socketTest } from '../support/sockets.ts';

socketTest('wrapSocket() makes a connection that carries data both ways', async (world) => {
  const [client, server] = await securePair(world);
  await client.sendAll('hello');
  assert.equal(String(await server.recv()), 'hello');
  assert.equal(await server.write('and back'), 8);
  assert.equal(String(await client.read(3)), 'and');
  const buffer = Buffer.alloc(10);
  assert.equal(await client.read(10, buffer), 5);
  assert.equal(buffer.toString('latin1', 0, 5), ' back');
  client.close();
  assert.equal((await server.recv()).length, 0);
});

socketTest('the plain socket is closed once it is wrapped', async (world) => {
  const [plain, server] = await world.pair();
  const wrapping = spawn(() => clientContext().wrapSocket(plain, { serverHostname: 'localhost' }));
  const secured = world.keep(await serverContext().wrapSocket(server, { serverSide: true }));
  const client = world.keep(await wrapping.get());
  assert.equal(plain.closed, true);
  assert.equal(server.closed, true);
  await assert.rejects(plain.recv(), failsWith('EBADF'));
  assert.deepEqual(client.getPeerName(), secured.getSockName());
  assert.ok(client.fileno() > 0);
  assert.match(String(client), /^<SSLSocket connected to 127\.0\.0\.1:\d+>$/);
});

socketTest(
  'the timeout and the options of the plain socket are those of the new one',
  async ({ pair, keep }) => {
    const [plain, server] = await pair();
    plain.setTimeout(12);
    plain.setSockOpt(IPPROTO_TCP, TCP_NODELAY, 1);
    const wrapping = spawn(() => clientContext().wrapSocket(plain, { serverHostname: 'localhost' }));
    keep(await serverContext().wrapSocket(server, { serverSide: true }));
    const client = keep(await wrapping.get());
    assert.equal(client.getTimeout(), 12);
    assert.equal(client.getSockOpt(IPPROTO_TCP, TCP_NODELAY), 1);
    client.setSockOpt(SOL_SOCKET, SO_KEEPALIVE, true);
    client.ref = false;
    client.ref = true;
  },
);

for (const [version, name] of [
  [TLSVersion.TLSv1_2, 'TLSv1.2'],
  [TLSVersion.TLSv1_3, 'TLSv1.3'],
] as const) {
  socketTest(`${name} is spoken where nothing else is allowed`, async (world) => {
    const server = serverContext();
    server.minimumVersion = version;
    server.maximumVersion = version;
    const [client, secured] = await securePair(world, { server });
    for (const end of [client, secured]) {
      assert.equal(end.version(), name);
      const [cipher, ofVersion, bits] = end.cipher() ?? ['', '', 0];
      assert.match(cipher, /AES|CHACHA/);
      assert.equal(ofVersion, name);
      assert.ok(bits === 128 || bits === 256);
      assert.equal(end.sessionReused, false);
      assert.equal(end.compression(), undefined);
      assert.equal(end.sharedCiphers(), undefined);
      assert.equal(end.selectedNpnProtocol(), undefined);
    }
    // Of the newest groups Node does not tell the name.
    if (version === TLSVersion.TLSv1_2) assert.equal(typeof client.group(), 'string');
    for (const kind of version === TLSVersion.TLSv1_2
      ? (['tls-unique', 'tls-exporter'] as const)
      : (['tls-exporter'] as const)) {
      const binding = client.getChannelBinding(kind);
      assert.ok(binding !== undefined && binding.length >= 12);
      assert.deepEqual(binding, secured.getChannelBinding(kind));
    }
    await client.sendAll('x');
    assert.equal(String(await secured.recv()), 'x');
  });
}

socketTest('getPeerCert() says what the certificate says, or gives its bytes', async (world) => {
  const [client, server] = await securePair(world);
  const { raw, serialNumber } = new X509Certificate(certificateText('server.pem'));
  assert.deepEqual(client.getPeerCert(), {
    subject: [[['countryName', 'DE']], [['organizationName', 'gevent-ts']], [['commonName', 'localhost']]],
    issuer: [[['organizationName', 'gevent-ts']], [['commonName', 'Test authority']]],
    version: 3,
    serialNumber,
    notBefore: 'Jan  1 00:00:00 2020 GMT',
    notAfter: 'Jan  1 00:00:00 2120 GMT',
    subjectAltName: [
      ['DNS', 'localhost'],
      ['IP Address', '127.0.0.1'],
      ['IP Address', '0:0:0:0:0:0:0:1'],
      ['DNS', '*.many.test'],
    ],
  });
  assert.deepEqual(client.getPeerCert(true), raw);
  assert.deepEqual(client.getVerifiedChain(), [raw, new X509Certificate(certificateText('ca.pem')).raw]);
  assert.equal(server.getPeerCert(), undefined);
  assert.equal(server.getPeerCert(true), undefined);
});

socketTest('getPeerCert() says nothing of a certificate that nobody checked', async (world) => {
  const context = clientContext();
  context.checkHostname = false;
  context.verifyMode = CERT_NONE;
  const [client] = await securePair(world, { client: context });
  assert.deepEqual(client.getPeerCert(), {});
  assert.equal(
    client.getPeerCert(true)?.length,
    new X509Certificate(certificateText('server.pem')).raw.length,
  );
});

socketTest('the protocol that both know is agreed on', async (world) => {
  const client = clientContext();
  const server = serverContext();
  client.setAlpnProtocols(['spdy/3', 'h2', 'http/1.1']);
  server.setAlpnProtocols(['http/1.1', 'h2']);
  const [ours, theirs] = await securePair(world, { client, server });
  assert.equal(ours.selectedAlpnProtocol(), 'http/1.1');
  assert.equal(theirs.selectedAlpnProtocol(), 'http/1.1');
});

socketTest(
  'no protocol is agreed on where the server knows of none, and a server with others refuses',
  async (world) => {
    const client = clientContext();
    client.setAlpnProtocols(['h2']);
    const [ours, theirs] = await securePair(world, { client });
    assert.equal(ours.selectedAlpnProtocol(), undefined);
    assert.equal(theirs.selectedAlpnProtocol(), undefined);
    const server = serverContext();
    server.setAlpnProtocols(['imap']);
    await assert.rejects(
      securePair(world, { client, server }),
      failsTLS('TLSV1_ALERT_NO_APPLICATION_PROTOCOL'),
    );
  },
);

socketTest('both sides must have a version in common', async (world) => {
  const client = clientContext();
  const server = serverContext();
  client.maximumVersion = TLSVersion.TLSv1_2;
  server.minimumVersion = TLSVersion.TLSv1_3;
  const failed: unknown[] = [];
  const [ours, theirs] = await world.pair();
  await joinAll([
    spawn(() =>
      client.wrapSocket(ours, { serverHostname: 'localhost' }).catch((error: unknown) => failed.push(error)),
    ),
    spawn(() =>
      server.wrapSocket(theirs, { serverSide: true }).catch((error: unknown) => failed.push(error)),
    ),
  ]);
  const reasons = failed
    .map((error) => String((error as SSLError).reason))
    .sort((a, b) => a.localeCompare(b));
  assert.deepEqual(reasons, ['TLSV1_ALERT_PROTOCOL_VERSION', 'UNSUPPORTED_PROTOCOL']);
});

/** Receives once, so that what TLS 1.3 sends after the handshake has arrived; then ends both. */
async function exchange([client, server]: [SSLSocket, SSLSocket]): Promise<void> {
  await server.sendAll('x');
  await client.recv();
}

for (const version of [TLSVersion.TLSv1_2, TLSVersion.TLSv1_3] as const) {
  socketTest(`a session is resumed, with version ${version}`, async (world) => {
    const client = clientContext();
    const server = serverContext();
    server.verifyMode = CERT_REQUIRED;
    server.loadVerifyLocations({ cafile: certificatePath('ca.pem') });
    client.loadCertChain(certificatePath('client.pem'), certificatePath('client.key'));
    client.maximumVersion = version;
    const first = await securePair(world, { client, server });
    await exchange(first);
    const { session } = first[0];
    assert.ok(session);
    const second = await securePair(world, { client, server, clientOptions: { session } });
    assert.equal(second[0].sessionReused, true);
    assert.equal(second[1].sessionReused, true);
    assert.deepEqual((second[1].getPeerCert() as { subject: unknown }).subject, [
      [['organizationName', 'gevent-ts']],
      [['commonName', 'client']],
    ]);
    if (version === TLSVersion.TLSv1_2)
      assert.deepEqual(second[0].getChannelBinding(), second[1].getChannelBinding());
    await exchange(second);
    assert.deepEqual(client.sessionStats(), {
      connect: 2,
      connectGood: 2,
      accept: 0,
      acceptGood: 0,
      hits: 1,
    });
    assert.deepEqual(server.sessionStats(), {
      connect: 0,
      connectGood: 0,
      accept: 2,
      acceptGood: 2,
      hits: 1,
    });
  });
}

socketTest('a session of another context is refused', async (world) => {
  const [client, server] = await securePair(world);
  await exchange([client, server]);
  const [plain] = await world.pair();
  assert.throws(
    () => clientContext().wrapSocket(plain, { serverHostname: 'localhost', session: client.session }),
    RangeError,
  );
  assert.equal(plain.closed, false);
});

socketTest('makeFile() reads lines that came over TLS, and dup() is one more socket', async (world) => {
  const [client, server] = await securePair(world);
  const file = server.makeFile('rw');
  await client.sendAll('one\r\ntwo\r\n');
  assert.equal(await file.readLine(), 'one\n');
  await file.write('three\n');
  await file.flush();
  server.close();
  const twin = client.dup();
  client.close();
  assert.equal(String(await twin.recv()), 'three\n');
  assert.equal(await file.readLine(), 'two\n');
  await file.close();
  assert.equal((await twin.recv()).length, 0);
  twin.close();
});

socketTest('shutdown(SHUT_WR) ends one direction, and the other goes on', async (world) => {
  const [client, server] = await securePair(world);
  await client.sendAll('question');
  client.shutdown(SHUT_WR);
  assert.equal(String(await receiveAll(server)), 'question');
  await server.sendAll('answer');
  assert.equal(String(await client.recv()), 'answer');
  await assert.rejects(client.sendAll('more'), failsWith('EPIPE'));
  server.close();
  assert.equal((await client.recv()).length, 0);
});

socketTest('two greenlets cannot receive at once', async (world) => {
  const [client, server] = await securePair(world);
  const first = spawn(() => server.recv());
  const second = spawn(() => assert.rejects(server.recv(), ConcurrentObjectUseError));
  await second.get();
  await client.sendAll('x');
  assert.equal(String(await first.get()), 'x');
});

socketTest('pending() counts what is decrypted and not received', async (world) => {
  const [client, server] = await securePair(world);
  assert.equal(server.pending(), 0);
  await client.sendAll('abcdef');
  await server.recv(2);
  assert.equal(server.pending(), 4);
  client.close();
  assert.equal(client.pending(), 0);
  assert.equal(client.cipher(), undefined);
});
