import assert from 'node:assert/strict';
import { sleep } from '../../src/index.ts';
import { engineTest, eventually, get, statusesOf } from '../support/http.ts';

engineTest(
  'one request too many is answered with 503 and Retry-After, before a handler begins',
  async ({ serve }) => {
    let count = 0;
    const served = await serve(
      async (_request, response) => {
        count += 1;
        await sleep(0.2);
        response.end('ok');
      },
      { shed: { maxRequests: 2, retryAfter: 7 } },
    );
    const first = [await served.connect(), await served.connect()];
    for (const client of first) client.send(get('/', 'Connection: close'));
    await eventually(() => assert.equal(served.engine.requests, 2));
    const client = await served.connect();
    client.send(get('/'));
    assert.match(
      await client.until('Unavailable\r\n'),
      /^HTTP\/1\.1 503 Service Unavailable\r\nRetry-After: 7\r\n/,
    );
    for (const each of first) assert.deepEqual(statusesOf(await each.closed()), [200]);
    assert.equal(count, 2);
    // The connection that was refused something goes on.
    client.send(get('/', 'Connection: close'));
    assert.deepEqual(statusesOf(await client.closed()), [503, 200]);
  },
);

engineTest('requests that wait for their turn are bounded', async ({ serve }) => {
  const served = await serve(
    async (_request, response) => {
      await sleep(0.05);
      response.end('ok');
    },
    { shed: { maxQueued: 2 } },
  );
  const text = await served.exchange(get('/').repeat(4) + get('/', 'Connection: close'));
  assert.deepEqual(
    statusesOf(text).toSorted((a, b) => a - b),
    [200, 200, 503, 503, 503],
  );
});

engineTest(
  'while the event loop is late, requests are refused; then they are served again',
  async ({ serve }) => {
    const served = await serve((_request, response) => response.end('ok'), { shed: { maxLag: 0.1 } });
    const client = await served.connect();
    client.send(get('/'));
    await client.until('ok');
    client.send(get('/'));
    const until = performance.now() + 400;
    while (performance.now() < until);
    await client.until('503');
    await sleep(0.2);
    client.send(get('/', 'Connection: close'));
    assert.deepEqual(statusesOf(await client.closed()), [200, 503, 200]);
  },
);

engineTest('a shed connection that stays idle is closed like any other', async ({ serve }) => {
  const served = await serve(() => sleep(1000), { shed: { maxRequests: 1 }, keepAliveTimeout: 0.1 });
  const busy = await served.connect();
  busy.send(get('/'));
  await eventually(() => assert.equal(served.engine.requests, 1));
  assert.deepEqual(statusesOf(await served.exchange(get('/'))), [503]);
});
