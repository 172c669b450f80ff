import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { sleep } from '../../src/index.ts';
import type { Serve } from '../../src/http/exchange.ts';
import { type Served, engineTest, eventually, get } from '../support/http.ts';

/** How many clients, one after another beside a few others. */
const CLIENTS = process.env['GEVENT_TEST_FULL'] === '1' ? 30_000 : 600;

let seed = 12_345;

/** A number below `limit`, the same ones in each run. */
function random(limit: number): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed % limit;
}

const POST = 'POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 30000\r\n\r\n';
const PIECES = [
  get('/quick'),
  get('/slow'),
  get('/fail'),
  get('/large'),
  get('/quick', 'Connection: close'),
  `${POST}${'x'.repeat(30_000)}`,
  `${POST}${'x'.repeat(1000)}`,
  'POST /read HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'POST /ignore HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe',
  'POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n',
  'GET /quick HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n',
  'GET /quick HTTP/1.1\r\nHos',
  'nonsense\r\n\r\n',
];

/** Says a few things, and then goes in one way or another. */
async function client(served: Served): Promise<void> {
  const socket = connect({ port: served.port, host: '127.0.0.1', allowHalfOpen: random(2) === 0 });
  let isClosed = false;
  socket.on('close', () => (isClosed = true));
  socket.on('error', () => {});
  if (random(4) > 0) socket.resume();
  for (let count = random(5); count > 0 && !isClosed; count -= 1) {
    socket.write(PIECES[random(PIECES.length)] as string);
    if (random(3) === 0) await delay(random(4));
  }
  if (random(3) === 0) await delay(random(20));
  const end = random(4);
  if (end === 0) socket.resetAndDestroy();
  else if (end === 1) socket.destroy();
  else if (end === 2) socket.end();
  else served.greenlets[random(served.greenlets.length)]?.kill({ block: false });
  await delay(random(10));
  socket.destroy();
}

const handler: Serve = async (request, response) => {
  switch (request.url) {
    case '/slow':
      await sleep(0.005);
      break;
    case '/fail':
      throw new Error('of the test');
    case '/large':
      response.end(Buffer.alloc(2_000_000));
      return;
    case '/read':
      for await (const chunk of request) void chunk;
      break;
    default:
  }
  response.end('ok');
};

for (const killOnDisconnect of [true, false]) {
  engineTest(
    `clients that do whatever they like leave nothing (killOnDisconnect: ${killOnDisconnect})`,
    async (world) => {
      const served = await world.serve(handler, {
        killOnDisconnect,
        sendTimeout: 0.5,
        keepAliveTimeout: 0.5,
        requestTimeout: 0.5,
        headersTimeout: 0.5,
        handlerTimeout: 2,
        log: () => {},
        upgrade: (_request, socket) => void socket.pipe(socket),
      });
      const worker = async (): Promise<void> => {
        for (let count = CLIENTS / 20; count > 0; count -= 1) await client(served);
      };
      await Promise.all(Array.from({ length: 20 }, worker));
      await eventually(() => assert.equal(served.engine.connections, 0));
      assert.equal(served.engine.requests, 0);
      assert.equal(served.engine.active, 0);
      const printed = world.takePrinted();
      const errors = new Set(printed.match(/ failed with \w+|^\w*Error: .*/gm));
      assert.deepEqual(errors, new Set(['Error: of the test', ' failed with Error']));
    },
  );
}
