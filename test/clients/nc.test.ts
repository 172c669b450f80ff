// nc, which sends just what it is told: over TCP, UDP and Unix-domain sockets, to our servers and from our clients.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep } from '../../src/index.ts';
import { DatagramServer, StreamServer } from '../../src/server.ts';
import { SHUT_WR, type Socket, SocketError, createConnection } from '../../src/socket.ts';
import { FACES, clientTest, describer } from '../support/clients.ts';
import { until } from '../support/footprint.ts';
import { closedPort, receiveAll } from '../support/sockets.ts';

async function echo(socket: Socket): Promise<void> {
  for (let data = await socket.recv(); data.length > 0; data = await socket.recv())
    await socket.sendAll(data);
}

const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
const post = (path: string, body: string): string =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

for (const face of FACES) {
  clientTest(
    ['nc'],
    `nc sends many requests to a ${face} application at once, and gets the answers in order`,
    async (world) => {
      const server = await world.serve(describer(face));
      const middle = Array.from({ length: 40 }, (_, n) =>
        n % 3 === 0 ? post(`/${n}`, 'abc') : get(`/${n}`),
      );
      const all = [...middle, get('/last', 'Connection: close\r\n')].join('');
      const speaker = world.start('nc', ['127.0.0.1', String(server.serverPort)]);
      speaker.child.stdin.write(all);
      await speaker.said('GET /last 0');
      speaker.child.stdin.end();
      const { stdout } = await speaker.ended;
      const expected = middle.map((_, n) => (n % 3 === 0 ? `POST /${n} 3` : `GET /${n} 0`));
      assert.deepEqual(stdout.match(/(GET|POST) \/\w+ \d+/g), [...expected, 'GET /last 0']);
      assert.equal(stdout.match(/HTTP\/1\.1 200 OK\r\n/g)?.length, 41);
    },
  );
}

clientTest(
  ['nc'],
  'nc that ends its side behind its requests is served when killOnDisconnect is off',
  async (world) => {
    const server = await world.serve(describer('fetch', { killOnDisconnect: false }));
    const requests = get('/1') + post('/2', 'abc') + 'GET /3 HTTP/1.0\r\n\r\n';
    const { stdout } = await world.run('nc', ['-N', '127.0.0.1', String(server.serverPort)], requests);
    assert.deepEqual(stdout.match(/(GET|POST) \/\d \d/g), ['GET /1 0', 'POST /2 3', 'GET /3 0']);
  },
);

clientTest(
  ['nc'],
  'a request that makes no sense is refused, and those before it are answered',
  async (world) => {
    const server = await world.serve(describer('fetch'));
    const speaker = world.start('nc', ['127.0.0.1', String(server.serverPort)]);
    speaker.child.stdin.write(get('/fine') + 'what is this\r\n\r\n' + get('/never'));
    await speaker.said('400 Bad Request');
    speaker.child.stdin.end();
    const { stdout } = await speaker.ended;
    assert.match(stdout, /^HTTP\/1\.1 200 OK\r\n[^]*GET \/fine 0HTTP\/1\.1 400 Bad Request\r\n[^]*$/);
    assert.doesNotMatch(stdout, /never/);
  },
);

clientTest(['nc'], 'nc gets back what it says, and the end', async (world) => {
  const server = await world.serve(new StreamServer('127.0.0.1:0', echo));
  const text = 'line after line\n'.repeat(50_000);
  const { code, stdout } = await world.run('nc', ['-N', '127.0.0.1', String(server.serverPort)], text);
  assert.equal(code, 0);
  assert.ok(stdout === text, `${stdout.length} bytes came back of ${text.length}`);
});

clientTest(['nc'], 'nc speaks to a server on a Unix-domain socket', async (world) => {
  const folder = await mkdtemp(join(tmpdir(), 'gevent-nc-'));
  try {
    const path = join(folder, 'echo.sock');
    await world.serve(new StreamServer(path, echo, { mode: 0o600 }));
    const { stdout } = await world.run('nc', ['-N', '-U', path], 'through a file\n');
    assert.equal(stdout, 'through a file\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

clientTest(['nc'], 'nc speaks UDP', async (world) => {
  const server: DatagramServer = new DatagramServer('127.0.0.1:0', (data, address) =>
    server.sendTo(`${data.length} bytes\n`, address),
  );
  await world.serve(server);
  const speaker = world.start('nc', ['-u', '127.0.0.1', String(server.serverPort)]);
  speaker.child.stdin.write('hello');
  await speaker.said('5 bytes\n');
  speaker.child.stdin.write('x'.repeat(1400));
  await speaker.said('1400 bytes\n');
});

clientTest(['nc'], 'nc that only looks whether somebody is there does no harm', async (world) => {
  let served = 0;
  const server = await world.serve(
    new StreamServer('127.0.0.1:0', async (socket) => {
      served += 1;
      await echo(socket);
    }),
  );
  const port = String(server.serverPort);
  assert.equal((await world.run('nc', ['-z', '127.0.0.1', port])).code, 0);
  assert.equal((await world.run('nc', ['-z', '127.0.0.1', String(await closedPort())])).code, 1);
  await until(() => served === 1 && server.active === 0, 'the end of the visit');
  assert.equal((await world.run('nc', ['-N', '127.0.0.1', port], 'still there\n')).stdout, 'still there\n');
});

clientTest(['nc'], 'our client speaks to nc, both ways and at its own pace', async (world) => {
  const port = await closedPort();
  const listener = world.start('nc', ['-l', '-N', '127.0.0.1', String(port)]);
  const socket = await connectPatiently(port);
  try {
    await socket.sendAll('to nc\n');
    await listener.said('to nc\n');
    listener.child.stdin.end('from nc\n');
    assert.equal(String(await receiveAll(socket)), 'from nc\n');
    await socket.sendAll('after your end\n');
    socket.shutdown(SHUT_WR);
    assert.equal((await listener.ended).stdout, 'to nc\nafter your end\n');
  } finally {
    socket.close();
  }
});

/** Until it listens. */
async function connectPatiently(port: number): Promise<Socket> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await createConnection(['127.0.0.1', port]);
    } catch (error) {
      if (!(error instanceof SocketError) || attempt === 500) throw error;
      await sleep(0.02);
    }
  }
}
