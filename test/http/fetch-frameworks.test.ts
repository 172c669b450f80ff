// Frameworks that know of nothing but fetch run as they are.
import assert from 'node:assert/strict';
import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { cors } from 'hono/cors';
import { etag } from 'hono/etag';
import { HTTPException } from 'hono/http-exception';
import { stream, streamSSE, streamText } from 'hono/streaming';
import { AutoRouter, type IRequest } from 'itty-router';
import { gunzipSync } from 'node:zlib';
import { Event } from '../../src/event.ts';
import { GreenletExit, getCurrent, sleep } from '../../src/index.ts';
import { eventually } from '../support/http.ts';
import { fetchTest } from './fetch-support.ts';

function makeHono(): Hono {
  const app = new Hono();
  app.use('/c/*', cors({ origin: 'http://elsewhere' }));
  app.use('/e/*', etag());
  app.use('/z/*', compress());
  app.use('/m/*', async (context, next) => {
    context.header('x-before', '1');
    await next();
    context.res.headers.append('x-behind', '2');
    context.header('set-cookie', 'b=2', { append: true });
  });
  app.get('/', (context) => context.text('hello'));
  app.get('/json/:name', (context) =>
    context.json({ name: context.req.param('name'), q: context.req.query('q') }),
  );
  app.get('/html', (context) => context.html('<p>'));
  app.get('/away', (context) => context.redirect('/there'));
  app.get('/none', (context) => context.body(null, 204));
  app.get('/m/x', (context) => {
    context.header('set-cookie', 'a=1');
    return context.text('middle', 201);
  });
  app.get('/e/x', (context) => context.text('tagged'));
  app.get('/c/x', (context) => context.text('shared'));
  app.get('/z/x', (context) => context.text('zip '.repeat(2000)));
  app.get('/self', async (context) =>
    context.text((await app.request('/')).headers.get('content-type') ?? ''),
  );
  app.get('/denied', () => {
    throw new HTTPException(403, { message: 'no' });
  });
  app.get('/greenlet', async (context) => {
    await sleep(0.001);
    return context.text(String(getCurrent()));
  });
  app.get('/stream', (context) =>
    stream(context, async (out) => {
      for (const word of ['one', 'two']) {
        await out.write(word);
        await sleep(0.001);
      }
    }),
  );
  app.get('/text', (context) => streamText(context, async (out) => void (await out.writeln('line'))));
  app.get('/events', (context) => streamSSE(context, (out) => out.writeSSE({ event: 'tick', data: '1' })));
  app.post('/echo', async (context) => context.json(await context.req.json()));
  app.post('/twice', async (context) => {
    const text = await context.req.text();
    return context.json([text, await context.req.json(), (await context.req.arrayBuffer()).byteLength]);
  });
  app.post('/form', async (context) => context.json(await context.req.parseBody()));
  app.post('/raw', (context) => new Response(context.req.raw.body));
  app.all('/headers', (context) => context.json(context.req.header()));
  app.mount('/mounted', (request) => new Response(`mounted ${new URL(request.url).pathname}`));
  return app;
}

for (const options of [{}, { lightRequest: false, lightResponse: false }]) {
  const kind = 'lightRequest' in options ? ', with real classes' : '';

  fetchTest(`Hono runs unmodified${kind}`, async (serve, world) => {
    const app = makeHono();
    const served = await serve((request, info) => app.fetch(request, info), options);
    const get = (path: string, ...lines: string[]): ReturnType<typeof served.ask> =>
      served.ask([`GET ${path}`, ...lines].join('\n'));
    assert.equal((await get('/')).body, 'hello');
    assert.equal((await get('/json/x?q=1')).body, '{"name":"x","q":"1"}');
    assert.match((await get('/html')).header('content-type') ?? '', /^text\/html/);
    assert.equal((await get('/away')).header('location'), '/there');
    assert.equal((await get('/none')).status, 204);
    assert.equal((await get('/nowhere')).status, 404);
    assert.deepEqual([(await get('/denied')).status, (await get('/denied')).body], [403, 'no']);
    assert.equal((await get('/self')).body, 'text/plain;charset=UTF-8');
    const middle = await get('/m/x');
    assert.deepEqual(
      [middle.status, middle.body, middle.header('x-before'), middle.header('x-behind')],
      [201, 'middle', '1', '2'],
    );
    assert.deepEqual(
      middle.headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value),
      ['a=1', 'b=2'],
    );
    const tagged = await get('/e/x');
    assert.equal((await get('/e/x', `If-None-Match: ${tagged.header('etag')}`)).status, 304);
    assert.equal(
      (await get('/c/x', 'Origin: http://elsewhere')).header('access-control-allow-origin'),
      'http://elsewhere',
    );
    const zipped = await get('/z/x', 'Accept-Encoding: gzip');
    assert.equal(gunzipSync(Buffer.from(zipped.body, 'latin1')).toString(), 'zip '.repeat(2000));
    assert.match((await get('/greenlet')).body, /Greenlet-\d+": GET \/greenlet HTTP\/1\.1 from/);
    assert.equal((await get('/stream')).body, 'onetwo');
    assert.equal((await get('/text')).body, 'line\n');
    assert.equal((await get('/events')).body, 'event: tick\ndata: 1\n\n');
    assert.equal((await get('/mounted/x')).body, 'mounted /x');
    assert.equal(JSON.parse((await get('/headers', 'X-A: 1')).body)['x-a'], '1');
    assert.deepEqual([(await served.ask('HEAD /')).status, (await served.ask('HEAD /')).body], [200, '']);
    const json = 'Content-Type: application/json';
    assert.equal((await served.ask(`POST /echo\n${json}`, '{"a":1}')).body, '{"a":1}');
    assert.equal((await served.ask('POST /twice', '"a"')).body, '["\\"a\\"","a",3]');
    const form = 'Content-Type: application/x-www-form-urlencoded';
    assert.equal((await served.ask(`POST /form\n${form}`, 'a=1&b=2')).body, '{"a":"1","b":"2"}');
    assert.equal((await served.ask('POST /raw', 'x'.repeat(100_000))).body.length, 100_000);
    assert.equal(world.takePrinted(), '');
  });
}

fetchTest('a Hono handler is killed when its client goes', async (serve) => {
  const app = new Hono();
  const begun = new Event();
  const marks: string[] = [];
  app.onError((error) => {
    throw error;
  });
  app.get('/', async (context) => {
    begun.set();
    try {
      await sleep(1000);
    } finally {
      marks.push('ended');
    }
    return context.text('too late');
  });
  const served = await serve(app.fetch);
  const client = await served.begin('GET /');
  await begun.wait();
  client.socket.destroy();
  await eventually(() => assert.deepEqual(marks, ['ended']));
  await eventually(() => assert.equal(served.engine.requests, 0));
});

fetchTest('a Hono stream ends when its client goes', async (serve) => {
  const app = new Hono();
  let isAborted = false;
  const errors: unknown[] = [];
  app.get('/', (context) =>
    stream(
      context,
      async (out) => {
        out.onAbort(() => {
          isAborted = true;
        });
        while (!out.aborted) {
          await out.write('tick');
          await sleep(0.001);
        }
      },
      async (error) => void errors.push(error),
    ),
  );
  const served = await serve(app.fetch);
  const client = await served.begin('GET /');
  await client.until('tick');
  client.socket.destroy();
  await eventually(() => assert.ok(isAborted));
  // Whichever was seen first: the abort, or the kill.
  assert.ok(errors.every((error) => error instanceof GreenletExit));
  await eventually(() => assert.equal(served.engine.requests, 0));
});

fetchTest('itty-router runs unmodified', async (serve) => {
  const router = AutoRouter();
  router
    .get('/', () => 'hello')
    .get('/json/:name', ({ name }: IRequest) => ({ name }))
    .get('/query', ({ query }: IRequest) => query)
    .post('/echo', async (request: IRequest) => request.json())
    .get('/fail', () => {
      throw new Error('on purpose');
    });
  const served = await serve(router.fetch);
  const home = await served.ask('GET /');
  assert.deepEqual([home.status, home.body], [200, '"hello"']);
  assert.equal((await served.ask('GET /json/x')).body, '{"name":"x"}');
  assert.equal((await served.ask('GET /query?a=1&a=2&b=3')).body, '{"a":["1","2"],"b":"3"}');
  assert.equal((await served.ask('POST /echo', '[1,2]')).body, '[1,2]');
  assert.equal((await served.ask('GET /fail')).status, 500);
  assert.equal((await served.ask('GET /nowhere')).status, 404);
});
