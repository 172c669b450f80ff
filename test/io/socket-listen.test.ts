// bind() and listen(): in order and out of order, in the wrong state, killed and closed on the way.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as net from 'node:net';
import { sleep, spawn } from '../../src/index.ts';
import { AF_INET, AF_INET6, SOCK_DGRAM, Socket } from '../../src/socket.ts';
import { type World, failsWith, openSockets, portOf, socketTest, until } from '../support/sockets.ts';

/** A bare client of a listening socket. */
async function dial({ keep }: World, listener: Socket): Promise<net.Socket> {
  const client = keep(net.connect({ port: portOf(listener), host: '127.0.0.1' }));
  client.on('error', () => {});
  await once(client, 'connect');
  return client;
}

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

socketTest(
  'close() while it begins to listen wakes whoever waits for that, and nothing listens',
  async (world) => {
    const before = openSockets();
    const listener = world.keep(new Socket());
    const calls = [
      spawn(() => listener.listen().catch((error: unknown) => error)),
      spawn(() => listener.accept().catch((error: unknown) => error)),
    ];
    await sleep(0);
    listener.close();
    for (const call of calls) assert.ok(failsWith('EBADF')(await call.get()));
    await until(() => openSockets() === before, 'a listening socket that nobody has');
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
