import assert from 'node:assert/strict';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import { getCurrent, sleep } from '../../src/index.ts';
import { Handler } from '../../src/http/exchange.ts';
import { type NodeListener, nodeHandler } from '../../src/http/node-handler.ts';
import { type World, engineTest, eventually } from '../support/http.ts';

/** Every framework here: `/` says in what it runs, `/echo` sends a body back, `/sleep` waits, `/fail` fails. */
async function tryOut(world: World, listener: NodeListener): Promise<void> {
  const served = await world.serve(nodeHandler(listener).serve);
  const base = `http://127.0.0.1:${served.port}`;
  const text = async (path: string, init?: RequestInit): Promise<string> =>
    (await fetch(base + path, init)).text();
  const answers = await Promise.all([text('/'), text('/'), text('/')]);
  assert.equal(new Set(answers).size, 3, answers.join(' '));
  for (const answer of answers)
    assert.match(answer, /^<RequestGreenlet "Greenlet-\d+": GET \/ HTTP\/1\.1 from /);
  const body = JSON.stringify({ some: 'json', large: 'x'.repeat(50_000) });
  assert.equal(
    await text('/echo', { method: 'POST', body, headers: { 'Content-Type': 'application/json' } }),
    body,
  );
  assert.equal((await fetch(`${base}/fail`)).status, 500);
  assert.equal((await fetch(`${base}/none`)).status, 404);
  assert.equal((await fetch(`${base}/`, { method: 'HEAD' })).status, 200);
  marks.length = 0;
  const aborting = new AbortController();
  const gone = fetch(`${base}/sleep`, { signal: aborting.signal }).catch(() => 'aborted');
  await eventually(() => assert.deepEqual(marks, ['begun']));
  aborting.abort();
  assert.equal(await gone, 'aborted');
  await eventually(() => assert.deepEqual(marks, ['begun', 'killed']));
  await eventually(() => assert.equal(served.engine.requests, 0));
}

const marks: string[] = [];

async function sleepLong(): Promise<void> {
  marks.push('begun');
  try {
    await sleep(1000);
  } finally {
    marks.push('killed');
  }
}

engineTest('Express runs unmodified', async (world) => {
  const app = express();
  app.set('env', 'test');
  app.use(express.json());
  app.get('/', async (_request, response) => {
    await sleep(0.02);
    response.send(String(getCurrent()));
  });
  app.post('/echo', (request, response) => void response.json(request.body));
  app.get('/sleep', sleepLong);
  app.get('/fail', async () => {
    await sleep(0);
    throw new Error('no');
  });
  await tryOut(world, app);
});

engineTest('Koa runs unmodified', async (world) => {
  const app = new Koa();
  app.silent = true;
  app.use(async (context) => {
    if (context.path === '/') {
      await sleep(0.02);
      context.body = String(getCurrent());
    } else if (context.path === '/echo') {
      let body = '';
      for await (const chunk of context.req) body += String(chunk);
      context.body = body;
    } else if (context.path === '/sleep') await sleepLong();
    else if (context.path === '/fail') throw new Error('no');
  });
  await tryOut(world, app.callback());
});

engineTest('Fastify runs unmodified', async (world) => {
  const app = fastify();
  app.get('/', async () => {
    await sleep(0.02);
    return String(getCurrent());
  });
  app.post('/echo', async (request) => request.body);
  app.get('/sleep', sleepLong);
  app.get('/fail', async () => {
    throw new Error('no');
  });
  await app.ready();
  await tryOut(world, app.routing);
  await app.close();
});

engineTest('nodeHandler() makes a handler of a listener, and refuses anything else', () => {
  const listener = (): void => {};
  assert.ok(nodeHandler(listener) instanceof Handler);
  assert.equal(nodeHandler(listener).serve, listener);
  assert.throws(
    () => nodeHandler('listener' as never),
    /nodeHandler\(listener\): expected a function, got 'listener'/,
  );
  assert.throws(() => new Handler(undefined as never), TypeError);
});
