import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import { sleep, spawn } from '../../src/index.ts';
import { Event } from '../../src/event.ts';
import { Group, Pool } from '../../src/pool.ts';
import { StreamServer, type StreamServerOptions } from '../../src/server.ts';
import type { Address } from '../../src/baseserver.ts';
import { type Socket, SocketError } from '../../src/socket.ts';
import { Client, eventually, serverTest } from './clients.ts';

/** A server whose handlers say hello and are through when their client has spoken. */
function greeter(options: StreamServerOptions = {}): StreamServer {
  const greet = async (socket: Socket): Promise<void> => {
    await socket.sendAll('hello');
    await socket.recv();
  };
  return new StreamServer('127.0.0.1:0', greet, options);
}

serverTest('with spawn: 1 a second client waits, and is served after the first', async () => {
  const server = greeter({ spawn: 1 });
  await server.start();
  const first = await Client.connect(server.serverPort);
  await first.until('hello');
  assert.deepEqual([server.full(), server.pool?.length], [true, 1]);
  const second = await Client.connect(server.serverPort);
  await sleep(0.05);
  assert.deepEqual([second.received, server.active], ['', 1]);
  await first.send('bye').closed();
  await second.until('hello');
  await second.send('bye').closed();
  assert.equal(await server.stop(), 0);
});

serverTest('clients that wait for a slot are served in the order in which they came', async () => {
  const order: string[] = [];
  const server = new StreamServer(
    '127.0.0.1:0',
    async (socket) => {
      order.push((await socket.recv()).toString());
    },
    { spawn: 2 },
  );
  await server.start();
  const blockers = [await Client.connect(server.serverPort), await Client.connect(server.serverPort)];
  const clients: Client[] = [];
  for (let n = 0; n < 20; n += 1) clients.push((await Client.connect(server.serverPort)).send(`${n}`));
  for (const blocker of blockers) blocker.send('blocker').socket.end();
  for (const client of [...blockers, ...clients]) await client.closed();
  const expected = clients.map((_, n) => `${n}`);
  assert.deepEqual(
    order.filter((text) => text !== 'blocker'),
    expected,
  );
  await server.stop();
});

serverTest('a pool may be shared: by servers, and by others who spawn in it', async () => {
  const pool = new Pool(1);
  const servers = [greeter({ spawn: pool }), greeter({ spawn: pool })];
  const stop = new Event();
  for (const server of servers) await server.start();
  const member = await pool.spawn(() => stop.wait());
  const clients = [];
  for (const { serverPort } of servers) clients.push(await Client.connect(serverPort));
  await sleep(0.02);
  assert.deepEqual(
    clients.map((client) => client.received),
    ['', ''],
  );
  stop.set();
  await member.join();
  await Promise.race(clients.map((client) => client.until('hello')));
  assert.equal(pool.length, 1);
  const isFirst = clients[0]?.received === 'hello';
  const [served, waiting] = (isFirst ? clients : [...clients].reverse()) as [Client, Client];
  await served.send('bye').closed();
  await waiting.until('hello');
  assert.equal(await servers[isFirst ? 0 : 1]?.stop({ timeout: 0 }), 0);
  assert.equal(await servers[isFirst ? 1 : 0]?.stop({ timeout: 0 }), 1);
  await waiting.closed();
  assert.equal(pool.freeCount(), 1);
});

serverTest("stop() leaves the members of its pool alone that are not the server's", async () => {
  const pool = new Pool(5);
  const server = greeter({ spawn: pool });
  await server.start();
  const member = await pool.spawn(() => sleep(1000));
  const client = await Client.connect(server.serverPort);
  await client.until('hello');
  assert.equal(await server.stop({ timeout: 0 }), 1);
  assert.deepEqual([member.dead, pool.length], [false, 1]);
  await member.kill();
  await client.closed();
});

serverTest('a group has no bound, and the handlers are its members', async () => {
  const group = new Group();
  const server = greeter({ spawn: group });
  await server.start();
  const client = await Client.connect(server.serverPort);
  await client.until('hello');
  assert.deepEqual([group.length, server.full()], [1, false]);
  await group.kill();
  await client.closed();
  await server.stop();
});

serverTest('stopAccepting() holds new clients, startAccepting() serves them', async () => {
  const server = greeter();
  await server.start();
  server.stopAccepting();
  server.stopAccepting();
  const clients = [await Client.connect(server.serverPort), await Client.connect(server.serverPort)];
  await sleep(0.02);
  assert.deepEqual([server.started, server.active, clients[0]?.received], [true, 0, '']);
  server.startAccepting();
  server.startAccepting();
  for (const client of clients) await client.until('hello');
  for (const client of clients) await client.send('bye').closed();
  await server.stop();
  assert.throws(() => server.startAccepting(), { code: 'EINVAL' });
});

serverTest('a freed slot does not undo stopAccepting()', async () => {
  const server = greeter({ spawn: 1 });
  await server.start();
  const first = await Client.connect(server.serverPort);
  await first.until('hello');
  const second = await Client.connect(server.serverPort);
  await sleep(0.01);
  server.stopAccepting();
  await first.send('bye').closed();
  await sleep(0.01);
  assert.equal(second.received, '');
  server.startAccepting();
  await second.until('hello');
  await second.send('bye').closed();
  await server.stop();
});

serverTest('at most maxAccept clients are taken before the event loop has its turn', async () => {
  const marks: string[] = [];
  const server = new StreamServer('127.0.0.1:0', () => void marks.push('client'), { maxAccept: 2 });
  await server.start();
  server.stopAccepting();
  const clients = [];
  for (let n = 0; n < 5; n += 1) clients.push(await Client.connect(server.serverPort));
  await sleep(0.01);
  setImmediate(() => marks.push('turn'));
  server.startAccepting();
  await eventually(() => marks.length === 6, 'the clients');
  assert.deepEqual(marks.slice(0, 3), ['client', 'client', 'turn']);
  for (const client of clients) await client.closed();
  await server.stop();
});

serverTest('a subclass decides itself when it is full', async () => {
  class Narrow extends StreamServer {
    override full(): boolean {
      return this.active >= 1;
    }
  }
  const server = new Narrow('127.0.0.1:0', async (socket) => {
    await socket.sendAll('hello');
    await socket.recv();
  });
  await server.start();
  const clients = [await Client.connect(server.serverPort), await Client.connect(server.serverPort)];
  for (const client of clients) {
    await client.until('hello');
    assert.equal(server.active, 1);
    await client.send('bye').closed();
  }
  await server.stop();
});

serverTest(
  'an error while taking a client backs off, twice as long each time, and recovers',
  async ({ takePrinted }) => {
    let failures = 4;
    const delays: number[] = [];
    class Failing extends StreamServer {
      protected override doRead(): [Socket, Address] | undefined {
        const client = super.doRead();
        if (client === undefined || failures === 0) return client;
        failures -= 1;
        delays.push(this.delay);
        client[0].close();
        throw new SocketError('no descriptor', { code: 'EMFILE' });
      }
    }
    const server = new Failing('127.0.0.1:0', (socket) => socket.sendAll('hello'), {
      minDelay: 0.001,
      maxDelay: 0.004,
    });
    await server.start();
    for (let n = 0; n < 4; n += 1) await (await Client.connect(server.serverPort)).closed();
    assert.equal(await (await Client.connect(server.serverPort)).rest(), 'hello');
    assert.deepEqual(delays, [0.001, 0.002, 0.004, 0.004]);
    assert.equal(server.delay, 0.001);
    assert.equal(takePrinted().filter((text) => text.includes('no descriptor')).length, 4);
    await server.stop();
  },
);

serverTest('a fatal error closes the server', async ({ takePrinted }) => {
  const server = greeter();
  const serving = spawn(() => server.serveForever());
  await eventually(() => server.started, 'the start');
  assert.deepEqual(
    ['EBADF', 'EINVAL', 'ENOTSOCK', 'EMFILE'].map((code) =>
      server.isFatalError(new SocketError('error', { code })),
    ),
    [true, true, true, false],
  );
  server.socket?.close();
  await serving.get();
  assert.equal(server.started, false);
  assert.match(takePrinted().join(''), /EBADF[^]*<StreamServer on 127\.0\.0\.1:\d+> failed with SocketError/);
});

serverTest('errors of the listener itself back off: clients wait meanwhile', async ({ takePrinted }) => {
  const server = greeter({ minDelay: 0.05 });
  await server.start();
  const listener = server.socket?.watchable as unknown as { readonly server: EventEmitter };
  const failure = Object.assign(new Error('accept EMFILE'), { code: 'EMFILE', syscall: 'accept' });
  // What Node does when the system has no descriptor left; those that follow at once are not printed again.
  for (let n = 0; n < 3; n += 1) listener.server.emit('error', failure);
  const begin = performance.now();
  const client = await Client.connect(server.serverPort);
  await client.until('hello');
  assert.ok(performance.now() - begin > 40);
  const [printed = '', ...more] = takePrinted();
  assert.match(printed, /EMFILE[^]*<StreamServer on .*> failed with SocketError/);
  assert.deepEqual(more, []);
  await client.send('bye').closed();
  listener.server.emit('error', failure);
  await server.stop();
  assert.equal(takePrinted().length, 1);
});
