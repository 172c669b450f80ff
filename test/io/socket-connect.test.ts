// connect() and connectEx(): ready at once and later, refused, killed, timed out, closed on the way.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as net from 'node:net';
import { sleep, spawn, withTimeout } from '../../src/index.ts';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  type Address,
  type Socket as AnySocket,
  SOCK_DGRAM,
  Socket,
  SocketTimeout,
} from '../../src/socket.ts';
import {
  type World,
  closedPort,
  failsWith,
  openSockets,
  portOf,
  socketTest,
  turns,
  until,
} from '../support/sockets.ts';

const ECONNREFUSED = 111;
const EAGAIN = 11;

/** An address that takes no more connections: its queue of one is full, and nobody accepts. */
async function blackHole({ keep }: World): Promise<Address> {
  // What Node listens on, Node accepts: this one is stopped in a process of its own.
  const program = `const s = require('net').createServer().listen(
    { port: 0, host: '127.0.0.1', backlog: 1 },
    () => { console.log(s.address().port); process.kill(process.pid, 'SIGSTOP'); })`;
  const { spawn: run } = await import('node:child_process');
  const child = run(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  keep({ close: () => child.kill('SIGKILL') });
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(text);
  let connected = 0;
  for (;;) {
    const filler = keep(net.connect({ port, host: '127.0.0.1' }));
    filler.on('error', () => {});
    const isIn = await Promise.race([once(filler, 'connect').then(() => true), sleep(0.3).then(() => false)]);
    if (!isIn) return ['127.0.0.1', port];
    assert.ok((connected += 1) < 20, 'the queue does not fill');
  }
}

socketTest('connect() parks until connected, and both ends know one another', async ({ keep, listening }) => {
  const listener = await listening();
  const client = keep(new Socket());
  assert.equal(await client.connect(listener.getSockName()), undefined);
  const [server, address] = await listener.accept();
  keep(server);
  assert.deepEqual(client.getPeerName(), listener.getSockName());
  assert.deepEqual(client.getSockName(), address);
  assert.deepEqual(server.getPeerName(), address);
  assert.deepEqual(server.getSockName(), listener.getSockName());
});

socketTest('connect() to a host name looks it up', async ({ keep, listening }) => {
  const listener = await listening();
  const client = keep(new Socket());
  await client.connect(['localhost', portOf(listener)]);
  assert.deepEqual(client.getPeerName(), listener.getSockName());
});

socketTest(
  'connect() to an unknown host fails with gaierror, and the socket can be used again',
  async ({ keep, listening }) => {
    const listener = await listening();
    const client = keep(new Socket());
    await assert.rejects(client.connect(['name.invalid', 80]), { name: 'gaierror' });
    await assert.rejects(client.connectEx(['name.invalid', 80]), { name: 'gaierror' });
    await client.connect(listener.getSockName());
  },
);

socketTest('connect() from an address that was bound', async ({ keep, listening }) => {
  const listener = await listening();
  const port = await closedPort();
  const client = keep(new Socket());
  await client.bind(['127.0.0.1', port]);
  assert.deepEqual(client.getSockName(), ['127.0.0.1', port]);
  await client.connect(listener.getSockName());
  const [server, address] = await listener.accept();
  keep(server);
  assert.deepEqual(address, ['127.0.0.1', port]);
});

socketTest(
  'connect() to a port where nobody listens is refused, and the socket can be used again',
  async ({ keep, listening }) => {
    const client = keep(new Socket());
    const port = await closedPort();
    await assert.rejects(client.connect(['127.0.0.1', port]), (error: Error & Record<string, unknown>) => {
      assert.ok(failsWith('ECONNREFUSED')(error));
      assert.equal(error['errno'], ECONNREFUSED);
      assert.equal(error['syscall'], 'connect');
      assert.equal(error['address'], '127.0.0.1');
      assert.equal(error['port'], port);
      return true;
    });
    assert.equal(await client.connectEx(['127.0.0.1', port]), ECONNREFUSED);
    assert.equal(String(client), '<Socket idle>');
    const listener = await listening();
    assert.equal(await client.connectEx(listener.getSockName()), 0);
  },
);

socketTest('connect() in the wrong state: connected, listening, connecting, closed', async (world) => {
  const { keep, listening, pair } = world;
  const [client, server] = await pair();
  await assert.rejects(client.connect(server.getSockName()), failsWith('EISCONN'));
  assert.equal(await client.connectEx(server.getSockName()), 106);
  const listener = await listening();
  await assert.rejects(listener.connect(['127.0.0.1', 1]), failsWith('EISCONN'));
  const slow = keep(new Socket());
  const first = spawn(() => slow.connect(listener.getSockName()));
  const second = spawn(() => slow.connect(listener.getSockName()));
  await assert.rejects(second.get(), failsWith('EALREADY'));
  await first.get();
  world.takePrinted();
  client.close();
  await assert.rejects(client.connect(['127.0.0.1', 1]), failsWith('EBADF'));
  assert.equal(await client.connectEx(['127.0.0.1', 1]), 9);
});

socketTest('connect() refuses addresses of another family', async ({ keep }) => {
  const refused: [AnySocket, unknown][] = [
    [keep(new Socket(AF_INET)), '/tmp/x'],
    [keep(new Socket(AF_INET)), ['::1', 80]],
    [keep(new Socket(AF_INET6)), ['127.0.0.1', 80]],
    [keep(new Socket(AF_UNIX)), ['127.0.0.1', 80]],
    [keep(new Socket()), ['127.0.0.1']],
    [keep(new Socket()), ['127.0.0.1', 70_000]],
    [keep(new Socket()), undefined],
  ];
  for (const [sock, address] of refused) {
    assert.throws(() => void sock.connect(address as Address), /connect\(address\)/);
    assert.throws(() => void sock.connectEx(address as Address), /connectEx\(address\)/);
  }
});

socketTest(
  'connect() to a black hole: the timeout of the socket, a Timeout, a kill; nothing stays open',
  async (world) => {
    const to = await blackHole(world);
    const before = openSockets();
    const client = world.keep(new Socket());
    client.setTimeout(0.05);
    await assert.rejects(client.connect(to), (error) => {
      assert.ok(error instanceof SocketTimeout);
      assert.equal(error.message, 'timed out');
      return true;
    });
    assert.equal(await client.connectEx(to), EAGAIN);
    client.setTimeout(undefined);
    await assert.rejects(
      withTimeout(0.05, () => client.connect(to)),
      { name: 'Timeout' },
    );
    await assert.rejects(
      withTimeout(0.05, () => client.connectEx(to)),
      { name: 'Timeout' },
    );
    const killed = spawn(() => client.connect(to));
    await turns();
    await killed.kill();
    assert.equal(killed.successful(), true);
    await until(() => openSockets() === before, 'descriptors of connections that were given up');
    // As it was before: it can still be connected.
    const listener = await world.listening();
    await client.connect(listener.getSockName());
  },
);

socketTest('close() wakes whoever connects with EBADF', async (world) => {
  const to = await blackHole(world);
  const before = openSockets();
  const client = world.keep(new Socket());
  const connecting = spawn(() => client.connect(to).catch((error: unknown) => error));
  const answered = spawn(() => client.connectEx(['localhost', 1]).catch((error: unknown) => error));
  await turns();
  client.close();
  assert.ok(failsWith('EBADF')(await connecting.get()));
  await answered.get();
  await until(() => openSockets() === before, 'descriptors of a connection that was given up');
});

socketTest(
  'a kill that comes before connect() is raised there, and nothing is opened',
  async ({ keep, listening }) => {
    const listener = await listening();
    const client = keep(new Socket());
    const greenlet = spawn(async () => {
      greenlet.kill({ block: false });
      await client.connect(listener.getSockName());
    });
    await greenlet.join();
    assert.equal(String(client), '<Socket idle>');
    await client.connect(listener.getSockName());
  },
);

socketTest('with a timeout of 0 connect() raises EINPROGRESS', async ({ keep, listening }) => {
  const listener = await listening();
  const client = keep(new Socket());
  client.setBlocking(false);
  await assert.rejects(client.connect(listener.getSockName()), failsWith('EINPROGRESS'));
  client.setBlocking(true);
  await client.connect(listener.getSockName());
});

socketTest(
  'two duplicates that connect at once: one is connected, the other told',
  async ({ keep, listening }) => {
    const listener = await listening();
    const client = keep(new Socket());
    const twin = keep(client.dup());
    const outcomes = await Promise.all([
      client.connectEx(listener.getSockName()),
      twin.connectEx(listener.getSockName()),
    ]);
    assert.equal(outcomes.filter((outcome) => outcome === 0).length, 1);
    assert.deepEqual(client.getPeerName(), twin.getPeerName());
  },
);

socketTest('a UDP socket connects to a peer, and to another one later', async ({ keep }) => {
  const [one, two, sender] = [1, 2, 3].map(() => keep(new Socket(AF_INET, SOCK_DGRAM))) as [
    Socket,
    Socket,
    Socket,
  ];
  await one.bind(['127.0.0.1', 0]);
  await two.bind(['127.0.0.1', 0]);
  await sender.connect(one.getSockName());
  assert.deepEqual(sender.getPeerName(), one.getSockName());
  await sender.send('to one');
  await sender.connect(two.getSockName());
  assert.deepEqual(sender.getPeerName(), two.getSockName());
  await sender.send('to two');
  assert.equal(String(await one.recv()), 'to one');
  assert.equal(String(await two.recv()), 'to two');
});

socketTest('a UDP socket that cannot connect says so', async ({ keep }) => {
  const sender = keep(new Socket(AF_INET, SOCK_DGRAM));
  await assert.rejects(sender.connect(['255.255.255.255', 9]), failsWith('EACCES'));
  assert.throws(() => sender.getPeerName(), failsWith('ENOTCONN'));
});
