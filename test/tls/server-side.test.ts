// TLS the way servers use it: over the native handle, with a time limit for the handshake.
import assert from 'node:assert/strict';
import * as https from 'node:https';
import * as net from 'node:net';
import { GreenletExit, spawn } from '../../src/index.ts';
import { type Socket, SocketTimeout, createConnection } from '../../src/socket.ts';
import {
  CERT_REQUIRED,
  PROTOCOL_TLS_CLIENT,
  SSLContext,
  SSLEOFError,
  type SSLSession,
} from '../../src/ssl.ts';
import { contextFor, secureServerSide } from '../../src/tls/server-side.ts';
import {
  authority,
  certificatePair,
  certificatePath,
  clientContext,
  failsTLS,
  nodeClient,
  serverContext,
} from '../support/certificates.ts';
import { type World, failsWith, portOf, receiveAll, socketTest, turns } from '../support/sockets.ts';

/** Listens, and answers what accepts the next client. */
async function listen({ listening }: World): Promise<{ port: number; next: () => Promise<Socket> }> {
  const listener = await listening();
  return { port: portOf(listener), next: async () => (await listener.accept())[0] };
}

socketTest('a client of Node talks to a socket that is secured for a server', async (world) => {
  const { port, next } = await listen(world);
  const client = nodeClient(world, port);
  const plain = await next();
  plain.setTimeout(9);
  const server = world.keep(await secureServerSide(plain, serverContext()));
  assert.equal(plain.closed, true);
  assert.equal(server.getTimeout(), 9);
  assert.equal(server.serverSide, true);
  assert.ok(server.fileno() > 0);
  assert.equal((server.getPeerName() as [string, number])[1], client.localPort);
  client.write('hello');
  assert.equal(String(await server.recv()), 'hello');
  await server.sendAll('bye');
  server.close();
  const answer: Buffer[] = [];
  for await (const part of client) answer.push(part as Buffer);
  assert.equal(String(Buffer.concat(answer)), 'bye');
  assert.equal(client.authorized, true);
});

socketTest('unwrap() is refused on the socket of a server, which stays as it is', async (world) => {
  const { port, next } = await listen(world);
  const client = nodeClient(world, port);
  const server = world.keep(await secureServerSide(await next(), serverContext()));
  await assert.rejects(server.unwrap(), /bound to TLS/);
  client.end('still here');
  assert.equal(String(await receiveAll(server)), 'still here');
});

socketTest('a client that stalls in the handshake is cut off', async (world) => {
  const { port, next } = await listen(world);
  const staller = world.keep(net.connect(port, '127.0.0.1'));
  const ended = new Promise((resolve) => staller.resume().once('close', resolve));
  await assert.rejects(secureServerSide(await next(), serverContext(), 0.05), SocketTimeout);
  await ended;
});

socketTest('a greenlet that is killed during the handshake leaves nothing open', async (world) => {
  const { port, next } = await listen(world);
  const staller = world.keep(net.connect(port, '127.0.0.1'));
  const ended = new Promise((resolve) => staller.resume().once('close', resolve));
  const plain = await next();
  const victim = spawn(() => secureServerSide(plain, serverContext()));
  await turns();
  await victim.kill();
  assert.ok(victim.value instanceof GreenletExit);
  await ended;
});

socketTest('a client that speaks HTTP without TLS, or leaves, is an error that says so', async (world) => {
  const { port, next } = await listen(world);
  const http = world.keep(net.connect(port, '127.0.0.1'));
  http.on('error', () => {}).resume();
  http.write('GET / HTTP/1.1\r\n\r\n');
  await assert.rejects(secureServerSide(await next(), serverContext()), failsTLS('HTTP_REQUEST'));
  world.keep(net.connect(port, '127.0.0.1')).end();
  await assert.rejects(
    secureServerSide(await next(), serverContext()),
    failsTLS('UNEXPECTED_EOF_WHILE_READING', SSLEOFError),
  );
});

socketTest('a client that refuses our certificate is an error here too', async (world) => {
  const { port, next } = await listen(world);
  const client = nodeClient(world, port, { ca: [] });
  const failed = new Promise<Error>((resolve) => client.once('error', resolve));
  // With TLS 1.3 the client's refusal comes after our side is through with the handshake.
  const server = await secureServerSide(await next(), serverContext()).then(world.keep, () => undefined);
  assert.match(String(await failed), /certificate/);
  if (server !== undefined) assert.equal((await server.recv()).length, 0);
});

socketTest('the handshake may be left to the handler', async (world) => {
  const { port, next } = await listen(world);
  const client = nodeClient(world, port);
  const server = world.keep(
    await secureServerSide(await next(), serverContext(), undefined, { doHandshakeOnConnect: false }),
  );
  assert.equal(server.version(), undefined);
  client.end('x');
  assert.equal(String(await server.recv()), 'x');
  assert.equal(server.version(), 'TLSv1.3');
});

socketTest(
  'a client that cuts the connection is told from one that ends it, where that is asked for',
  async (world) => {
    const { port, next } = await listen(world);
    const raw = world.keep(net.connect({ port, host: '127.0.0.1', allowHalfOpen: true }));
    const client = nodeClient(world, port, { socket: raw });
    const server = world.keep(
      await secureServerSide(await next(), serverContext(), undefined, { suppressRaggedEofs: false }),
    );
    client.write('half', () => raw.end());
    assert.equal(String(await server.recv()), 'half');
    await assert.rejects(server.recv(), SSLEOFError);
  },
);

socketTest('detach() gives the TLS stream of Node, as HTTP needs it', async (world) => {
  const { port, next } = await listen(world);
  const requesting = new Promise<string>((resolve, reject) => {
    const request = https.get(
      { host: '127.0.0.1', port, ca: authority, servername: 'localhost', agent: false },
      (response) => {
        let text = '';
        response.on('data', (part: Buffer) => (text += String(part))).on('end', () => resolve(text));
      },
    );
    request.on('error', reject);
  });
  const server = await secureServerSide(await next(), serverContext());
  const stream = world.keep(server.detach());
  assert.equal(server.closed, true);
  assert.equal(stream.listenerCount('error'), 0, 'its errors are for whoever takes it');
  stream.once('data', () => {
    stream.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello');
  });
  stream.resume();
  assert.equal(await requesting, 'hello');
});

socketTest('a reset is ECONNRESET on the socket of a server', async (world) => {
  const { port, next } = await listen(world);
  const raw = world.keep(net.connect(port, '127.0.0.1'));
  raw.on('error', () => {});
  const client = nodeClient(world, port, { socket: raw });
  const server = world.keep(await secureServerSide(await next(), serverContext()));
  client.write('x');
  assert.equal(String(await server.recv()), 'x');
  const receiving = assert.rejects(server.recv(), failsWith('ECONNRESET'));
  await turns();
  raw.resetAndDestroy();
  await receiving;
});

socketTest('contextFor() makes a context of any of the keywords, and of none of them nothing', async () => {
  assert.equal(contextFor({}), undefined);
  assert.equal(contextFor({ handshakeTimeout: 3, suppressRaggedEofs: true }), undefined);
  const files = { certfile: certificatePath('server.pem'), keyfile: certificatePath('server.key') };
  assert.ok(contextFor(files) instanceof SSLContext);
  assert.ok(contextFor(certificatePair('server')) instanceof SSLContext);
  const given = serverContext();
  assert.equal(contextFor({ sslContext: given }), given);
  const strict = contextFor({ ...files, certReqs: CERT_REQUIRED, ca: authority });
  assert.equal(strict?.verifyMode, CERT_REQUIRED);
  assert.throws(() => contextFor({ ciphers: 'HIGH' }), /certificate/);
  assert.throws(() => contextFor({ keyfile: files.keyfile }), /without its certificate/);
  assert.throws(() => contextFor({ ...files, cert: 'x' }), /one of them/);
  assert.throws(() => contextFor({ ...files, sslContext: given }), /certfile/);
  assert.throws(() => contextFor({ sslContext: new SSLContext(PROTOCOL_TLS_CLIENT) }), TypeError);
  assert.throws(() => contextFor({ sslContext: {} as SSLContext }), TypeError);
  assert.throws(() => contextFor({ ...files, handshakeTimeout: -1 }), RangeError);
  assert.throws(() => contextFor({ ...files, certReqs: 7 as never }), TypeError);
});

socketTest('a client of ours resumes its session with the socket of a server', async (world) => {
  const { port, next } = await listen(world);
  const context = clientContext();
  const server = serverContext();
  let session: SSLSession | undefined;
  for (const isReused of [false, true]) {
    const accepting = spawn(async () => world.keep(await secureServerSide(await next(), server)));
    const sock = await createConnection(['127.0.0.1', port]);
    const client = world.keep(await context.wrapSocket(sock, { serverHostname: 'localhost', session }));
    const secured = await accepting.get();
    await secured.sendAll('x');
    await client.recv();
    assert.equal(client.sessionReused, isReused);
    assert.equal(secured.sessionReused, isReused);
    ({ session } = client);
  }
});

socketTest(
  'what came before the handshake in the clear is not taken for TLS, what came behind it is',
  async (world) => {
    const { port, next } = await listen(world);
    const raw = world.keep(net.connect(port, '127.0.0.1'));
    await new Promise((resolve) => raw.once('connect', resolve));
    raw.write('PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n');
    const client = nodeClient(world, port, { socket: raw });
    const plain = await next();
    let line = '';
    while (!line.endsWith('\n')) line += String(await plain.recv(1));
    assert.match(line, /^PROXY /);
    const server = world.keep(await secureServerSide(plain, serverContext()));
    client.end('x');
    assert.equal(String(await receiveAll(server)), 'x');
  },
);
