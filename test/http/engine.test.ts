import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Greenlet, getCurrent, sleep, spawn } from '../../src/index.ts';
import { HttpEngine } from '../../src/http/engine.ts';
import { engineTest, eventually, get, statusesOf } from '../support/http.ts';

engineTest('a request is answered in a greenlet of its own', async ({ serve }) => {
  const greenlets: unknown[] = [];
  const served = await serve((_request, response) => {
    greenlets.push(getCurrent());
    response.end('hello');
  });
  const client = await served.connect();
  client.send(get('/'));
  assert.match(await client.until('hello'), /^HTTP\/1\.1 200 OK\r\n.*Content-Length: 5\r\n\r\nhello$/s);
  client.send(get('/', 'Connection: close'));
  await client.closed();
  assert.equal(greenlets.length, 2);
  assert.ok(greenlets.every((greenlet) => greenlet instanceof Greenlet));
  assert.notEqual(greenlets[0], greenlets[1]);
  assert.match(
    String(greenlets[0]),
    /^<RequestGreenlet "Greenlet-\d+": GET \/ HTTP\/1\.1 from 127\.0\.0\.1:\d+>$/,
  );
});

engineTest('pipelined requests are served one after the other, in order', async ({ serve }) => {
  const marks: string[] = [];
  const served = await serve(async (request, response) => {
    marks.push(`begin ${request.url}`);
    await sleep(0.01);
    marks.push(`end ${request.url}`);
    response.end(request.url);
  });
  const text = await served.exchange(get('/1') + get('/2') + get('/3', 'Connection: close'));
  assert.deepEqual(statusesOf(text), [200, 200, 200]);
  assert.match(text, /\/1HTTP.*\/2HTTP.*\/3$/s);
  assert.deepEqual(marks, ['begin /1', 'end /1', 'begin /2', 'end /2', 'begin /3', 'end /3']);
});

engineTest(
  'many pipelined requests are answered, and what waits is bounded by not reading on',
  async ({ serve }) => {
    const served = await serve(async (request, response) => {
      await sleep(0);
      response.end(request.url);
    });
    const client = await served.connect();
    const count = 20_000;
    let most = 0;
    for (let index = 0; index < count; index += 1) client.send(get(`/${index}`));
    client.send(get('/last', 'Connection: close'));
    const watch = spawn(async () => {
      for (;;) {
        most = Math.max(most, served.engine.requests);
        await sleep(0.001);
      }
    });
    const text = await client.closed();
    await watch.kill();
    assert.equal(statusesOf(text).length, count + 1);
    assert.ok(most < 10_000, `${most} requests were in the server at once`);
  },
);

engineTest(
  'what a handler sets in an async context is not there for the request behind it',
  async ({ serve }) => {
    const storage = new AsyncLocalStorage<string>();
    const served = await serve(async (request, response) => {
      const before = storage.getStore();
      storage.enterWith(String(request.url));
      await sleep(0);
      response.end(`${before};`);
    });
    const text = await served.exchange(get('/1') + get('/2') + get('/3', 'Connection: close'));
    assert.equal(text.match(/undefined;/g)?.length, 3);
  },
);

engineTest(
  'a 1.0 client is answered and the connection closed, unless it asks to keep it and knows the length',
  async ({ serve }) => {
    const served = await serve((request, response) => {
      if (request.url === '/b') response.setHeader('Content-Length', 2);
      response.end(request.url);
    });
    assert.match(
      await served.exchange('GET /a HTTP/1.0\r\n\r\n'),
      /^HTTP\/1\.1 200 OK\r\n.*Connection: close.*\/a$/s,
    );
    const client = await served.connect();
    client.send('GET /b HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    assert.match(await client.until('/b'), /Connection: keep-alive/);
    client.send('GET /c HTTP/1.0\r\n\r\n');
    assert.match(await client.closed(), /\/c$/);
  },
);

engineTest('a 1.0 client is never sent chunks', async ({ serve }) => {
  const served = await serve((_request, response) => {
    response.write('one ');
    response.end('two');
  });
  const text = await served.exchange('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
  assert.match(text, /\r\n\r\none two$/);
  assert.doesNotMatch(text, /chunked/i);
});

engineTest('HEAD is answered without a body, and the connection goes on', async ({ serve }) => {
  const served = await serve((_request, response) => {
    response.setHeader('Content-Length', 5);
    response.end('hello');
  });
  const client = await served.connect();
  client.send('HEAD / HTTP/1.1\r\nHost: a\r\n\r\n');
  await client.until('\r\n\r\n');
  client.send(get('/', 'Connection: close'));
  const text = await client.closed();
  assert.equal(text.match(/hello/g)?.length, 1);
  assert.equal(text.match(/Content-Length: 5/g)?.length, 2);
});

engineTest('a body comes in chunks or by length, and goes out in chunks', async ({ serve }) => {
  const served = await serve(async (request, response) => {
    for await (const chunk of request) response.write(chunk);
    response.end();
  });
  const chunked =
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n';
  assert.match(await served.exchange(chunked), /3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n$/);
  const plain = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nabcde';
  assert.match(await served.exchange(plain), /5\r\nabcde\r\n0\r\n\r\n$/);
});

engineTest(
  'an empty body that is read is at its end, and one that is not leaves no trace',
  async ({ serve }) => {
    const events: string[] = [];
    const served = await serve(async (request, response) => {
      if (request.url === '/events') {
        request.on('end', () => events.push('end'));
        request.on('close', () => events.push('close'));
      }
      if (request.url === '/read') for await (const chunk of request) events.push(`chunk ${String(chunk)}`);
      if (request.url === '/on') await new Promise((resolve) => request.on('end', resolve).resume());
      response.end('ok');
    });
    const paths = ['/none', '/read', '/on', '/events'].map((path) => get(path)).join('');
    const text = await served.exchange(paths + get('/last', 'Connection: close'));
    assert.deepEqual(statusesOf(text), [200, 200, 200, 200, 200]);
    assert.deepEqual(events, ['end', 'close']);
  },
);

engineTest('a connection is closed after as many requests as it may bring', async ({ serve }) => {
  const served = await serve((request, response) => response.end(request.url), {
    maxRequestsPerConnection: 2,
  });
  const text = await served.exchange(get('/1') + get('/2') + get('/3'));
  assert.deepEqual(statusesOf(text), [200, 200]);
  assert.match(text, /Connection: keep-alive.*Connection: close.*\/2$/s);
});

engineTest('what comes behind a request that was to be the last is not served', async ({ serve }) => {
  let count = 0;
  const served = await serve(async (_request, response) => {
    count += 1;
    await sleep(0.02);
    response.end('ok');
  });
  const text = await served.exchange(get('/1', 'Connection: close') + get('/2'));
  assert.deepEqual(statusesOf(text), [200]);
  assert.equal(count, 1);
});

engineTest('nonsense behind a request is answered in its turn', async ({ serve }) => {
  const served = await serve(async (_request, response) => {
    await sleep(0.02);
    response.end('ok');
  });
  assert.deepEqual(statusesOf(await served.exchange(`${get('/1')}nonsense\r\n\r\n`)), [200, 400]);
  assert.deepEqual(statusesOf(await served.exchange(`${get('/1')}GET /2 HTTP/1.1\r\n\r\n`)), [200, 400]);
});

engineTest('an answer larger than what the system takes at once arrives whole', async ({ serve }) => {
  const size = 20_000_000;
  const served = await serve((_request, response) => response.end(Buffer.alloc(size, 'x')));
  const text = await served.exchange(get('/', 'Connection: close'));
  assert.equal(text.length - text.indexOf('\r\n\r\n') - 4, size);
});

engineTest('the counts say what goes on', async ({ serve }) => {
  let release = (): void => {};
  const served = await serve(async (_request, response) => {
    await new Promise<void>((resolve) => (release = resolve));
    response.end('ok');
  });
  const { engine } = served;
  const idle = await served.connect();
  const client = await served.connect();
  client.send(get('/1') + get('/2'));
  await eventually(() => assert.equal(engine.requests, 2));
  assert.equal(engine.connections, 2);
  assert.equal(engine.active, 1);
  release();
  await client.until('ok');
  await eventually(() => assert.equal(engine.requests, 1));
  release();
  await eventually(() => assert.equal(engine.active, 0));
  assert.equal(engine.connections, 2);
  idle.socket.destroy();
  await eventually(() => assert.equal(engine.connections, 1));
});

engineTest('options that make no sense are refused', () => {
  const make = (options: unknown): HttpEngine => new HttpEngine(() => {}, options as never, 'HTTPServer');
  assert.throws(() => new HttpEngine(undefined as never), TypeError);
  assert.throws(
    () => make({ maxHeaderSize: '1' }),
    /HTTPServer\(\{ maxHeaderSize \}\): expected an integer, got '1'/,
  );
  assert.throws(() => make({ maxHeaders: 0 }), RangeError);
  assert.throws(() => make({ maxBodySize: 1.5 }), RangeError);
  assert.throws(() => make({ headersTimeout: 0 }), RangeError);
  assert.throws(() => make({ handlerTimeout: NaN }), RangeError);
  assert.throws(() => make({ keepAliveTimeout: '5' }), TypeError);
  assert.throws(
    () => make({ log: 5 }),
    /HTTPServer\(\{ log \}\): expected something with write\(\), or null, got 5/,
  );
  assert.throws(() => make({ errorLog: () => {} }), TypeError);
  assert.throws(() => make({ killOnDisconnect: 1 }), TypeError);
  assert.throws(() => make({ upgrade: {} }), TypeError);
  assert.throws(() => make({ shed: 5 }), TypeError);
  assert.throws(() => make({ shed: { maxQueued: 0 } }), RangeError);
  assert.throws(() => make({ shed: { maxLag: -1 } }), RangeError);
  assert.throws(() => make({ shed: { retryAfter: '1' } }), TypeError);
  make({
    maxBodySize: Infinity,
    requestTimeout: Infinity,
    log: null,
    errorLog: null,
    shed: { retryAfter: 0 },
  });
});
