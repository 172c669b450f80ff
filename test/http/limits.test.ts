import assert from 'node:assert/strict';
import { sleep } from '../../src/index.ts';
import { engineTest, eventually, get, statusesOf } from '../support/http.ts';

/** Sends bytes in small pieces until the connection closes; answers what came. */
async function dribble(
  client: { readonly socket: { destroyed: boolean }; send(bytes: string): void; readonly received: string },
  bytes: string,
): Promise<void> {
  for (let index = 0; !client.socket.destroyed; index += 1) {
    client.send(bytes[index % bytes.length] as string);
    await sleep(0.01);
  }
}

engineTest('a client that never sends anything is cut by the limit for headers', async ({ serve }) => {
  const served = await serve(() => {}, { headersTimeout: 0.1 });
  const client = await served.connect();
  assert.equal(await client.closed(), '');
});

engineTest('a client that dribbles its headers is cut by the limit for headers', async ({ serve }) => {
  const served = await serve(() => {}, { headersTimeout: 0.15, requestTimeout: 100 });
  const client = await served.connect();
  client.send('GET / HTTP/1.1\r\nHost: a\r\n');
  await dribble(client, 'X: y\r\n');
  assert.deepEqual(statusesOf(client.received), [408]);
});

engineTest('a client that dribbles its headers on a used connection is cut as well', async ({ serve }) => {
  const served = await serve((_request, response) => response.end('ok'), {
    headersTimeout: 0.15,
    keepAliveTimeout: 0.2,
  });
  const client = await served.connect();
  client.send(get('/'));
  await client.until('ok');
  client.send('GET / HTTP/1.1\r\nHost: a\r\n');
  await dribble(client, 'X: y\r\n');
  assert.deepEqual(statusesOf(client.received), [200, 408]);
});

engineTest(
  'a client that dribbles its body is cut by the limit for the request, and its handler is killed',
  async ({ serve }) => {
    const marks: unknown[] = [];
    const served = await serve(
      async (request) => {
        try {
          for await (const chunk of request) void chunk;
          marks.push('whole');
        } catch (error) {
          marks.push((error as NodeJS.ErrnoException).code);
        }
      },
      { requestTimeout: 0.15 },
    );
    const client = await served.connect();
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n');
    await dribble(client, 'x');
    assert.deepEqual(statusesOf(client.received), [408]);
    assert.deepEqual(marks, ['ECONNRESET']);
  },
);

engineTest('a client that dribbles a body nobody waits for any more is cut', async ({ serve }) => {
  const served = await serve((_request, response) => response.end('ok'), { requestTimeout: 0.15 });
  const client = await served.connect();
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n');
  await dribble(client, 'x');
  assert.deepEqual(statusesOf(client.received), [200]);
});

engineTest('the time of a handler does not count for the client', async ({ serve }) => {
  const served = await serve(
    async (_request, response) => {
      await sleep(0.5);
      response.end('ok');
    },
    { headersTimeout: 0.1, requestTimeout: 0.1, keepAliveTimeout: 0.1 },
  );
  assert.deepEqual(statusesOf(await served.exchange(get('/', 'Connection: close'))), [200]);
});

engineTest('an idle connection is closed when its time is up, and clients are told', async ({ serve }) => {
  const served = await serve((_request, response) => response.end('ok'), { keepAliveTimeout: 1 });
  const client = await served.connect();
  client.send(get('/'));
  assert.match(await client.until('ok'), /Keep-Alive: timeout=1\r\n/);
  await sleep(0.5);
  client.send(get('/'));
  await client.until(/ok.*ok/s);
  const before = performance.now();
  await client.closed();
  assert.ok(performance.now() - before > 700, 'closed too early');
});

engineTest('an idle connection is not closed while its client is sending', async ({ serve }) => {
  const served = await serve((_request, response) => response.end('ok'), { keepAliveTimeout: 0.1 });
  const client = await served.connect();
  client.send(get('/'));
  await client.until('ok');
  for (const byte of get('/', 'Connection: close')) {
    client.send(byte);
    await sleep(0.02);
  }
  assert.deepEqual(statusesOf(await client.closed()), [200, 200]);
});

engineTest('a client that takes nothing of its answer is cut', async ({ serve }) => {
  let code: unknown;
  const served = await serve(
    async (_request, response) => {
      response.write(Buffer.alloc(30_000_000));
      await new Promise<void>((resolve) => response.on('close', resolve));
      code = 'closed';
    },
    { sendTimeout: 0.2 },
  );
  const client = await served.connect();
  client.socket.pause();
  client.send(get('/'));
  await eventually(() => assert.equal(code, 'closed'));
});

engineTest('a client that takes its answer slowly is not cut', async ({ serve }) => {
  const size = 12_000_000;
  const served = await serve((_request, response) => response.end(Buffer.alloc(size, 'x')), {
    sendTimeout: 0.4,
  });
  const client = await served.connect();
  client.send(get('/', 'Connection: close'));
  while (served.engine.connections > 0) {
    client.socket.pause();
    await sleep(0.05);
    client.socket.resume();
    await sleep(0.005);
  }
  assert.ok((await client.closed()).length > size);
});

engineTest('the limits can be set', async ({ serve }) => {
  const served = await serve((_request, response) => response.end('ok'), {
    maxHeaderSize: 600,
    maxHeaders: 3,
    maxRequestLine: 100,
  });
  const status = async (bytes: string): Promise<number[]> => statusesOf(await served.exchange(bytes));
  const path = (length: number): string => `/${'a'.repeat(length - 1)}`;
  const close = 'Connection: close';
  assert.deepEqual(await status(get(path(100 - 'GET  HTTP/1.1'.length), close)), [200]);
  assert.deepEqual(await status(get(path(101 - 'GET  HTTP/1.1'.length), close)), [414]);
  assert.deepEqual(await status(get('/', close, 'X: y')), [200]);
  assert.deepEqual(await status(get('/', close, 'X: y', 'Z: y')), [431]);
  assert.deepEqual(await status(get('/', close, `X: ${'y'.repeat(600)}`)), [431]);
});

engineTest('a limit can be lifted', async ({ serve }) => {
  const served = await serve((request, response) => response.end(String(request.url?.length)), {
    maxHeaderSize: Infinity,
    maxHeaders: Infinity,
    maxRequestLine: Infinity,
    headersTimeout: Infinity,
    requestTimeout: Infinity,
    keepAliveTimeout: Infinity,
    sendTimeout: Infinity,
  });
  const headers = Array.from({ length: 1000 }, (_, index) => `X-${index}: y`);
  const text = await served.exchange(get(`/${'a'.repeat(200_000)}`, ...headers, 'Connection: close'));
  assert.match(text, /200001$/);
});
