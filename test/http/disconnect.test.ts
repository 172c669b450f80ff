import assert from 'node:assert/strict';
import { currentSignal, getCurrent, sleep, spawn } from '../../src/index.ts';
import { Event } from '../../src/event.ts';
import type { Serve } from '../../src/http/exchange.ts';
import { engineTest, eventually, get, statusesOf } from '../support/http.ts';

engineTest(
  'a client that goes has the greenlet of its request killed: its finally runs',
  async ({ serve }) => {
    const marks: string[] = [];
    const begun = new Event();
    const served = await serve(async () => {
      try {
        begun.set();
        await sleep(1000);
      } finally {
        await sleep(0.01);
        marks.push('cleaned up');
      }
    });
    const client = await served.connect();
    client.send(get('/'));
    await begun.wait();
    client.socket.destroy();
    await eventually(() => assert.deepEqual(marks, ['cleaned up']));
    await eventually(() => assert.equal(served.engine.requests, 0));
  },
);

engineTest(
  'a client that resets the connection counts as gone, and so does one that ends its side',
  async ({ serve }) => {
    const marks: unknown[] = [];
    const served = await serve(async (request) => {
      try {
        marks.push(request.url);
        await sleep(1000);
      } finally {
        marks.push('killed');
      }
    });
    const one = await served.connect();
    one.send(get('/reset'));
    await eventually(() => assert.deepEqual(marks, ['/reset']));
    one.socket.resetAndDestroy();
    await eventually(() => assert.deepEqual(marks, ['/reset', 'killed']));
    marks.length = 0;
    const other = await served.connect();
    other.send(get('/end'));
    await eventually(() => assert.deepEqual(marks, ['/end']));
    other.socket.end();
    await eventually(() => assert.deepEqual(marks, ['/end', 'killed']));
  },
);

engineTest('the signal of the greenlet fires when the client goes', async ({ serve }) => {
  const fired = new Event();
  const served = await serve(async () => {
    const signal = currentSignal();
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    fired.set();
  });
  const client = await served.connect();
  client.send(get('/'));
  await eventually(() => assert.equal(served.engine.requests, 1));
  await sleep(0.01);
  client.socket.destroy();
  await fired.wait();
});

engineTest('a handler that goes on writing for a client that has gone is no news', async ({ serve }) => {
  const over = new Event();
  const served = await serve(async (_request, response) => {
    try {
      for (;;) {
        response.write('x'.repeat(100_000));
        await sleep(0.001);
      }
    } finally {
      response.end('late');
      response.write('later');
      over.set();
    }
  });
  const client = await served.connect();
  client.send(get('/'));
  await client.until('xxx');
  client.socket.destroy();
  await over.wait();
});

engineTest('an error of the handler itself is printed, though the client has gone', async (world) => {
  const served = await world.serve(async () => {
    try {
      await sleep(1000);
    } finally {
      // oxlint-disable-next-line no-unsafe-finally -- that is what is tested
      throw new RangeError('cleaning up failed');
    }
  });
  const client = await served.connect();
  client.send(get('/x'));
  await eventually(() => assert.equal(served.engine.active, 1));
  await sleep(0.01);
  client.socket.destroy();
  await eventually(() => assert.equal(served.engine.requests, 0));
  assert.match(world.takePrinted(), /RangeError: cleaning up failed[^]*GET \/x HTTP\/1\.1 from/);
});

engineTest('what a handler does behind its answer is not killed when the client goes', async ({ serve }) => {
  const marks: string[] = [];
  const served = await serve(async (_request, response) => {
    response.end('ok');
    await sleep(0.1);
    marks.push('done');
  });
  await served.exchange(get('/', 'Connection: close'));
  await eventually(() => assert.deepEqual(marks, ['done']));
});

engineTest('pipelined requests that have not begun are forgotten when the client goes', async ({ serve }) => {
  const urls: unknown[] = [];
  const served = await serve(async (request) => {
    urls.push(request.url);
    await sleep(1000);
  });
  const client = await served.connect();
  client.send(get('/1') + get('/2') + get('/3'));
  await eventually(() => assert.equal(served.engine.requests, 3));
  client.socket.destroy();
  await eventually(() => assert.equal(served.engine.requests, 0));
  assert.deepEqual(urls, ['/1']);
});

engineTest(
  'a client that has ended its side is answered by handlers that do not wait for anything',
  async ({ serve }) => {
    const served = await serve(async (request, response) => {
      await Promise.resolve();
      response.end(`${request.url};`);
    });
    for (let round = 0; round < 20; round += 1) {
      const text = await served.exchange(get('/1') + get('/2') + get('/3'), { end: true });
      assert.deepEqual(statusesOf(text), [200, 200, 200]);
    }
  },
);

engineTest(
  'without killOnDisconnect a handler goes on, and one whose client has ended its side is heard',
  async ({ serve }) => {
    const marks: unknown[] = [];
    const handler: Serve = async (request, response) => {
      await sleep(0.05);
      marks.push(request.url);
      response.end('still here');
    };
    const served = await serve(handler, { killOnDisconnect: false });
    const text = await served.exchange(get('/half') + get('/half'), { end: true });
    assert.equal(text.match(/still here/g)?.length, 2);
    const client = await served.connect();
    client.send(get('/gone'));
    await eventually(() => assert.equal(served.engine.requests, 1));
    client.socket.destroy();
    await eventually(() => assert.deepEqual(marks, ['/half', '/half', '/gone']));
    await eventually(() => assert.equal(served.engine.connections, 0));
  },
);

engineTest('a handler that never answers is over when its client has gone', async ({ serve }) => {
  const served = await serve(() => {}, { killOnDisconnect: false });
  const client = await served.connect();
  client.send(get('/'));
  await eventually(() => assert.equal(served.engine.requests, 1));
  client.socket.resetAndDestroy();
  await eventually(() => assert.equal(served.engine.requests, 0));
});

engineTest('a client that goes in the middle of a body fails the reading of it', async ({ serve }) => {
  const errors: unknown[] = [];
  const served = await serve(async (request) => {
    try {
      for await (const chunk of request) void chunk;
      errors.push('the body was whole');
    } catch (error) {
      errors.push((error as NodeJS.ErrnoException).code);
    }
  });
  for (const how of ['end', 'destroy'] as const) {
    const client = await served.connect();
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc');
    await eventually(() => assert.equal(served.engine.active, 1));
    await sleep(0.01);
    client.socket[how]();
    await eventually(() => assert.equal(errors.length, how === 'end' ? 1 : 2));
  }
  assert.deepEqual(errors, ['ECONNRESET', 'ECONNRESET']);
});

engineTest(
  'killing the greenlet of a connection kills its requests, and waits for their end',
  async ({ serve }) => {
    const marks: string[] = [];
    const served = await serve(
      async () => {
        try {
          await sleep(1000);
        } finally {
          await sleep(0.05);
          marks.push('cleaned up');
        }
      },
      { killOnDisconnect: false },
    );
    const client = await served.connect();
    client.send(get('/1') + get('/2'));
    await eventually(() => assert.equal(served.engine.requests, 2));
    await sleep(0.01);
    const [greenlet] = served.greenlets;
    assert.equal(await greenlet?.kill(), 'killed');
    assert.deepEqual(marks, ['cleaned up']);
    assert.equal(served.engine.connections, 0);
    assert.equal(await client.closed(), '');
  },
);

engineTest('killing the greenlet of an idle connection closes it', async ({ serve }) => {
  const served = await serve((_request, response) => response.end('ok'));
  const client = await served.connect();
  client.send(get('/'));
  await client.until('ok');
  await served.greenlets[0]?.kill();
  await client.closed();
  assert.equal(served.engine.connections, 0);
});

engineTest(
  'a request that somebody kills is answered with 500, and nothing is printed',
  async ({ serve }) => {
    const served = await serve(async (request) => {
      const greenlet = getCurrent();
      if (request.url === '/itself') greenlet.throw();
      else spawn(() => greenlet.throw());
      await sleep(1000);
    });
    assert.deepEqual(statusesOf(await served.exchange(get('/itself'))), [500]);
    assert.deepEqual(statusesOf(await served.exchange(get('/other'))), [500]);
  },
);
