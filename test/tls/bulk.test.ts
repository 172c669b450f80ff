// Much data, both ways at once, between sockets that read slowly: nothing is lost, and no more is held than has to be.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import type * as tls from 'node:tls';
import { joinAll, sleep, spawn } from '../../src/index.ts';
import { SHUT_WR, type Socket, createConnection } from '../../src/socket.ts';
import { type SSLSocket, TLSVersion } from '../../src/ssl.ts';
import { secureServerSide } from '../../src/tls/server-side.ts';
import { clientContext, nodeClient, nodeServer, securePair, serverContext } from '../support/certificates.ts';
import { type World, portOf, receiveAll, socketTest } from '../support/sockets.ts';

const SIZE = 10 * 1024 * 1024;
const data = randomBytes(SIZE);
const digest = createHash('sha256').update(data).digest('hex');

async function sendAndReceive(sock: Socket): Promise<string> {
  const hash = createHash('sha256');
  let digestOfAll = '';
  await joinAll(
    [
      spawn(async () => {
        await sock.sendAll(data);
        sock.shutdown(SHUT_WR);
      }),
      spawn(async () => {
        for (let count = 0; ; count += 1) {
          const part = await sock.recv(32 * 1024);
          if (part.length === 0) break;
          hash.update(part);
          // A reader that takes its time.
          if (count % 64 === 0) await sleep(0.001);
        }
        digestOfAll = hash.digest('hex');
      }),
    ],
    { raiseError: true },
  );
  return digestOfAll;
}

for (const version of [TLSVersion.TLSv1_2, TLSVersion.TLSv1_3] as const) {
  socketTest(`10 MB go both ways at once between sockets of ours, with version ${version}`, async (world) => {
    const client = clientContext();
    client.maximumVersion = version;
    const ends = await securePair(world, { client });
    assert.deepEqual(await Promise.all(ends.map(sendAndReceive)), [digest, digest]);
  });
}

async function directPair(world: World): Promise<[SSLSocket, SSLSocket]> {
  const [ours, theirs] = await world.pair();
  const ends = await Promise.all([
    clientContext().wrapSocket(ours, { serverHostname: 'localhost' }),
    secureServerSide(theirs, serverContext()),
  ]);
  for (const end of ends) world.keep(end);
  return ends;
}

socketTest('10 MB go both ways at once with the socket of a server', async (world) => {
  assert.deepEqual(await Promise.all((await directPair(world)).map(sendAndReceive)), [digest, digest]);
});

socketTest('a server of Node echoes 10 MB', async (world) => {
  const port = await nodeServer(world, { allowHalfOpen: true }, (client) => client.pipe(client));
  const sock = await createConnection(['127.0.0.1', port]);
  const client = world.keep(await clientContext().wrapSocket(sock, { serverHostname: 'localhost' }));
  assert.equal(await sendAndReceive(client), digest);
});

socketTest('a client of Node sends 10 MB to one that echoes', async (world) => {
  const listener = await world.listening();
  const client = nodeClient(world, portOf(listener), { allowHalfOpen: true } as tls.ConnectionOptions);
  const [plain] = await listener.accept();
  const server = world.keep(await serverContext().wrapSocket(plain, { serverSide: true }));
  const echo = spawn(async () => {
    for (;;) {
      const part = await server.recv();
      if (part.length === 0) return server.shutdown(SHUT_WR);
      await server.sendAll(part);
    }
  });
  client.end(data);
  const hash = createHash('sha256');
  for await (const part of client) hash.update(part as Buffer);
  assert.equal(hash.digest('hex'), digest);
  await echo.get();
});

for (const [name, make] of [
  ['wrapped', (world: World) => securePair(world)],
  ['direct', directPair],
] as const) {
  socketTest(`a sender parks while nobody receives, and little is held (${name})`, async (world) => {
    const [client, server] = await make(world);
    let sent = 0;
    const sender = spawn(async () => {
      for (;;) sent += await client.send(data);
    });
    let before = -1;
    while (sent !== before) {
      before = sent;
      await sleep(0.1);
    }
    // Both kernels' buffers and ours; all of it would be far more.
    assert.ok(sent < 16 * 1024 * 1024, `${sent} bytes were taken`);
    assert.ok(server.pending() < 1024 * 1024);
    await server.recv();
    assert.ok(server.pending() < 1024 * 1024, `${server.pending()} bytes are held`);
    await sender.kill();
  });
}

for (const [name, make] of [
  ['wrapped', (world: World) => securePair(world)],
  ['direct', directPair],
] as const) {
  socketTest(`what was sent before the end is all received, however late (${name})`, async (world) => {
    const [client, server] = await make(world);
    client.shutdown(SHUT_WR);
    const part = data.subarray(0, 300_000);
    await server.sendAll(part);
    assert.equal((await server.recv()).length, 0);
    server.close();
    // Both directions are over long before anybody looks.
    await sleep(0.1);
    assert.ok((await receiveAll(client)).equals(part));
  });
}
