// Against Node's own TLS and HTTPS.
import assert from 'node:assert/strict';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import * as tls from 'node:tls';
import { createConnection } from '../../src/socket.ts';
import { CERT_REQUIRED, SSLCertVerificationError, createDefaultContext, wrapSocket } from '../../src/ssl.ts';
import {
  authority,
  certificatePair,
  certificatePath,
  clientContext,
  nodeClient,
  nodeServer,
  serverContext,
} from '../support/certificates.ts';
import { portOf, receiveAll, socketTest } from '../support/sockets.ts';

socketTest('a client of Node sees the certificate, the protocol and the end', async (world) => {
  const listener = await world.listening();
  const context = serverContext();
  context.setAlpnProtocols(['two', 'one']);
  const client = nodeClient(world, portOf(listener), { ALPNProtocols: ['one', 'two'] });
  const [plain] = await listener.accept();
  const server = await context.wrapSocket(plain, { serverSide: true });
  assert.equal(server.selectedAlpnProtocol(), 'two');
  await server.sendAll('bye');
  server.close();
  let text = '';
  for await (const part of client) text += String(part);
  assert.equal(text, 'bye');
  assert.equal(client.authorized, true);
  assert.equal(client.alpnProtocol, 'two');
});

socketTest('a client of Node that shows a certificate is known', async (world) => {
  const listener = await world.listening();
  const context = serverContext();
  context.loadVerifyLocations({ cadata: authority });
  context.verifyMode = CERT_REQUIRED;
  nodeClient(world, portOf(listener), certificatePair('client'));
  const [plain] = await listener.accept();
  const server = world.keep(await context.wrapSocket(plain, { serverSide: true }));
  assert.deepEqual((server.getPeerCert() as { subject: unknown }).subject, [
    [['organizationName', 'gevent-ts']],
    [['commonName', 'client']],
  ]);
});

socketTest('a server of Node that demands a certificate gets it', async (world) => {
  let subject = '';
  const port = await nodeServer(world, { requestCert: true, ca: authority }, (client) => {
    subject = String(client.getPeerCertificate().subject.CN);
    client.end(String(client.authorized));
  });
  const sock = await createConnection(['127.0.0.1', port]);
  const client = world.keep(
    await wrapSocket(sock, { serverHostname: 'localhost', ca: authority, ...certificatePair('client') }),
  );
  assert.equal(String(await receiveAll(client)), 'true');
  assert.equal(subject, 'client');
});

socketTest('a server of Node with two certificates shows the one that is asked for', async (world) => {
  const server = world.keep(tls.createServer(certificatePair('server'), (client) => client.end()));
  server.addContext('other.test', certificatePair('other'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  for (const serverHostname of ['localhost', 'other.test']) {
    const sock = await createConnection(['127.0.0.1', port]);
    const client = world.keep(await clientContext().wrapSocket(sock, { serverHostname }));
    assert.equal((await client.recv()).length, 0);
  }
  const sock = await createConnection(['127.0.0.1', port]);
  await assert.rejects(
    clientContext().wrapSocket(sock, { serverHostname: 'third.test' }),
    SSLCertVerificationError,
  );
});

socketTest('a request of ours is answered by an HTTPS server of Node, line by line', async (world) => {
  const server = world.keep(
    https.createServer(certificatePair('server'), (request, response) => {
      response.end(`you asked for ${String(request.url)}`);
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const sock = await createConnection(['127.0.0.1', port], { timeout: 20 });
  const client = world.keep(await clientContext().wrapSocket(sock, { serverHostname: 'localhost' }));
  await client.sendAll('GET /page HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  const file = client.makeFile('r');
  assert.equal(await file.readLine(), 'HTTP/1.1 200 OK\n');
  assert.match(await file.read(), /\n\nyou asked for \/page$/);
  await file.close();
});

socketTest('a client of Node over HTTPS is answered by a socket of ours', async (world) => {
  const listener = await world.listening();
  const answer = new Promise<string>((resolve, reject) => {
    https
      .get(
        { host: '127.0.0.1', port: portOf(listener), ca: authority, servername: 'localhost', agent: false },
        (response) => {
          let text = '';
          response.on('data', (part: Buffer) => (text += String(part))).on('end', () => resolve(text));
        },
      )
      .on('error', reject);
  });
  const [plain] = await listener.accept();
  const server = world.keep(await serverContext().wrapSocket(plain, { serverSide: true }));
  const file = server.makeFile('r');
  for await (const line of file) if (line === '\n') break;
  await file.close();
  // Without a length, the end of TLS is the end of the answer.
  await server.sendAll('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello');
  server.close();
  assert.equal(await answer, 'hello');
});

socketTest('the authorities of SSL_CERT_FILE are trusted by default', async (world) => {
  const port = await nodeServer(world, {}, (client) => client.end('trusted'));
  const { SSL_CERT_FILE, SSL_CERT_DIR } = process.env;
  try {
    delete process.env['SSL_CERT_DIR'];
    process.env['SSL_CERT_FILE'] = certificatePath('ca.pem');
    const trusting = createDefaultContext();
    assert.deepEqual(trusting.certStoreStats(), { x509: 1, x509Ca: 1, crl: 0 });
    const sock = await createConnection(['127.0.0.1', port]);
    const client = world.keep(await trusting.wrapSocket(sock, { serverHostname: 'localhost' }));
    assert.equal(String(await receiveAll(client)), 'trusted');
    delete process.env['SSL_CERT_FILE'];
    const other = await createConnection(['127.0.0.1', port]);
    await assert.rejects(
      createDefaultContext().wrapSocket(other, { serverHostname: 'localhost' }),
      SSLCertVerificationError,
    );
    // Node's own authorities, and ours beside them.
    const both = createDefaultContext();
    both.loadVerifyLocations({ cadata: authority });
    const third = await createConnection(['127.0.0.1', port]);
    world.keep(await both.wrapSocket(third, { serverHostname: 'localhost' }));
  } finally {
    for (const [name, value] of Object.entries({ SSL_CERT_FILE, SSL_CERT_DIR })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
});
