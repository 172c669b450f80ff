// accept(): clients that wait, clients that are gone, and more clients than there is room for.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as net from 'node:net';
import { joinAll, spawn, withTimeout } from '../../src/index.ts';
import { type Address, Socket, SocketTimeout } from '../../src/socket.ts';
import { type World, failsWith, portOf, receiveAll, socketTest, turns, until } from '../support/sockets.ts';

/** A bare client of a listening socket. */
async function dial({ keep }: World, listener: Socket): Promise<net.Socket> {
  const client = keep(net.connect({ port: portOf(listener), host: '127.0.0.1' }));
  client.on('error', () => {});
  await once(client, 'connect');
  return client;
}

/** How many clients a listening socket holds for whoever accepts. */
function held(listener: Socket): number {
  return (listener.watchable as unknown as { held: number }).held;
}

socketTest('accept() parks until a client comes; clients come in their order', async (world) => {
  const listener = await world.listening();
  const acceptor = spawn(() => listener.accept());
  await turns();
  assert.equal(acceptor.ready(), false);
  const first = await dial(world, listener);
  const [socket, address] = await acceptor.get();
  world.keep(socket);
  assert.deepEqual(address, ['127.0.0.1', first.localPort]);
  const second = await dial(world, listener);
  const third = await dial(world, listener);
  await until(() => held(listener) === 2);
  for (const client of [second, third]) {
    const [next, from] = await listener.accept();
    world.keep(next);
    assert.deepEqual(from, ['127.0.0.1', client.localPort]);
  }
});

socketTest('several greenlets accept on one socket; each gets one client', async (world) => {
  const listener = await world.listening();
  const acceptors = [1, 2, 3].map(() => spawn(() => listener.accept()));
  await turns();
  const clients = await Promise.all([1, 2, 3].map(() => dial(world, listener)));
  await joinAll(acceptors, { raiseError: true });
  const ports = acceptors.map((greenlet) => {
    const [socket] = greenlet.value as [Socket, Address];
    return portOf({ getSockName: () => world.keep(socket).getPeerName() });
  });
  assert.deepEqual(
    ports.toSorted((a, b) => a - b),
    clients.map((client) => client.localPort as number).toSorted((a, b) => a - b),
  );
});

socketTest('whoever waits in accept() is served, however short the backlog is', async (world) => {
  const listener = await world.listening(64);
  // The kernel's queue stays as it was.
  await listener.listen(1);
  const acceptors = Array.from({ length: 20 }, () => spawn(() => listener.accept()));
  await turns();
  const clients = Array.from({ length: 20 }, () => world.keep(new Socket()));
  await joinAll(
    clients.map((client) => spawn(() => client.connect(listener.getSockName()))),
    { raiseError: true },
  );
  for (const acceptor of acceptors) (await acceptor.get())[0].close();
  assert.equal((listener.watchable as unknown as { refused: number }).refused, 0);
});

socketTest('accept() times out, and is killed; the next client is for the next accept()', async (world) => {
  const listener = await world.listening();
  listener.setTimeout(0.02);
  await assert.rejects(listener.accept(), SocketTimeout);
  listener.setTimeout(0);
  await assert.rejects(listener.accept(), failsWith('EAGAIN'));
  listener.setTimeout(undefined);
  await assert.rejects(
    withTimeout(0.02, () => listener.accept()),
    { name: 'Timeout' },
  );
  const killed = spawn(() => listener.accept());
  await turns();
  await killed.kill();
  const client = await dial(world, listener);
  const [socket] = await listener.accept();
  client.end('hi');
  assert.equal(String(await receiveAll(socket)), 'hi');
  socket.close();
});

socketTest(
  'close() wakes whoever accepts with EBADF, and resets the clients that nobody took',
  async (world) => {
    const listener = await world.listening();
    const acceptors = [1, 2].map(() => spawn(() => listener.accept().catch((error: unknown) => error)));
    await turns();
    const twoMore = world.keep(new Socket());
    await twoMore.bind(['127.0.0.1', 0]);
    await twoMore.listen();
    const client = await dial(world, twoMore);
    await until(() => held(twoMore) === 1);
    const closed = once(client, 'error') as Promise<[NodeJS.ErrnoException]>;
    listener.close();
    twoMore.close();
    for (const acceptor of acceptors) assert.ok(failsWith('EBADF')(await acceptor.get()));
    assert.equal((await closed)[0].code, 'ECONNRESET');
    await assert.rejects(twoMore.accept(), failsWith('EBADF'));
  },
);

socketTest(
  'a client that left while it was held is accepted all the same, with what it sent',
  async (world) => {
    const listener = await world.listening();
    const polite = await dial(world, listener);
    polite.end('goodbye');
    const rude = await dial(world, listener);
    rude.write('lost');
    await turns();
    rude.resetAndDestroy();
    await until(() => held(listener) === 2);
    await turns(10);
    const [first] = await listener.accept();
    world.keep(first);
    assert.equal(String(await receiveAll(first)), 'goodbye');
    const [second] = await listener.accept();
    world.keep(second);
    await assert.rejects(receiveAll(second), failsWith('ECONNRESET'));
  },
);

socketTest('more clients than the backlog are reset; those that wait are served', async (world) => {
  const listener = await world.listening(2);
  let resets = 0;
  for (let index = 0; index < 5; index += 1) {
    const client = world.keep(net.connect({ port: portOf(listener), host: '127.0.0.1' }));
    client.on('error', () => {});
    client.on('close', () => (resets += 1));
    client.resume();
  }
  await until(() => resets === 3);
  for (let index = 0; index < 2; index += 1) {
    const [socket] = await listener.accept();
    await socket.sendAll('served');
    socket.close();
  }
});
