import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { sleep } from '../../src/index.ts';
import { engineTest, eventually, get, statusesOf } from '../support/http.ts';

async function lengthOf(request: IncomingMessage): Promise<number> {
  let length = 0;
  for await (const chunk of request) length += (chunk as Buffer).length;
  return length;
}

function post(length: number, ...headers: string[]): string {
  return ['POST / HTTP/1.1', 'Host: a', `Content-Length: ${length}`, ...headers, '', ''].join('\r\n');
}

const CHUNKED = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';

engineTest('a body that is announced as too long is refused before the handler begins', async ({ serve }) => {
  let count = 0;
  const served = await serve(() => (count += 1), { maxBodySize: 1000 });
  assert.deepEqual(statusesOf(await served.exchange(post(1001))), [413]);
  assert.equal(count, 0);
});

engineTest('a client that sends a refused body all the same sees the answer', async ({ serve }) => {
  const served = await serve(() => {}, { maxBodySize: 1000 });
  const text = await served.exchange(post(5_000_000) + 'x'.repeat(5_000_000), { end: true });
  assert.deepEqual(statusesOf(text), [413]);
});

engineTest(
  'a body in chunks that grows too long fails its reader, and the answer is 413',
  async ({ serve }) => {
    const errors: unknown[] = [];
    const served = await serve(
      async (request, response) => {
        try {
          await lengthOf(request);
        } catch (error) {
          errors.push((error as NodeJS.ErrnoException).code);
          if (request.url === '/') throw error;
        }
        response.end('ok');
      },
      { maxBodySize: 1000 },
    );
    const chunk = `190\r\n${'x'.repeat(400)}\r\n`;
    const ok = await served.exchange(
      `${CHUNKED.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')}${chunk}${chunk}0\r\n\r\n`,
    );
    assert.deepEqual(statusesOf(ok), [200]);
    const text = await served.exchange(CHUNKED + chunk.repeat(5));
    assert.deepEqual(statusesOf(text), [413]);
    assert.deepEqual(errors, ['GEVENT_BODY_TOO_LARGE']);
  },
);

engineTest('a handler that does not look at the errors of its body is answered for', async ({ serve }) => {
  const served = await serve(
    (request, response) => {
      request.on('data', () => {});
      request.on('end', () => response.end('ok'));
    },
    { maxBodySize: 1000 },
  );
  const text = await served.exchange(CHUNKED + `190\r\n${'x'.repeat(400)}\r\n`.repeat(5), { end: true });
  assert.deepEqual(statusesOf(text), [413]);
});

engineTest('a small body that nobody reads is thrown away, and the connection goes on', async ({ serve }) => {
  const served = await serve((request, response) => response.end(request.method));
  const bodies = `${post(10)}0123456789${CHUNKED}3\r\nabc\r\n0\r\n\r\n`;
  const text = await served.exchange(bodies + get('/', 'Connection: close'));
  assert.deepEqual(statusesOf(text), [200, 200, 200]);
  assert.match(text, /POST.*POST.*GET$/s);
});

engineTest('a body that was read in part is thrown away, and the connection goes on', async ({ serve }) => {
  const served = await serve(async (request, response) => {
    if (request.method === 'POST') {
      request.once('readable', () => request.read(1));
      await sleep(0.01);
    }
    response.end(request.method);
  });
  const client = await served.connect();
  client.send(`${post(100_000)}${'x'.repeat(1000)}`);
  await client.until('POST');
  client.send('x'.repeat(99_000));
  client.send(get('/', 'Connection: close'));
  assert.deepEqual(statusesOf(await client.closed()), [200, 200]);
});

engineTest(
  'a large body that nobody reads is read up to a bound: then the connection is closed',
  async ({ serve }) => {
    const served = await serve((_request, response) => response.end('ok'));
    for (const head of [post(50_000_000), CHUNKED]) {
      const client = await served.connect();
      client.send(head);
      await client.until('ok');
      let isOpen = true;
      client.socket.on('close', () => (isOpen = false));
      const piece = head === CHUNKED ? `10000\r\n${'x'.repeat(65_536)}\r\n` : 'x'.repeat(65_536);
      for (let sent = 0; isOpen && sent < 700; sent += 1) {
        client.send(piece);
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.deepEqual(statusesOf(await client.closed()), [200]);
    }
  },
);

engineTest('whoever reads the body behind the end of the answer gets all of it', async ({ serve }) => {
  let length = 0;
  const served = await serve((request, response) => {
    request.on('data', (chunk: Buffer) => (length += chunk.length));
    response.end('thanks');
  });
  const client = await served.connect();
  client.send(post(1_000_000));
  await client.until('thanks');
  client.send('x'.repeat(1_000_000));
  client.send(get('/', 'Connection: close'));
  await client.closed();
  assert.equal(length, 1_000_000);
});

engineTest('a body that is not read fast is not taken in faster', async ({ serve }) => {
  const served = await serve(async (request, response) => {
    await sleep(0.3);
    response.end(String(await lengthOf(request)));
  });
  const client = await served.connect();
  const size = 60_000_000;
  client.send(post(size, 'Connection: close'));
  client.send('x'.repeat(size));
  await sleep(0.2);
  assert.ok(client.socket.writableLength > size / 2, 'the server has taken in what it was not asked to');
  assert.match(await client.closed(), new RegExp(`${size}$`));
});

engineTest('100 Continue is sent when the body is first read, and not before', async ({ serve }) => {
  const served = await serve(async (request, response) => {
    await sleep(0.05);
    response.setHeader('X-Length', await lengthOf(request));
    response.end('done');
  });
  const client = await served.connect();
  client.send(post(5, 'Expect: 100-continue'));
  await eventually(() => assert.equal(served.engine.active, 1));
  assert.equal(client.received, '');
  await client.until('HTTP/1.1 100 Continue\r\n\r\n');
  client.send('hello');
  assert.match(await client.until('done'), /100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\nX-Length: 5\r\n/);
  client.send(get('/', 'Connection: close'));
  await client.closed();
});

engineTest(
  'a client that asked first and is answered without its body is not told to go on',
  async ({ serve }) => {
    const served = await serve((_request, response) => {
      response.statusCode = 403;
      response.end('no');
    });
    const text = await served.exchange(post(5, 'Expect: 100-continue'));
    assert.match(text, /^HTTP\/1\.1 403 Forbidden\r\n.*Connection: close\r\n.*no$/s);
    assert.deepEqual(statusesOf(await served.exchange(`${post(5, 'Expect: 100-continue')}hello`)), [403]);
  },
);

engineTest('100 Continue of a pipelined request comes in its turn', async ({ serve }) => {
  const served = await serve(async (request, response) => {
    await sleep(0.02);
    response.end(`<${await lengthOf(request)}>`);
  });
  const client = await served.connect();
  client.send(get('/') + post(5, 'Expect: 100-continue', 'Connection: close'));
  assert.match(await client.until('100 Continue'), /^HTTP\/1\.1 200 OK.*<0>HTTP\/1\.1 100 Continue/s);
  client.send('hello');
  assert.match(await client.closed(), /<5>$/);
});

engineTest('what else a client expects is refused with 417', async ({ serve }) => {
  const served = await serve((_request, response) => response.end('ok'));
  assert.deepEqual(statusesOf(await served.exchange(post(5, 'Expect: a miracle'))), [417]);
});
