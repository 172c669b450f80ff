import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Timeout, getHub, isInterrupt, sleep, spawn } from '../../src/index.ts';
import { Event } from '../../src/event.ts';
import { StreamServer } from '../../src/server.ts';
import type { Socket } from '../../src/socket.ts';
import { Client, eventually, serverTest } from './clients.ts';

/** A server whose handlers say `in`, wait for `go`, and say `out`. */
function gated(go: Event, options = {}): StreamServer {
  return new StreamServer(
    '127.0.0.1:0',
    async (socket) => {
      await socket.sendAll('in,');
      await go.wait();
      await socket.sendAll('out');
    },
    options,
  );
}

serverTest('stop() refuses new clients at once, and lets the handlers finish', async () => {
  const go = new Event();
  const server = gated(go, { stopTimeout: 100 });
  await server.start();
  const port = server.serverPort;
  const client = await Client.connect(port);
  await client.until('in');
  const stopping = spawn(() => server.stop());
  await sleep(0);
  assert.equal(server.started, false);
  await assert.rejects(Client.connect(port), { code: 'ECONNREFUSED' });
  assert.equal(stopping.dead, false);
  go.set();
  assert.equal(await stopping.get(), 0);
  assert.equal(await client.rest(), 'in,out');
});

serverTest('stop() kills the handlers that are left when its time is up, and tells how many', async () => {
  for (const spawnOption of ['default', 'raw', 2, spawn] as const) {
    const server = gated(new Event(), { spawn: spawnOption });
    await server.start();
    const clients = [await Client.connect(server.serverPort), await Client.connect(server.serverPort)];
    for (const client of clients) await client.until('in');
    assert.equal(await server.stop(0.01), 2);
    for (const client of clients) assert.equal(await client.rest(), 'in,');
    assert.equal(server.active, 0);
  }
});

serverTest('stop() takes its default from stopTimeout, and a Timeout too', async () => {
  const server = gated(new Event(), { stopTimeout: 0.01 });
  for (const how of [{}, new Timeout(0.01), { timeout: new Timeout(0.01) }, 0, -1]) {
    await server.start();
    const client = await Client.connect(server.serverPort);
    await client.until('in');
    assert.equal(await server.stop(how), 1);
    await client.closed();
  }
});

serverTest('a handler that catches its kill is given up after a second, and goes on', async () => {
  const go = new Event();
  const server = new StreamServer('127.0.0.1:0', async (socket) => {
    await socket.sendAll('in,');
    await sleep(1000).catch((error: unknown) => assert.ok(isInterrupt(error)));
    await go.wait();
  });
  await server.start();
  const client = await Client.connect(server.serverPort);
  await client.until('in');
  const begin = Date.now();
  assert.equal(await server.stop({ timeout: 0 }), 1);
  assert.ok(Date.now() - begin > 900);
  assert.equal(server.active, 1);
  go.set();
  await client.closed();
});

serverTest('what a handler does in finally while it is killed is waited for', async () => {
  const marks: string[] = [];
  const server = new StreamServer('127.0.0.1:0', async (socket) => {
    try {
      await socket.sendAll('in,');
      await sleep(1000);
    } finally {
      await sleep(0.02);
      await socket.sendAll('bye');
      marks.push('finally');
    }
  });
  await server.start();
  const client = await Client.connect(server.serverPort);
  await client.until('in');
  assert.equal(await server.stop({ timeout: 0 }), 1);
  assert.deepEqual(marks, ['finally']);
  assert.equal(await client.rest(), 'in,bye');
});

serverTest('stop() of a server that was never started, or is stopped, resolves to 0', async () => {
  const server = gated(new Event());
  assert.equal(await server.stop(), 0);
  await server.start();
  assert.equal(await server.stop(), 0);
  assert.equal(await server.stop(), 0);
  server.close();
});

serverTest('a handler that stops its own server is not waited for, nor killed', async () => {
  const server: StreamServer = new StreamServer('127.0.0.1:0', async (socket) => {
    const text = (await socket.recv()).toString();
    if (text === 'stop') await socket.sendAll(`killed ${await server.stop({ timeout: 0.01 })}`);
    else await sleep(1000);
  });
  await server.start();
  const other = (await Client.connect(server.serverPort)).send('wait');
  await eventually(() => server.active === 1, 'the other handler');
  const client = (await Client.connect(server.serverPort)).send('stop');
  assert.equal(await client.rest(), 'killed 1');
  await other.closed();
});

serverTest('stop() that is interrupted leaves the handlers to the next one', async () => {
  const server = gated(new Event());
  await server.start();
  const client = await Client.connect(server.serverPort);
  await client.until('in');
  const stopping = spawn(() => server.stop(1000));
  await sleep(0);
  await stopping.kill();
  assert.deepEqual([server.started, server.active], [false, 1]);
  assert.equal(await server.stop(0), 1);
  await client.closed();
});

serverTest('close() refuses new clients, and the handlers go on', async () => {
  const go = new Event();
  const server = gated(go);
  await server.start();
  const client = await Client.connect(server.serverPort);
  await client.until('in');
  server.close();
  assert.deepEqual([server.started, server.closed, server.active], [false, true, 1]);
  go.set();
  assert.equal(await client.rest(), 'in,out');
});

serverTest('killing the greenlet in serveForever() stops the server', async () => {
  const server = gated(new Event());
  const serving = spawn(() => server.serveForever({ stopTimeout: 0.01 }));
  await eventually(() => server.started, 'the start');
  const client = await Client.connect(server.serverPort);
  await client.until('in');
  assert.equal(await serving.kill(), 'killed');
  assert.deepEqual([server.started, server.active], [false, 0]);
  await client.closed();
});

serverTest('serveForever() returns when another greenlet stops the server, after the handlers', async () => {
  const go = new Event();
  const server = gated(go, { stopTimeout: 0 });
  const serving = spawn(() => server.serveForever());
  await eventually(() => server.started, 'the start');
  const client = await Client.connect(server.serverPort);
  await client.until('in');
  const stopping = spawn(() => server.stop({ timeout: 1000 }));
  await sleep(0.01);
  assert.deepEqual([serving.dead, stopping.dead], [false, false]);
  go.set();
  await serving.get();
  assert.equal(await stopping.get(), 0);
  assert.equal(await client.rest(), 'in,out');
});

serverTest('serveForever() ends when somebody closes the server, and stops its handlers', async () => {
  const server = gated(new Event());
  await server.start();
  const serving = spawn(() => server.serveForever({ stopTimeout: 0.01 }));
  const client = await Client.connect(server.serverPort);
  await client.until('in');
  server.close();
  await serving.get();
  await client.closed();
});

serverTest(
  'serveForever() raises what start() raises, and returns when it is stopped meanwhile',
  async () => {
    const first = gated(new Event());
    await first.start();
    const second = new StreamServer(first.address, () => {});
    await assert.rejects(second.serveForever(), { code: 'EADDRINUSE' });
    await first.stop();
    const serving = spawn(() => second.serveForever());
    await sleep(0);
    await second.stop();
    await serving.get();
    assert.equal(second.started, false);
  },
);

serverTest('a Timeout around serveForever() stops the server and passes through', async () => {
  const server = gated(new Event());
  const timeout = new Timeout(0.02);
  await assert.rejects(
    timeout.run(() => server.serveForever()),
    (error) => error === timeout,
  );
  assert.equal(server.started, false);
});

serverTest('a restart after stop() ends serveForever() and is not undone by it', async () => {
  const server = gated(new Event());
  const serving = spawn(() => server.serveForever());
  await eventually(() => server.started, 'the start');
  await server.stop();
  await server.start();
  await serving.get();
  assert.equal(server.started, true);
  await server.stop();
});

serverTest('`await using` stops the server, and leaving by `using` does so in the background', async () => {
  const server = gated(new Event(), { stopTimeout: 0 });
  await server.start();
  const client = await Client.connect(server.serverPort);
  await client.until('in');
  await server[Symbol.asyncDispose]();
  assert.deepEqual([server.started, server.active], [false, 0]);
  await client.closed();
  await server.start();
  const second = await Client.connect(server.serverPort);
  await second.until('in');
  server[Symbol.dispose]();
  assert.deepEqual([server.started, server.active], [false, 1]);
  await second.closed();
});

serverTest('handlers see the values of the AsyncLocalStorages that start() was called with', async () => {
  const storage = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const server = new StreamServer(
    '127.0.0.1:0',
    (_socket: Socket) => {
      seen.push(storage.getStore());
    },
    { spawn: 1 },
  );
  await storage.run('of start', () => server.start());
  const first = await Client.connect(server.serverPort);
  await first.closed();
  server.stopAccepting();
  const second = await Client.connect(server.serverPort);
  storage.run('of startAccepting', () => server.startAccepting());
  await second.closed();
  assert.deepEqual(seen, ['of start', 'of start']);
  await server.stop();
  assert.equal(getHub().greenlets().length, 0);
});
