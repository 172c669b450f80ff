// Datagrams: one peer, all, groups, IPv6, and what the system has to say about them.
import assert from 'node:assert/strict';
import { ConcurrentObjectUseError } from '../../src/exceptions.ts';
import { sleep, spawn, withTimeout } from '../../src/index.ts';
import {
  AF_INET,
  AF_INET6,
  type Address,
  MSG_DONTWAIT,
  MSG_PEEK,
  SOCK_DGRAM,
  SOL_SOCKET,
  SO_BROADCAST,
  SO_REUSEADDR,
  Socket,
  SocketTimeout,
} from '../../src/socket.ts';
import { type World, closedPort, failsWith, portOf, socketTest, turns, until } from '../support/sockets.ts';

async function bound({ keep }: World, family: number = AF_INET): Promise<Socket> {
  const socket = keep(new Socket(family, SOCK_DGRAM));
  await socket.bind([family === AF_INET6 ? '::1' : '127.0.0.1', 0]);
  return socket;
}

socketTest('a datagram comes whole, with its sender, who can be answered', async (world) => {
  const server = await bound(world);
  const client = world.keep(new Socket(AF_INET, SOCK_DGRAM));
  assert.equal(await client.sendTo('question', server.getSockName()), 8);
  const [data, from] = await server.recvFrom();
  assert.equal(String(data), 'question');
  assert.equal(portOf({ getSockName: () => from }), portOf(client));
  await server.sendTo('answer', from);
  assert.deepEqual(await client.recvFrom(), [Buffer.from('answer'), server.getSockName()]);
});

socketTest(
  "recvFrom() parks until a datagram comes; times out; is killed, and the next datagram is the next one's",
  async (world) => {
    const server = await bound(world);
    const client = await bound(world);
    const receiver = spawn(() => server.recv());
    await turns();
    await client.sendTo('one', server.getSockName());
    assert.equal(String(await receiver.get()), 'one');
    server.setTimeout(0.02);
    await assert.rejects(server.recvFrom(), SocketTimeout);
    await assert.rejects(server.recv(), SocketTimeout);
    server.setBlocking(false);
    await assert.rejects(server.recvFrom(), failsWith('EAGAIN'));
    server.setBlocking(true);
    await assert.rejects(server.recvFrom(10, MSG_DONTWAIT), failsWith('EAGAIN'));
    await assert.rejects(
      withTimeout(0.02, () => server.recvFrom()),
      { name: 'Timeout' },
    );
    const killed = spawn(() => server.recvFrom());
    await turns();
    await killed.kill();
    await client.sendTo('two', server.getSockName());
    assert.equal(String(await server.recv()), 'two');
  },
);

socketTest('a datagram that is longer than was asked for is cut; the rest of it is lost', async (world) => {
  const server = await bound(world);
  await server.sendTo('long one', server.getSockName());
  await server.sendTo('next', server.getSockName());
  await server.sendTo('', server.getSockName());
  assert.equal(String(await server.recv(4)), 'long');
  const buffer = new Uint8Array(8);
  assert.deepEqual(await server.recvFromInto(buffer, 2), [2, server.getSockName()]);
  assert.equal(String(Buffer.from(buffer)), 'ne\0\0\0\0\0\0');
  assert.equal((await server.recv()).length, 0);
});

socketTest('MSG_PEEK leaves the datagram there', async (world) => {
  const server = await bound(world);
  await server.sendTo('abc', server.getSockName());
  assert.equal(String(await server.recv(2, MSG_PEEK)), 'ab');
  assert.equal(String((await server.recvFrom(10, MSG_PEEK))[0]), 'abc');
  assert.equal(String(await server.recv()), 'abc');
  await assert.rejects(server.recv(10, MSG_DONTWAIT), failsWith('EAGAIN'));
});

socketTest(
  'sendTo() of a socket that was not bound binds it, once; host names are looked up',
  async (world) => {
    const server = await bound(world);
    const client = world.keep(new Socket(AF_INET, SOCK_DGRAM));
    assert.deepEqual(client.getSockName(), ['0.0.0.0', 0]);
    await Promise.all(['a', 'b', 'c'].map((text) => client.sendTo(text, ['localhost', portOf(server)])));
    const ports = new Set<unknown>();
    for (let index = 0; index < 3; index += 1) ports.add((await server.recvFrom())[1][1]);
    assert.deepEqual([...ports], [portOf(client)]);
  },
);

socketTest('sendTo() takes flags in the middle, as Python does', async (world) => {
  const server = await bound(world);
  await server.sendTo('x', 0, server.getSockName());
  assert.equal(String(await server.recv()), 'x');
  assert.throws(() => void server.sendTo('x', -1, server.getSockName()), RangeError);
  assert.throws(() => void server.sendTo('x', '/tmp/path'), TypeError);
  assert.throws(() => void server.sendTo('x', undefined as unknown as Address), TypeError);
});

socketTest('recv() of a socket that was not bound waits, as there might come something', async ({ keep }) => {
  const socket = keep(new Socket(AF_INET, SOCK_DGRAM));
  socket.setTimeout(0.02);
  await assert.rejects(socket.recv(), SocketTimeout);
});

socketTest('bind() need not be awaited; what it failed with is raised by the next call', async (world) => {
  const server = world.keep(new Socket(AF_INET, SOCK_DGRAM));
  void server.bind(['127.0.0.1', 0]);
  const receiver = spawn(() => server.recv());
  await until(() => portOf(server) !== 0);
  await server.sendTo('here', server.getSockName());
  assert.equal(String(await receiver.get()), 'here');
  const second = world.keep(new Socket(AF_INET, SOCK_DGRAM));
  void second.bind(server.getSockName());
  await assert.rejects(second.recvFrom(), failsWith('EADDRINUSE'));
  await assert.rejects(second.bind(server.getSockName()), (error: Error & { syscall?: string }) => {
    assert.equal(error.syscall, 'bind');
    return failsWith('EADDRINUSE')(error);
  });
  assert.equal(String(second), '<Socket idle>');
  await second.bind(['127.0.0.1', 0]);
  await assert.rejects(second.bind(['127.0.0.1', 0]), failsWith('EINVAL'));
});

socketTest('send() needs a peer; a connected socket sends to nobody else', async (world) => {
  const server = await bound(world);
  const idle = world.keep(new Socket(AF_INET, SOCK_DGRAM));
  await assert.rejects(idle.send('x'), failsWith('EDESTADDRREQ'));
  await assert.rejects(idle.sendAll('x'), failsWith('EDESTADDRREQ'));
  await assert.rejects(server.send('x'), failsWith('EDESTADDRREQ'));
  assert.throws(() => server.getPeerName(), failsWith('ENOTCONN'));
  assert.throws(() => server.shutdown(2), failsWith('ENOTCONN'));
  await idle.connect(server.getSockName());
  assert.equal(await idle.send('to the peer'), 11);
  await idle.sendAll('and more');
  assert.equal(String(await server.recv()), 'to the peer');
  assert.equal(String(await server.recv()), 'and more');
  await assert.rejects(idle.sendTo('x', ['127.0.0.1', 9]), failsWith('EISCONN'));
  await assert.rejects(server.sendTo('x', ['127.0.0.1', 0]), failsWith('EINVAL'));
  assert.match(String(idle), /^<Socket connected to 127\.0\.0\.1:\d+>$/);
});

socketTest('a connected socket hears its peer alone', async (world) => {
  const peer = await bound(world);
  const stranger = await bound(world);
  const client = await bound(world);
  await client.connect(peer.getSockName());
  await stranger.sendTo('not me', client.getSockName());
  await peer.sendTo('me', client.getSockName());
  assert.equal(String(await client.recv()), 'me');
  await assert.rejects(client.recv(10, MSG_DONTWAIT), failsWith('EAGAIN'));
});

socketTest('a port where nobody listens is reported once, and the socket goes on', async (world) => {
  const server = await bound(world);
  const client = await bound(world);
  await client.connect(['127.0.0.1', await closedPort()]);
  await client.send('anybody?');
  client.setTimeout(5);
  await assert.rejects(client.recv(), failsWith('ECONNREFUSED'));
  client.setTimeout(0.02);
  await assert.rejects(client.recv(), SocketTimeout);
  await client.connect(server.getSockName());
  await client.send('you');
  assert.equal(String(await server.recv()), 'you');
});

socketTest('a datagram that is too long is EMSGSIZE', async (world) => {
  const server = await bound(world);
  await assert.rejects(server.sendTo(Buffer.alloc(70_000), server.getSockName()), failsWith('EMSGSIZE'));
  const most = Buffer.alloc(65_507, 'm');
  assert.equal(await server.sendTo(most, server.getSockName()), most.length);
  assert.ok((await server.recv(70_000)).equals(most));
});

socketTest('a broadcast needs SO_BROADCAST', async (world) => {
  const sender = await bound(world);
  await assert.rejects(sender.sendTo('all', ['255.255.255.255', 9]), failsWith('EACCES'));
  const receiver = world.keep(new Socket(AF_INET, SOCK_DGRAM));
  await receiver.bind(['', 0]);
  const early = world.keep(new Socket(AF_INET, SOCK_DGRAM));
  early.setSockOpt(SOL_SOCKET, SO_BROADCAST, 1);
  sender.setSockOpt(SOL_SOCKET, SO_BROADCAST, true);
  for (const socket of [sender, early]) {
    await socket.sendTo('all', ['127.255.255.255', portOf(receiver)]);
    assert.equal(String(await receiver.recv()), 'all');
  }
});

socketTest('IPv6: the same, with addresses of four parts', async (world) => {
  const server = await bound(world, AF_INET6);
  const client = world.keep(new Socket(AF_INET6, SOCK_DGRAM));
  await client.sendTo('six', server.getSockName());
  const [data, from] = await server.recvFrom();
  assert.equal(String(data), 'six');
  assert.deepEqual(from, ['::1', portOf(client), 0, 0]);
  assert.deepEqual(server.getSockName(), ['::1', portOf(server), 0, 0]);
  await client.connect(server.getSockName());
  assert.deepEqual(client.getPeerName(), server.getSockName());
});

socketTest('two sockets share a port with SO_REUSEADDR', async (world) => {
  const [first, second] = [1, 2].map(() => world.keep(new Socket(AF_INET, SOCK_DGRAM))) as [Socket, Socket];
  for (const socket of [first, second]) socket.setSockOpt(SOL_SOCKET, SO_REUSEADDR, true);
  await first.bind(['127.0.0.1', 0]);
  await second.bind(first.getSockName());
  assert.deepEqual(second.getSockName(), first.getSockName());
});

socketTest('the second receiver gets ConcurrentObjectUseError, the first is unharmed', async (world) => {
  const server = await bound(world);
  const first = spawn(() => server.recv());
  await turns();
  await assert.rejects(server.recvFrom(), ConcurrentObjectUseError);
  await server.sendTo('x', server.getSockName());
  assert.equal(String(await first.get()), 'x');
});

socketTest(
  'what nobody receives is kept up to a bound, then dropped and counted; it is not kept for ever',
  async (world) => {
    const server = await bound(world);
    const client = await bound(world);
    const port = server.watchable as unknown as { dropped: number };
    const data = Buffer.alloc(16 * 1024, 'd');
    let sent = 0;
    for (; sent < 200; sent += 1) {
      await client.sendTo(data, server.getSockName());
      if (sent % 8 === 0) await sleep(0.001);
    }
    await until(() => port.dropped > 0);
    let received = 0;
    server.setTimeout(0.2);
    await assert.rejects(async () => {
      for (;;) {
        assert.ok((await server.recv()).equals(data));
        received += 1;
      }
    }, SocketTimeout);
    // The kernel keeps some more.
    assert.ok(received * data.length <= 2 * 1024 * 1024, `${received} were kept`);
    assert.ok(received >= 32, `only ${received} were kept`);
    assert.ok(received + port.dropped <= sent);
    await client.sendTo('again', server.getSockName());
    assert.equal(String(await server.recv()), 'again');
  },
);

socketTest('close() wakes the receiver and whoever binds with EBADF', async (world) => {
  const server = await bound(world);
  const receiver = spawn(() => server.recvFrom().catch((error: unknown) => error));
  const fresh = world.keep(new Socket(AF_INET, SOCK_DGRAM));
  const binder = spawn(() => fresh.bind(['127.0.0.1', 0]).catch((error: unknown) => error));
  const sender = spawn(() => fresh.sendTo('x', ['127.0.0.1', 9]).catch((error: unknown) => error));
  await sleep(0);
  server.close();
  fresh.close();
  for (const greenlet of [receiver, binder, sender]) assert.ok(failsWith('EBADF')(await greenlet.get()));
  await assert.rejects(server.recvFrom(), failsWith('EBADF'));
  await assert.rejects(server.recv(), failsWith('EBADF'));
  await assert.rejects(server.sendTo('x', ['127.0.0.1', 9]), failsWith('EBADF'));
  await assert.rejects(server.send('x'), failsWith('EBADF'));
  assert.throws(() => server.getSockName(), failsWith('EBADF'));
});

socketTest('a greenlet that is killed while it binds or sends leaves the socket usable', async (world) => {
  const server = await bound(world);
  const client = world.keep(new Socket(AF_INET, SOCK_DGRAM));
  const binding = spawn(() => client.bind(['127.0.0.1', 0]));
  await sleep(0);
  await binding.kill();
  assert.equal(String(client), '<Socket idle>');
  const sending = spawn(() => client.sendTo('perhaps', server.getSockName()));
  await sleep(0);
  await sending.kill();
  await client.bind(['127.0.0.1', 0]).catch(() => {});
  await client.sendTo('sure', server.getSockName());
  for (;;) if (String(await server.recv()) === 'sure') break;
});
