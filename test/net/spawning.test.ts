import assert from 'node:assert/strict';
import { Greenlet, RawGreenlet, getCurrent, getHub, spawn } from '../../src/index.ts';
import type { Address } from '../../src/baseserver.ts';
import { Queue } from '../../src/queue.ts';
import { StreamServer } from '../../src/server.ts';
import type { Socket } from '../../src/socket.ts';
import { Client, eventually, serverTest } from './clients.ts';

serverTest('handlers run where spawn says', async () => {
  const seen: unknown[] = [];
  const byHand: unknown[] = [];
  const ways = {
    default: 'default',
    raw: 'raw',
    pool: 3,
    function: (handle: (...args: unknown[]) => Promise<void>, socket: Socket, address: Address) => {
      byHand.push(address);
      return spawn(handle, socket, address);
    },
    hub: undefined,
  } as const;
  for (const [way, option] of Object.entries(ways)) {
    const server = new StreamServer(
      '127.0.0.1:0',
      () => {
        const current = getCurrent();
        let kind = current instanceof Greenlet ? 'greenlet' : 'raw';
        if (current === getHub()) kind = 'hub';
        assert.ok(current instanceof RawGreenlet);
        seen.push(`${way}: ${kind}`);
      },
      { spawn: option },
    );
    await server.start();
    const client = await Client.connect(server.serverPort);
    const { address } = client;
    await client.closed();
    if (way === 'function') assert.deepEqual(byHand, [address]);
    await server.stop();
  }
  assert.deepEqual(seen, [
    'default: greenlet',
    'raw: raw',
    'pool: greenlet',
    'function: greenlet',
    'hub: hub',
  ]);
});

serverTest('a handler that waits in the hub is told off, and its client closed', async ({ takePrinted }) => {
  const server = new StreamServer('127.0.0.1:0', async (socket) => void (await socket.recv()), {
    spawn: null,
  });
  await server.start();
  const client = await Client.connect(server.serverPort);
  const { address } = client;
  await client.closed();
  const printed = takePrinted().join('');
  assert.match(printed, /BlockingSwitchOutError/);
  assert.ok(printed.includes(`${address[0]}`) && printed.includes(`${address[1]}`), printed);
  await server.stop();
});

serverTest('an error of a raw or user-made handler names the client too', async ({ takePrinted }) => {
  for (const option of ['raw', (handle: () => unknown) => spawn(async () => handle()), null] as const) {
    const server = new StreamServer(
      '127.0.0.1:0',
      () => {
        throw new RangeError('a failure');
      },
      { spawn: option },
    );
    await server.start();
    const client = await Client.connect(server.serverPort);
    const port = client.address[1];
    await client.closed();
    await server.stop();
    const [printed = '', ...more] = takePrinted();
    assert.deepEqual(more, []);
    assert.match(printed, new RegExp(`127\\.0\\.0\\.1.*${port}.* failed with RangeError`));
  }
});

serverTest(
  'a spawn function that fails: its client is closed, the others are served later',
  async ({ takePrinted }) => {
    let failures = 3;
    const server = new StreamServer(
      '127.0.0.1:0',
      async (socket: Socket) => {
        await socket.sendAll('hello');
        await socket.recv();
      },
      {
        minDelay: 0.001,
        spawn: (handle, ...args) => {
          failures -= 1;
          if (failures >= 0) throw new RangeError('no more');
          return spawn(handle, ...args);
        },
      },
    );
    await server.start();
    for (let n = 0; n < 3; n += 1) await (await Client.connect(server.serverPort)).closed();
    const client = await Client.connect(server.serverPort);
    await client.until('hello');
    assert.equal(takePrinted().filter((text) => text.includes('RangeError: no more')).length, 3);
    await client.send('bye').closed();
    await server.stop();
  },
);

serverTest(
  'a spawn function may answer a promise, and one that is rejected closes the client',
  async ({ takePrinted }) => {
    const server = new StreamServer('127.0.0.1:0', (socket) => socket.sendAll('hello'), {
      spawn: async (handle, ...args) => spawn(handle, ...args),
    });
    await server.start();
    assert.equal(await (await Client.connect(server.serverPort)).rest(), 'hello');
    server.setSpawn(async () => {
      throw new RangeError('no more');
    });
    assert.equal(await (await Client.connect(server.serverPort)).rest(), '');
    assert.match(takePrinted().join(''), /RangeError: no more/);
    // One that forgets a client leaves it open, until the server stops.
    server.setSpawn(() => {});
    const forgotten = await Client.connect(server.serverPort);
    assert.equal(await server.stop({ timeout: 0.02 }), 1);
    await forgotten.closed();
  },
);

serverTest('a spawn function may hand clients to workers of its own, who outlive stop()', async () => {
  const jobs = new Queue<() => Promise<void>>();
  const worker = spawn(async () => {
    for await (const job of jobs) await job();
  });
  const server = new StreamServer(
    '127.0.0.1:0',
    async (socket) => {
      await socket.sendAll('hello');
      await socket.recv();
    },
    { spawn: (handle, ...args) => jobs.putNowait(() => handle(...args)) },
  );
  await server.start();
  const first = await Client.connect(server.serverPort);
  await first.until('hello');
  const second = await Client.connect(server.serverPort);
  await eventually(() => server.active === 2, 'the second');
  assert.equal(await server.stop({ timeout: 0.01 }), 2);
  await first.closed();
  await second.closed();
  assert.equal(worker.dead, false);
  await server.start();
  const third = (await Client.connect(server.serverPort)).send('bye');
  assert.equal(await third.rest(), 'hello');
  await server.stop();
  jobs.shutdown();
  await worker.get();
});
