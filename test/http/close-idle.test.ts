import assert from 'node:assert/strict';
import { sleep } from '../../src/index.ts';
import { Event } from '../../src/event.ts';
import { engineTest, eventually, get, statusesOf } from '../support/http.ts';

engineTest(
  'closeIdle() closes idle connections at once: used ones, and those that never said anything',
  async ({ serve }) => {
    const served = await serve((_request, response) => response.end('ok'));
    const silent = await served.connect();
    const used = await served.connect();
    used.send(get('/'));
    await used.until('ok');
    await eventually(() => assert.equal(served.engine.connections, 2));
    await eventually(() => assert.equal(served.engine.active, 0));
    served.engine.closeIdle();
    await silent.closed();
    await used.closed();
    await eventually(() => assert.equal(served.engine.connections, 0));
  },
);

engineTest(
  'closeIdle() lets an active request finish with Connection: close, and drops what waits behind it',
  async ({ serve }) => {
    const go = new Event();
    const urls: unknown[] = [];
    const served = await serve(async (request, response) => {
      urls.push(request.url);
      await go.wait();
      response.end('ok');
    });
    const client = await served.connect();
    client.send(get('/1') + get('/2'));
    await eventually(() => assert.equal(served.engine.requests, 2));
    served.engine.closeIdle();
    assert.equal(served.engine.active, 1);
    go.set();
    const text = await client.closed();
    assert.deepEqual(statusesOf(text), [200]);
    assert.match(text, /Connection: close/);
    assert.deepEqual(urls, ['/1']);
    await eventually(() => assert.equal(served.engine.active, 0));
  },
);

engineTest('closeIdle() closes behind an answer that had begun', async ({ serve }) => {
  const go = new Event();
  const served = await serve(async (_request, response) => {
    response.write('half ');
    await go.wait();
    response.end('whole');
  });
  const client = await served.connect();
  client.send(get('/'));
  await client.until('half ');
  served.engine.closeIdle();
  go.set();
  const text = await client.closed();
  assert.match(text, /Connection: keep-alive.*whole\r\n0\r\n\r\n$/s);
});

engineTest('closeIdle() serves a request that is on its way, and closes behind it', async ({ serve }) => {
  const served = await serve((_request, response) => response.end('ok'));
  const client = await served.connect();
  client.send('GET / HTTP/1.1\r\n');
  await eventually(() => assert.equal(served.engine.connections, 1));
  await sleep(0.05);
  served.engine.closeIdle();
  await sleep(0.05);
  client.send('Host: a\r\n\r\n');
  assert.match(await client.closed(), /200 OK\r\n.*Connection: close\r\n.*ok$/s);
});

engineTest('reopen() takes it back', async ({ serve }) => {
  const served = await serve((_request, response) => response.end('ok'));
  served.engine.closeIdle();
  assert.match(await served.exchange(get('/')), /Connection: close/);
  served.engine.reopen();
  const client = await served.connect();
  client.send(get('/'));
  assert.match(await client.until('ok'), /Connection: keep-alive/);
});
