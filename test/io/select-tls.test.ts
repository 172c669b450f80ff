// Readiness of TLS sockets: it is what was decrypted that counts.
import assert from 'node:assert/strict';
import { spawn } from '../../src/index.ts';
import { POLLIN, POLLOUT, Poll, select } from '../../src/select.ts';
import { waitRead } from '../../src/socket.ts';
import { nodeClient, nodeServer, securePair } from '../support/certificates.ts';
import { socketTest, turns } from '../support/sockets.ts';

socketTest('a TLS socket is readable when something was decrypted, and stays so', async (world) => {
  const [client, server] = await securePair(world);
  const selecting = spawn(() => select([client, server], [], [], 30));
  await turns();
  assert.equal(selecting.ready(), false);
  await client.sendAll('abc');
  assert.deepEqual((await selecting.get())[0], [server]);
  assert.equal(String(await server.recv(1)), 'a');
  assert.deepEqual(await select([server], [server], [server], 5), [[server], [server], []]);
  assert.equal(String(await server.recv()), 'bc');
  assert.deepEqual(await select([server], [], [], 0.02), [[], [], []]);
  await client.sendAll('x');
  await waitRead(server, { timeout: 30 });
  assert.deepEqual((await select([server], [], [], 0))[0], [server]);
});

socketTest('the end of a TLS connection is readable', async (world) => {
  const [client, server] = await securePair(world);
  const poller = new Poll();
  poller.register(server, POLLIN);
  const polling = spawn(() => poller.poll(30));
  await turns();
  client.close();
  assert.deepEqual(await polling.get(), [[server, POLLIN]]);
  assert.equal((await server.recv()).length, 0);
  poller.modify(server, POLLIN | POLLOUT);
  assert.deepEqual(await poller.poll(5), [[server, POLLIN | POLLOUT]]);
});

socketTest("a TLS stream of Node's is watched as any other", async (world) => {
  const port = await nodeServer(world, {}, (stream) => stream.write('hello'));
  const client = nodeClient(world, port);
  assert.deepEqual((await select([client], [], [], 30))[0], [client]);
  assert.equal(String(client.read()), 'hello');
  assert.deepEqual(await select([client], [client], [], 0), [[], [client], []]);
});
