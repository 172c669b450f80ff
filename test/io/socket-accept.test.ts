// bind(), listen() and accept(): in order and out of order, clients that wait, and clients that are gone.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as net from 'node:net';
import { joinAll, sleep, spawn, withTimeout } from '../../src/index.ts';
import { AF_INET, AF_INET6, type Address, SOCK_DGRAM, Socket, SocketTimeout } from '../../src/socket.ts';
import {
  type World,
  failsWith,
  openSockets,
  portOf,
  receiveAll,
  socketTest,
  turns,
  until,
} from '../support/sockets.ts';

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

socketTest('bind(), listen() and accept() need not be awaited one by one', async (world) => {
  const listener = world.keep(new Socket());
  void listener.bind(['localhost', 0]);
  void listener.listen();
  const acceptor = spawn(() => listener.accept());
  await until(() => portOf(listener) !== 0);
  await dial(world, listener);
  const [socket] = await acceptor.get();
  socket.close();
});

socketTest('what bind() or listen() failed with is raised by those who relied on it', async (world) => {
  const busy = await world.listening();
  const second = world.keep(new Socket());
  void second.bind(busy.getSockName());
  const listening = second.listen();
  await assert.rejects(second.accept(), failsWith('EADDRINUSE'));
  await assert.rejects(listening, failsWith('EADDRINUSE'));
  // It can be tried again.
  await assert.rejects(second.listen(), failsWith('EADDRINUSE'));
  busy.close();
  await second.listen();
  assert.equal(String(second), `<Socket listening on 127.0.0.1:${portOf(second)}>`);
  const unknown = world.keep(new Socket());
  await assert.rejects(unknown.bind(['name.invalid', 0]), { name: 'gaierror' });
  await unknown.bind(['127.0.0.1', 0]);
  await unknown.listen();
});

socketTest(
  'a listener that was killed while it began to listen does not listen, and can be told again',
  async (world) => {
    const probe = await world.listening();
    const port = portOf(probe);
    probe.close();
    const before = openSockets();
    const listener = world.keep(new Socket());
    await listener.bind(['127.0.0.1', port]);
    const greenlet = spawn(() => listener.listen());
    const acceptor = spawn(() => listener.accept().catch((error: unknown) => error));
    // Both have run and parked; the event loop has had no turn.
    await sleep(0);
    await greenlet.kill();
    assert.ok(failsWith('EINVAL')(await acceptor.get()));
    await until(() => openSockets() === before, 'a listening socket that nobody has');
    await listener.listen();
    await dial(world, listener);
    (await listener.accept())[0].close();
  },
);

socketTest('accept(), bind() and listen() in the wrong state', async (world) => {
  const listener = await world.listening();
  const [client] = await world.pair();
  const idle = world.keep(new Socket());
  const udp = world.keep(new Socket(AF_INET, SOCK_DGRAM));
  await assert.rejects(idle.accept(), failsWith('EINVAL'));
  await assert.rejects(client.accept(), failsWith('EINVAL'));
  await assert.rejects(udp.accept(), failsWith('EOPNOTSUPP'));
  await assert.rejects(udp.listen(), failsWith('EOPNOTSUPP'));
  await assert.rejects(client.listen(), failsWith('EINVAL'));
  await assert.rejects(client.bind(['127.0.0.1', 0]), failsWith('EINVAL'));
  await assert.rejects(listener.bind(['127.0.0.1', 0]), failsWith('EINVAL'));
  await idle.bind(['127.0.0.1', 0]);
  await assert.rejects(idle.bind(['127.0.0.1', 0]), failsWith('EINVAL'));
  await assert.rejects(idle.accept(), failsWith('EINVAL'));
  await listener.listen(5);
  idle.close();
  await assert.rejects(idle.bind(['127.0.0.1', 0]), failsWith('EBADF'));
  await assert.rejects(idle.listen(), failsWith('EBADF'));
  await assert.rejects(idle.accept(), failsWith('EBADF'));
  assert.throws(() => void listener.listen(-1), RangeError);
});

socketTest('recv(), send() and shutdown() on a socket that is not connected', async (world) => {
  const listener = await world.listening();
  const bound = world.keep(new Socket());
  await bound.bind(['127.0.0.1', 0]);
  for (const socket of [world.keep(new Socket()), bound, listener]) {
    await assert.rejects(socket.recv(), failsWith('ENOTCONN'));
    await assert.rejects(socket.recvInto(new Uint8Array(4)), failsWith('ENOTCONN'));
    await assert.rejects(socket.recvFrom(), failsWith('ENOTCONN'));
    await assert.rejects(socket.send('x'), failsWith('ENOTCONN'));
    await assert.rejects(socket.sendAll('x'), failsWith('ENOTCONN'));
    assert.throws(() => socket.shutdown(2), failsWith('ENOTCONN'));
    assert.throws(() => socket.getPeerName(), failsWith('ENOTCONN'));
    assert.throws(() => socket.detach(), failsWith('ENOTCONN'));
  }
});

socketTest('bind() and listen() on a port that is taken, and on one that needs rights', async (world) => {
  const listener = await world.listening();
  const other = world.keep(new Socket());
  await other.bind(listener.getSockName());
  await assert.rejects(other.listen(), (error: Error & { port?: number; syscall?: string }) => {
    assert.ok(failsWith('EADDRINUSE')(error));
    assert.equal(error.port, portOf(listener));
    assert.equal(error.syscall, 'listen');
    return true;
  });
  const elsewhere = world.keep(new Socket());
  await elsewhere.bind(['192.0.2.1', 0]);
  await assert.rejects(elsewhere.listen(), failsWith('EADDRNOTAVAIL'));
});

socketTest(
  "an unbound socket listens on a port of the system's choice, on every interface",
  async (world) => {
    const listener = world.keep(new Socket());
    await listener.listen();
    assert.equal(listener.getSockName()[0], '0.0.0.0');
    await dial(world, listener);
    (await listener.accept())[0].close();
  },
);

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

socketTest('an IPv6 socket has addresses of four parts', async (world) => {
  const listener = world.keep(new Socket(AF_INET6));
  await listener.bind(['::1', 0]);
  await listener.listen();
  const name = listener.getSockName();
  assert.deepEqual(name, ['::1', portOf(listener), 0, 0]);
  const client = world.keep(new Socket(AF_INET6));
  await client.connect(name);
  const [server, address] = await listener.accept();
  world.keep(server);
  assert.deepEqual(address, client.getSockName());
  assert.equal(address.length, 4);
  assert.deepEqual(client.getPeerName(), name);
  assert.match(String(client), /^<Socket connected to \[::1\]:\d+>$/);
});
