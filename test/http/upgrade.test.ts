import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { getCurrent, sleep } from '../../src/index.ts';
import { engineTest, eventually, get, statusesOf } from '../support/http.ts';

const ASK = get('/chat', 'Connection: Upgrade', 'Upgrade: echo');

/** A hook that echoes bytes. */
function echo(_request: unknown, socket: Duplex, head: Buffer): void {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  socket.write(head);
  socket.pipe(socket);
}

engineTest('a WebSocket echo through ws works', async ({ serve }) => {
  const sockets = new WebSocketServer({ noServer: true });
  sockets.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  const served = await serve((_request, response) => response.end('plain'), {
    upgrade(request, socket, head) {
      sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request));
    },
  });
  const client = new WebSocket(`ws://127.0.0.1:${served.port}/`);
  await once(client, 'open');
  assert.equal(served.engine.active, 1);
  for (const text of ['one', 'x'.repeat(200_000)]) {
    client.send(text);
    const [data] = (await once(client, 'message')) as [Buffer];
    assert.equal(data.toString(), text);
  }
  client.close();
  await once(client, 'close');
  await eventually(() => assert.equal(served.engine.active, 0));
  assert.match(await served.exchange(get('/', 'Connection: close')), /plain$/);
});

engineTest(
  'the hook is called in a greenlet of its own, which lives as long as the socket',
  async ({ serve }) => {
    let greenlet: unknown;
    const served = await serve(() => {}, {
      upgrade(request, socket, head) {
        greenlet = getCurrent();
        echo(request, socket, head);
      },
    });
    const client = await served.connect();
    client.send(`${ASK}early `);
    await client.until('early ');
    client.send('late');
    await client.until('late');
    assert.match(
      String(greenlet),
      /^<UpgradeGreenlet "[^"]+": GET \/chat HTTP\/1\.1 from 127\.0\.0\.1:\d+>$/,
    );
    assert.equal((greenlet as { dead: boolean }).dead, false);
    client.socket.end();
    await client.closed();
    await eventually(() => assert.equal((greenlet as { dead: boolean }).dead, true));
  },
);

engineTest(
  'a hook that waits is killed when the client goes, and when the connection is',
  async ({ serve }) => {
    const marks: string[] = [];
    const served = await serve(() => {}, {
      async upgrade(_request, socket) {
        socket.resume();
        try {
          marks.push('begun');
          await sleep(1000);
        } finally {
          marks.push('killed');
        }
      },
    });
    const client = await served.connect();
    client.send(ASK);
    await eventually(() => assert.deepEqual(marks, ['begun']));
    client.socket.resetAndDestroy();
    await eventually(() => assert.deepEqual(marks, ['begun', 'killed']));
    const other = await served.connect();
    other.send(ASK);
    await eventually(() => assert.equal(marks.length, 3));
    await served.greenlets[1]?.kill();
    assert.equal(marks.length, 4);
    await other.closed();
  },
);

engineTest('a hook that fails has the connection cut, and its error printed', async (world) => {
  const served = await world.serve(() => {}, {
    upgrade() {
      throw new Error('no such protocol');
    },
  });
  assert.equal(await served.exchange(ASK), '');
  await eventually(() => assert.equal(served.engine.connections, 0));
  assert.match(world.takePrinted(), /no such protocol[^]*GET \/chat HTTP\/1\.1 from [^]*failed with Error/);
});

engineTest('an upgraded socket that breaks ends nothing but itself', async ({ serve }) => {
  const served = await serve(() => {}, {
    async upgrade(_request, socket) {
      socket.resume();
      for (;;) {
        socket.write('x'.repeat(100_000));
        await sleep(0.001);
      }
    },
  });
  const client = await served.connect();
  client.send(ASK);
  await client.until('xxx');
  client.socket.resetAndDestroy();
  await eventually(() => assert.equal(served.engine.connections, 0));
});

engineTest('without a hook, the request is one like any other', async ({ serve }) => {
  const served = await serve((request, response) => response.end(`plain ${request.headers.upgrade}`));
  const client = await served.connect();
  client.send(ASK);
  await client.until('plain echo');
  client.send(get('/', 'Connection: close'));
  assert.deepEqual(statusesOf(await client.closed()), [200, 200]);
});

engineTest('an upgrade behind other requests waits for its turn', async ({ serve }) => {
  const served = await serve(
    async (request, response) => {
      await sleep(0.05);
      response.end(`${request.url};`);
    },
    { upgrade: echo },
  );
  const client = await served.connect();
  client.send(`${get('/1')}${ASK}hello`);
  assert.match(await client.until('hello'), /\/1;HTTP\/1\.1 101 .*\r\n\r\nhello$/s);
});

engineTest(
  'a request that makes no sense is refused, though it asks for another protocol',
  async ({ serve }) => {
    const served = await serve(() => {}, { upgrade: echo });
    const bad = 'GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';
    assert.deepEqual(statusesOf(await served.exchange(bad)), [400]);
  },
);

engineTest('CONNECT goes to the hook, and is refused without one', async ({ serve }) => {
  const tunnel = await serve(() => {}, {
    upgrade(request, socket, head) {
      socket.write(`HTTP/1.1 200 OK\r\n\r\n${request.method} ${request.url}`);
      socket.write(head);
      socket.end();
    },
  });
  assert.match(await tunnel.exchange('CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n'), /CONNECT a:80$/);
  const plain = await serve(() => {});
  assert.deepEqual(statusesOf(await plain.exchange('CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n')), [405]);
});
