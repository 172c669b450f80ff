import assert from 'node:assert/strict';
import { Timeout, sleep, withTimeout } from '../../src/index.ts';
import { nodeHandler } from '../../src/http/node-handler.ts';
import { engineTest, eventually, get, statusesOf } from '../support/http.ts';

engineTest(
  'an error is answered with 500 and no details, and printed with client and request line',
  async (world) => {
    for (const handler of [
      () => {
        throw new RangeError('secret');
      },
      async () => {
        await sleep(0);
        throw new RangeError('secret');
      },
      nodeHandler(() => Promise.reject(new RangeError('secret'))).serve,
    ]) {
      const served = await world.serve(handler);
      const text = await served.exchange(get('/path?q=1'));
      assert.match(text, /^HTTP\/1\.1 500 Internal Server Error\r\n/);
      assert.match(text, /Connection: close\r\nContent-Type: text\/plain\r\nContent-Length: 21\r\n/);
      assert.match(text, /\r\n\r\nInternal Server Error$/);
      const printed = world.takePrinted();
      assert.match(printed, /^RangeError: secret\n {4}at /);
      assert.match(
        printed,
        /<RequestGreenlet "Greenlet-\d+": GET \/path\?q=1 HTTP\/1\.1 from 127\.0\.0\.1:\d+> failed with RangeError\n\n$/,
      );
    }
  },
);

engineTest('the headers that a failed handler had set are not sent', async (world) => {
  const served = await world.serve((_request, response) => {
    response.setHeader('Set-Cookie', 'session=1');
    response.setHeader('Content-Length', 5000);
    response.setHeader('Transfer-Encoding', 'chunked');
    response.statusMessage = 'Bad\r\nX: y';
    throw new Error('no');
  });
  const text = await served.exchange(get('/'));
  assert.match(text, /^HTTP\/1\.1 500 Internal Server Error\r\n/);
  assert.doesNotMatch(text, /Set-Cookie|5000|chunked|Bad/);
  world.takePrinted();
});

engineTest('an error behind the beginning of an answer cuts the connection', async (world) => {
  const served = await world.serve(async (_request, response) => {
    response.write('half');
    await sleep(0.01);
    throw new Error('no');
  });
  const text = await served.exchange(get('/'));
  assert.match(text, /4\r\nhalf\r\n$/);
  assert.match(world.takePrinted(), /Error: no/);
});

engineTest('an error behind the end of an answer is printed, and the answer stands', async (world) => {
  const served = await world.serve(async (_request, response) => {
    response.end('whole');
    await sleep(0);
    throw new Error('afterwards');
  });
  assert.match(await served.exchange(get('/', 'Connection: close')), /200 OK.*whole$/s);
  await eventually(() => assert.equal(served.engine.requests, 0));
  assert.match(world.takePrinted(), /Error: afterwards/);
});

engineTest(
  'writing behind the end is printed, and ends neither the program nor the connection',
  async (world) => {
    const served = await world.serve((_request, response) => {
      response.end('ok');
      response.write('more');
      response.end('still more');
    });
    const text = await served.exchange(get('/') + get('/', 'Connection: close'));
    assert.deepEqual(statusesOf(text), [200, 200]);
    assert.match(world.takePrinted(), /write after end[^]*the response to GET \/ HTTP\/1\.1 failed with/);
  },
);

engineTest('a handler that takes too long gets a Timeout, and its client 503', async (world) => {
  const marks: unknown[] = [];
  const served = await world.serve(
    async () => {
      try {
        await sleep(1000);
      } catch (error) {
        marks.push(error);
        throw error;
      }
    },
    { handlerTimeout: 0.05 },
  );
  const text = await served.exchange(get('/slow'));
  assert.match(text, /^HTTP\/1\.1 503 Service Unavailable\r\n.*Connection: close/s);
  assert.ok(marks[0] instanceof Timeout);
  assert.match(world.takePrinted(), /GET \/slow HTTP\/1\.1 from [^]* failed with Timeout/);
});

engineTest('a handler that waits for a foreign promise, or never answers, is answered for', async (world) => {
  let settle = (): void => {};
  const served = await world.serve(
    async (request, response) => {
      if (request.url === '/never') return;
      await new Promise<void>((resolve) => (settle = resolve));
      response.setHeader('X-Late', 'too late');
      response.end('late');
    },
    { handlerTimeout: 0.05 },
  );
  assert.deepEqual(statusesOf(await served.exchange(get('/foreign'))), [503]);
  settle();
  await eventually(() => assert.equal(served.engine.requests, 0));
  assert.deepEqual(statusesOf(await served.exchange(get('/never'))), [503]);
  await eventually(() => assert.equal(served.engine.requests, 0));
  world.takePrinted();
});

engineTest('a handler that catches its Timeout gives its own answer', async ({ serve }) => {
  const served = await serve(
    async (_request, response) => {
      try {
        await sleep(1000);
      } catch {
        response.statusCode = 504;
        response.end('my own');
      }
    },
    { handlerTimeout: 0.05 },
  );
  assert.match(await served.exchange(get('/', 'Connection: close')), / 504 .*my own$/s);
});

engineTest('a Timeout of the handler itself is an error like any other', async (world) => {
  const served = await world.serve(() => withTimeout(0.01, () => sleep(1000)));
  assert.deepEqual(statusesOf(await served.exchange(get('/'))), [500]);
  assert.match(world.takePrinted(), /failed with Timeout/);
});

engineTest('the limit of a handler does not end an answer that is still on its way', async ({ serve }) => {
  const size = 20_000_000;
  const served = await serve((_request, response) => response.end(Buffer.alloc(size, 'x')), {
    handlerTimeout: 0.05,
  });
  const client = await served.connect();
  client.socket.pause();
  client.send(get('/', 'Connection: close'));
  await eventually(() => assert.equal(served.engine.active, 1));
  await sleep(0.2);
  client.socket.resume();
  assert.ok((await client.closed()).length > size);
});
