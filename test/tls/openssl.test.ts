// Against the openssl command: its s_client and its s_server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Socket, createConnection } from '../../src/socket.ts';
import {
  CERT_REQUIRED,
  SSLCertVerificationError,
  type SSLSession,
  type SSLSocket,
  TLSVersion,
  derCertToPemCert,
  getServerCertificate,
} from '../../src/ssl.ts';
import { secureServerSide } from '../../src/tls/server-side.ts';
import {
  certificatePath,
  certificateText,
  clientContext,
  failsTLS,
  serverContext,
} from '../support/certificates.ts';
import { hasOpenssl, skipWithoutOpenssl, startOpenssl } from '../support/openssl.ts';
import { type World, closedPort, portOf, receiveAll, socketTest } from '../support/sockets.ts';

function opensslTest(name: string, body: (world: World) => unknown): void {
  if (hasOpenssl) socketTest(name, body);
  else test(name, { skip: skipWithoutOpenssl });
}

const ca = ['-CAfile', certificatePath('ca.pem'), '-verify_return_error'];

/** Starts s_server on a free port, and waits until it listens. */
async function startServer({ keep }: World, args: readonly string[] = []): Promise<number> {
  const port = await closedPort();
  const files = ['-cert', certificatePath('server.pem'), '-key', certificatePath('server.key')];
  const server = keep(startOpenssl(['s_server', '-accept', `127.0.0.1:${port}`, ...files, ...args]));
  await server.printed('ACCEPT');
  return port;
}

for (const [version, flag] of [
  ['TLSv1.2', '-tls1_2'],
  ['TLSv1.3', '-tls1_3'],
] as const) {
  opensslTest(`s_client speaks ${version} with our server`, async (world) => {
    const listener = await world.listening();
    const client = world.keep(
      startOpenssl([
        's_client',
        '-connect',
        `127.0.0.1:${portOf(listener)}`,
        '-servername',
        'localhost',
        flag,
        ...ca,
      ]),
    );
    const [plain] = await listener.accept();
    const server = world.keep(await serverContext().wrapSocket(plain, { serverSide: true }));
    assert.equal(server.version(), version);
    await server.sendAll('greetings\n');
    await client.printed('greetings');
    client.child.stdin.write('a line\n');
    assert.equal(String(await server.recv()), 'a line\n');
    client.child.stdin.write('Q\n');
    assert.equal((await server.recv()).length, 0);
    await client.ended();
    assert.match(client.output(), /Verify return code: 0 \(ok\)/);
  });

  opensslTest(`s_server speaks ${version} with our client`, async (world) => {
    const port = await startServer(world, [flag, '-rev']);
    const sock = await createConnection(['127.0.0.1', port]);
    const client = world.keep(await clientContext().wrapSocket(sock, { serverHostname: 'localhost' }));
    assert.equal(client.version(), version);
    await client.sendAll('abc\n');
    assert.equal(String(await client.recv()), 'cba\n');
    client.close();
  });
}

for (const [name, secure] of [
  ['a wrapped socket', (sock: Socket) => serverContext().wrapSocket(sock, { serverSide: true })],
  ['the socket of a server', (sock: Socket) => secureServerSide(sock, serverContext())],
] as const) {
  opensslTest(`s_client reads to an end that TLS knows of when ${name} is closed`, async (world) => {
    const listener = await world.listening();
    const client = world.keep(startOpenssl(['s_client', '-connect', `127.0.0.1:${portOf(listener)}`, ...ca]));
    const [plain] = await listener.accept();
    const server = await secure(plain);
    await server.sendAll('all there is\n');
    server.close();
    assert.equal(await client.ended(), 0);
    assert.match(client.output(), /all there is\n/);
    assert.doesNotMatch(client.output(), /unexpected eof|error/i);
  });
}

opensslTest('s_client is let in with its certificate, and not without', async (world) => {
  const context = serverContext();
  context.loadVerifyLocations({ cafile: certificatePath('ca.pem') });
  context.verifyMode = CERT_REQUIRED;
  const listener = await world.listening();
  const connect = ['s_client', '-connect', `127.0.0.1:${portOf(listener)}`, ...ca];
  const files = ['-cert', certificatePath('client.pem'), '-key', certificatePath('client.key')];
  const known = world.keep(startOpenssl([...connect, ...files]));
  const [first] = await listener.accept();
  const server = world.keep(await context.wrapSocket(first, { serverSide: true }));
  await server.sendAll('welcome\n');
  await known.printed('welcome');
  const unknown = world.keep(startOpenssl(connect));
  const [second] = await listener.accept();
  await assert.rejects(
    context.wrapSocket(second, { serverSide: true }),
    failsTLS('PEER_DID_NOT_RETURN_A_CERTIFICATE'),
  );
  await unknown.ended();
  assert.match(unknown.output(), /certificate required/);
});

opensslTest('our client shows its certificate to s_server, which demands one', async (world) => {
  const port = await startServer(world, [
    '-Verify',
    '1',
    '-CAfile',
    certificatePath('ca.pem'),
    '-verify_return_error',
    '-rev',
  ]);
  const context = clientContext();
  context.loadCertChain(certificatePath('client.pem'), certificatePath('client.key'));
  const sock = await createConnection(['127.0.0.1', port]);
  const client = world.keep(await context.wrapSocket(sock, { serverHostname: 'localhost' }));
  await client.sendAll('abc\n');
  assert.equal(String(await client.recv()), 'cba\n');
  client.close();
  // Without one the handshake of TLS 1.3 goes well, and the first answer is the refusal.
  const other = await createConnection(['127.0.0.1', port]);
  const refused = world.keep(await clientContext().wrapSocket(other, { serverHostname: 'localhost' }));
  await assert.rejects(receiveAll(refused), failsTLS('TLSV13_ALERT_CERTIFICATE_REQUIRED'));
});

opensslTest('the protocol for the application and the cipher are agreed on with s_server', async (world) => {
  const port = await startServer(world, ['-alpn', 'imap,http/1.1', '-tls1_2']);
  const context = clientContext();
  context.setAlpnProtocols(['h2', 'http/1.1']);
  context.setCiphers('ECDHE-ECDSA-AES256-GCM-SHA384');
  const sock = await createConnection(['127.0.0.1', port]);
  const client = world.keep(await context.wrapSocket(sock, { serverHostname: 'localhost' }));
  assert.equal(client.selectedAlpnProtocol(), 'http/1.1');
  assert.deepEqual(client.cipher(), ['ECDHE-ECDSA-AES256-GCM-SHA384', 'TLSv1.2', 256]);
});

opensslTest('a session of s_server is resumed', async (world) => {
  const port = await startServer(world, ['-rev']);
  const context = clientContext();
  context.maximumVersion = TLSVersion.TLSv1_3;
  const connect = async (session?: SSLSession): Promise<SSLSocket> => {
    const sock = await createConnection(['127.0.0.1', port]);
    const secured = world.keep(await context.wrapSocket(sock, { serverHostname: 'localhost', session }));
    await secured.sendAll('ab\n');
    assert.equal(String(await secured.recv()), 'ba\n');
    return secured;
  };
  const client = await connect();
  client.close();
  const again = await connect(client.session);
  assert.equal(again.sessionReused, true);
  assert.deepEqual(again.getPeerCert(), {
    ...again.getPeerCert(),
    subject: [[['countryName', 'DE']], [['organizationName', 'gevent-ts']], [['commonName', 'localhost']]],
  });
});

opensslTest('getServerCertificate() gives what s_server shows', async (world) => {
  const port = await startServer(world);
  const pem = await getServerCertificate(['127.0.0.1', port]);
  assert.equal(pem, certificateText('server.pem'));
  assert.equal(await getServerCertificate(['localhost', port], { caCerts: certificatePath('ca.pem') }), pem);
  const strange = certificatePath('self-signed.pem');
  await assert.rejects(
    getServerCertificate(['127.0.0.1', port], { caCerts: strange }),
    SSLCertVerificationError,
  );
  assert.equal(
    derCertToPemCert(Buffer.from('abc')),
    '-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n',
  );
});

opensslTest('s_client renegotiates in vain', async (world) => {
  const listener = await world.listening();
  const client = world.keep(
    startOpenssl(['s_client', '-connect', `127.0.0.1:${portOf(listener)}`, '-tls1_2', ...ca]),
  );
  const [plain] = await listener.accept();
  const server = world.keep(await serverContext().wrapSocket(plain, { serverSide: true }));
  await server.sendAll('ready\n');
  await client.printed('ready');
  // The refusal is a warning; s_client gives up over it.
  const receiving = assert.rejects(server.recv(), failsTLS('SSLV3_ALERT_HANDSHAKE_FAILURE'));
  client.child.stdin.write('R\n');
  await client.printed('no renegotiation');
  await receiving;
});
