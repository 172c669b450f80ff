import assert from 'node:assert/strict';
import { Greenlet, Timeout, getCurrent, getHub, sleep, spawn } from '../../src/index.ts';
import { Event } from '../../src/event.ts';
import { StreamServer } from '../../src/server.ts';
import type { Socket } from '../../src/socket.ts';
import { SocketError } from '../../src/socket.ts';
import { Client, eventually, serverTest } from './clients.ts';

async function echo(socket: Socket): Promise<void> {
  for (;;) {
    const data = await socket.recv();
    if (data.length === 0) return;
    await socket.sendAll(data);
  }
}

serverTest('port 0 is replaced by the real port, and clients are served there', async () => {
  const server = new StreamServer('127.0.0.1:0', echo);
  assert.deepEqual([server.address, server.started, server.closed], [['127.0.0.1', 0], false, true]);
  await server.start();
  assert.ok((server.serverPort as number) > 0);
  assert.deepEqual(server.address, [server.serverHost, server.serverPort]);
  assert.deepEqual([server.started, server.closed], [true, false]);
  assert.deepEqual(server.socket?.getSockName(), server.address);
  const client = (await Client.connect(server.serverPort)).send('hello');
  await client.until('hello');
  client.socket.end();
  assert.equal(await client.rest(), 'hello');
  assert.equal(await server.stop(), 0);
  assert.deepEqual([server.started, server.closed, server.socket], [false, true, undefined]);
});

serverTest('the handler is given the socket and the address of its client', async () => {
  const seen: unknown[] = [];
  const server = new StreamServer('127.0.0.1:0', (socket, address) => {
    seen.push(socket.getPeerName(), address);
  });
  await server.start();
  const client = await Client.connect(server.serverPort);
  const { address } = client;
  await client.closed();
  assert.deepEqual(seen, [address, address]);
  await server.stop();
});

serverTest('the client is closed when the handler returns, fails, or is killed', async ({ takePrinted }) => {
  const how = ['return', 'fail', 'wait'];
  const server = new StreamServer('127.0.0.1:0', async (socket) => {
    const next = how.shift();
    await socket.sendAll(String(next));
    if (next === 'fail') throw new RangeError('a failure of the handler');
    if (next === 'wait') await sleep(1000);
  });
  await server.start();
  assert.equal(await (await Client.connect(server.serverPort)).rest(), 'return');
  const failing = await Client.connect(server.serverPort);
  const { address } = failing;
  assert.equal(await failing.rest(), 'fail');
  const [printed = '', ...more] = takePrinted();
  assert.deepEqual(more, []);
  assert.match(printed, /RangeError: a failure of the handler/);
  assert.match(printed, new RegExp(`${address[0]}.*${address[1]}.* failed with RangeError`));
  const waiting = await Client.connect(server.serverPort);
  await waiting.until('wait');
  for (const greenlet of getHub().greenlets()) greenlet.throw();
  assert.equal(await waiting.rest(), 'wait');
  assert.equal(server.started, true);
  await server.stop();
});

serverTest('a client whose handler is killed before it began is closed', async () => {
  const server = new StreamServer('127.0.0.1:0', () => assert.fail('it ran'));
  await server.start();
  const onSpawn = (greenlet: { throw(): void }): void => greenlet.throw();
  Greenlet.addSpawnCallback(onSpawn);
  try {
    assert.equal(await (await Client.connect(server.serverPort)).rest(), '');
  } finally {
    Greenlet.removeSpawnCallback(onSpawn);
  }
  assert.equal(server.active, 0);
  await server.stop();
});

serverTest('a killed handler is silent, a Timeout that it did not catch is not', async ({ takePrinted }) => {
  const server = new StreamServer('127.0.0.1:0', async (socket) => {
    if ((await socket.recv()).toString() === 'kill') return getCurrent().throw();
    Timeout.startNew(0.001);
    await sleep(1000);
  });
  await server.start();
  await (await Client.connect(server.serverPort)).send('kill').rest();
  assert.deepEqual(takePrinted(), []);
  await (await Client.connect(server.serverPort)).send('time').rest();
  assert.match(takePrinted().join(''), /failed with Timeout/);
  await server.stop();
});

serverTest('a subclass may have the handler as a method', async () => {
  class Greeter extends StreamServer {
    greeting = 'hello';

    override async handle(socket: Socket): Promise<void> {
      await socket.sendAll(`${this.greeting} from ${this.constructor.name}`);
    }
  }
  const server = new Greeter('127.0.0.1:0', { spawn: 1 });
  await server.start();
  assert.equal(await (await Client.connect(server.serverPort)).rest(), 'hello from Greeter');
  server.setHandle((socket) => socket.sendAll('another'));
  assert.equal(await (await Client.connect(server.serverPort)).rest(), 'another');
  await server.stop();
});

serverTest(
  'handlers are the children of the hub, each the root of a tree, whoever started the server',
  async () => {
    const seen: unknown[] = [];
    const server = new StreamServer('127.0.0.1:0', () => {
      const { spawningGreenlet, spawnTreeLocals } = getCurrent();
      seen.push(spawningGreenlet, { ...spawnTreeLocals });
    });
    const starter = spawn(async () => {
      getCurrent().spawnTreeLocals['mark'] = 'of the starter';
      await server.start();
    });
    await starter.get();
    await (await Client.connect(server.serverPort)).rest();
    assert.equal(seen[0], getHub());
    assert.deepEqual(seen[1], {});
    await server.stop();
  },
);

serverTest('killing the greenlet that started a server leaves its handlers alone', async () => {
  const server = new StreamServer('127.0.0.1:0', echo);
  const started = new Event();
  const starter = spawn(async () => {
    await server.start();
    started.set();
    await sleep(1000);
  });
  await started.wait();
  const client = await Client.connect(server.serverPort);
  await client.send('one').until('one');
  await starter.kill();
  await client.send('two').until('two');
  client.socket.end();
  await client.rest();
  await server.stop();
});

serverTest('two servers on one port: start() raises EADDRINUSE, and the second is as it was', async () => {
  const first = new StreamServer('127.0.0.1:0', echo);
  await first.start();
  const second = new StreamServer(['127.0.0.1', first.serverPort as number], echo);
  await assert.rejects(second.start(), (error) => {
    assert.ok(error instanceof SocketError);
    assert.equal(error.code, 'EADDRINUSE');
    return true;
  });
  assert.deepEqual([second.started, second.closed, second.socket], [false, true, undefined]);
  await first.stop();
  await second.start();
  const client = (await Client.connect(second.serverPort)).send('x');
  await client.until('x');
  await second.stop({ timeout: 0 });
  await client.closed();
});

serverTest('a server that was stopped starts again in the same place', async () => {
  const server = new StreamServer(0, echo);
  await server.start();
  const { serverPort } = server;
  for (let round = 0; round < 3; round += 1) {
    const client = (await Client.connect(serverPort)).send(`round ${round}`);
    await client.until(`round ${round}`);
    assert.equal(await server.stop({ timeout: 0 }), 1);
    assert.equal(await client.rest(), `round ${round}`);
    await server.start();
    assert.equal(server.serverPort, serverPort);
  }
  await server.stop();
});

serverTest('start() of a started server does nothing, and two at once make one', async () => {
  const server = new StreamServer('127.0.0.1:0', echo);
  const starters = [1, 2, 3].map(() => spawn(() => server.start()));
  for (const starter of starters) await starter.get();
  const { socket } = server;
  await server.start();
  assert.equal(server.socket, socket);
  await server.stop();
});

serverTest('a kill, a stop or a failure during start() leaves nothing behind', async () => {
  const server = new StreamServer('127.0.0.1:0', echo);
  const starter = spawn(() => server.start());
  await sleep(0);
  await starter.kill();
  assert.deepEqual([server.started, server.closed], [false, true]);
  const stopped = spawn(() => server.start());
  stopped.quiet = true;
  await sleep(0);
  await server.stop();
  await assert.rejects(stopped.get(), { code: 'ECANCELED' });
  assert.deepEqual([server.started, server.closed], [false, true]);
  await server.start();
  await server.stop();
  await eventually(() => server.closed, 'the close');
});
