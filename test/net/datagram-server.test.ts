import assert from 'node:assert/strict';
import { type Socket as NodeSocket, createSocket } from 'node:dgram';
import { once } from 'node:events';
import { sleep, spawn } from '../../src/index.ts';
import { Event } from '../../src/event.ts';
import { DatagramServer } from '../../src/server.ts';
import { AF_INET6, SOCK_DGRAM, Socket } from '../../src/socket.ts';
import { eventually, serverTest } from './clients.ts';

/** Sends datagrams to the server, and answers what comes back. */
async function withClient(
  type: 'udp4' | 'udp6',
  body: (client: NodeSocket, next: () => Promise<string>) => Promise<void>,
): Promise<void> {
  const client = createSocket(type);
  const messages: string[] = [];
  client.on('message', (data) => messages.push(data.toString()));
  try {
    client.bind(0, type === 'udp4' ? '127.0.0.1' : '::1');
    await once(client, 'listening');
    await body(client, async () => {
      await eventually(() => messages.length > 0, 'an answer');
      return messages.shift() as string;
    });
  } finally {
    client.close();
  }
}

function echo(listener: string, options = {}): DatagramServer {
  const server: DatagramServer = new DatagramServer(
    listener,
    async (data, address) => {
      await server.sendTo(`echo ${data.toString()}`, address);
    },
    options,
  );
  return server;
}

serverTest('the handler gets data and address, and answers with sendTo', async () => {
  for (const spawnOption of ['default', 'raw', 1, spawn] as const) {
    const server = echo('127.0.0.1:0', { spawn: spawnOption });
    await server.start();
    assert.ok((server.serverPort as number) > 0);
    await withClient('udp4', async (client, next) => {
      for (const text of ['one', '', 'three']) {
        client.send(text, server.serverPort as number, '127.0.0.1');
        assert.equal(await next(), `echo ${text}`);
      }
    });
    assert.equal(await server.stop(), 0);
    assert.deepEqual([server.started, server.closed], [false, true]);
  }
});

serverTest('a DatagramServer serves IPv6', async () => {
  const server = echo('[::1]:0');
  await server.start();
  assert.equal(server.family, AF_INET6);
  await withClient('udp6', async (client, next) => {
    client.send('six', server.serverPort as number, '::1');
    assert.equal(await next(), 'echo six');
  });
  await server.stop();
});

serverTest(
  'a handler may be a method, and its failure is printed with the address',
  async ({ takePrinted }) => {
    class Failing extends DatagramServer {
      override handle(data: Buffer): void {
        throw new RangeError(`failed on ${data.toString()}`);
      }
    }
    const server = new Failing('127.0.0.1:0');
    await server.start();
    await withClient('udp4', async (client) => {
      const { port } = client.address();
      client.send('x', server.serverPort as number, '127.0.0.1');
      let printed = '';
      await eventually(() => (printed += takePrinted().join('')) !== '', 'the error');
      assert.match(printed, new RegExp(`failed on x[^]*127\\.0\\.0\\.1.*${port}.*failed with RangeError`));
    });
    assert.equal(server.started, true);
    await server.stop();
  },
);

serverTest('with a full pool datagrams wait, and are handled in order', async () => {
  const go = new Event();
  const seen: string[] = [];
  const server = new DatagramServer(
    '127.0.0.1:0',
    async (data) => {
      await go.wait();
      seen.push(data.toString());
    },
    { spawn: 1 },
  );
  await server.start();
  await withClient('udp4', async (client) => {
    for (let n = 0; n < 10; n += 1) client.send(`${n}`, server.serverPort as number, '127.0.0.1');
    await eventually(() => server.active === 1, 'the first');
    await sleep(0.02);
    assert.equal(server.active, 1);
    go.set();
    await eventually(() => seen.length === 10, 'the others');
  });
  assert.deepEqual(seen, ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  await server.stop();
});

serverTest('stopAccepting() holds datagrams, startAccepting() gives them out', async () => {
  const server = echo('127.0.0.1:0');
  await server.start();
  server.stopAccepting();
  await withClient('udp4', async (client, next) => {
    client.send('held', server.serverPort as number, '127.0.0.1');
    await sleep(0.02);
    assert.equal(server.active, 0);
    server.startAccepting();
    assert.equal(await next(), 'echo held');
  });
  await server.stop();
});

serverTest('while stop() lets the handlers finish they may answer, and nothing new is taken', async () => {
  const go = new Event();
  const server: DatagramServer = new DatagramServer('127.0.0.1:0', async (data, address) => {
    await go.wait();
    await server.sendTo(`late ${data.toString()}`, address);
  });
  await server.start();
  const port = server.serverPort as number;
  await withClient('udp4', async (client, next) => {
    client.send('one', port, '127.0.0.1');
    await eventually(() => server.active === 1, 'the handler');
    const stopping = spawn(() => server.stop({ timeout: 100 }));
    await sleep(0);
    assert.equal(server.started, false);
    client.send('two', port, '127.0.0.1');
    await sleep(0.01);
    go.set();
    assert.equal(await next(), 'late one');
    assert.equal(await stopping.get(), 0);
    assert.equal(server.closed, true);
    await assert.rejects(server.sendTo('x', ['127.0.0.1', port]), { code: 'EBADF' });
  });
  await server.start();
  assert.equal(server.serverPort, port);
  await server.stop();
});

serverTest('stop() kills handlers of datagrams, and tells how many', async () => {
  const server = new DatagramServer('127.0.0.1:0', () => sleep(1000));
  await server.start();
  await withClient('udp4', async (client) => {
    for (let n = 0; n < 3; n += 1) client.send('x', server.serverPort as number, '127.0.0.1');
    await eventually(() => server.active === 3, 'the handlers');
  });
  assert.equal(await server.stop({ timeout: 0.01 }), 3);
});

serverTest('sendTo() of several greenlets is one after the other', async () => {
  const server = echo('127.0.0.1:0');
  await server.start();
  await withClient('udp4', async (client, next) => {
    const to = ['127.0.0.1', client.address().port] as const;
    const senders = ['a', 'b', 'c'].map((text) => spawn(() => server.sendTo(text, to)));
    assert.deepEqual([await next(), await next(), await next()], ['a', 'b', 'c']);
    for (const sender of senders) assert.equal(await sender.get(), 1);
  });
  assert.throws(() => server.sendTo(5 as never, ['127.0.0.1', 1]), TypeError);
  assert.throws(() => server.sendTo('x', 'nowhere' as never), TypeError);
  await server.stop();
});

serverTest(
  'a port in use is EADDRINUSE; with reuseAddr it is shared; a bound socket is taken over',
  async () => {
    const first = echo('127.0.0.1:0');
    await first.start();
    const second = new DatagramServer(first.address, () => {});
    await assert.rejects(second.start(), { name: 'SocketError', code: 'EADDRINUSE' });
    assert.deepEqual([second.started, second.closed], [false, true]);
    await first.stop();
    const sharing = [0, 1].map(() => echo('127.0.0.1:0', { reuseAddr: true }));
    await sharing[0]?.start();
    sharing[1]?.setListener(sharing[0]?.address ?? 0);
    await sharing[1]?.start();
    for (const server of sharing) await server.stop();
    const socket = new Socket(undefined, SOCK_DGRAM);
    await socket.bind(['127.0.0.1', 0]);
    const given: DatagramServer = new DatagramServer(socket, (data, address) => given.sendTo(data, address));
    await given.start();
    await withClient('udp4', async (client, next) => {
      client.send('given', given.serverPort as number, '127.0.0.1');
      assert.equal(await next(), 'given');
    });
    await given.stop();
    assert.equal(socket.closed, true);
  },
);

serverTest('with broadcast a server may send to a broadcast address', async () => {
  const server = new DatagramServer('0.0.0.0:0', () => {}, { broadcast: true });
  await server.start();
  assert.equal(await server.sendTo('all', ['127.255.255.255', server.serverPort as number]), 3);
  await server.stop();
  const quiet = new DatagramServer('0.0.0.0:0', () => {});
  await quiet.start();
  await assert.rejects(quiet.sendTo('all', ['127.255.255.255', quiet.serverPort as number]), {
    code: 'EACCES',
  });
  await quiet.stop();
});
