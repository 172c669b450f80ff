// The request that a fetch handler is given answers what a real Request answers.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { READINGS, answerOf, laterAnswerOf, real } from './fetch-conformance.ts';
import { fetchTest, requestText } from './fetch-support.ts';

/** Everything about a request that can be seen without reading its body. */
function lookOf(request: Request): Record<string, unknown> {
  const { method, url, bodyUsed, cache, credentials, destination, duplex, integrity } = request as Request & {
    cache: unknown;
  };
  const { keepalive, mode, redirect, referrer, referrerPolicy } = request;
  return {
    ...{ method, url, bodyUsed, cache, credentials, destination, duplex, integrity },
    ...{ keepalive, mode, redirect, referrer, referrerPolicy },
    headers: [...request.headers],
    hasBody: request.body !== null,
    isAborted: request.signal.aborted,
    tag: Object.prototype.toString.call(request),
  };
}

interface Sent {
  readonly method: string;
  readonly type?: string;
  readonly body?: string;
}

const FORM = 'a=1&b=%C3%A4';
const PARTS = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n';
const SENT: Readonly<Record<string, Sent>> = {
  'a GET': { method: 'GET' },
  'a POST of nothing': { method: 'POST' },
  'a POST of text': { method: 'POST', type: 'text/plain', body: 'hello' },
  'text without a type': { method: 'PUT', body: 'hello' },
  'a PATCH of JSON': { method: 'PATCH', type: 'application/json', body: '{"a":[1]}' },
  'a byte order mark': { method: 'POST', type: 'text/plain', body: '\u00EF\u00BB\u00BF{"a":1}' },
  'bytes that are no UTF-8': { method: 'POST', body: 'a\u00C3b\u00FF\u00E2\u0082c\u00F0\u009Fd' },
  'a DELETE with a form': { method: 'DELETE', type: 'application/x-www-form-urlencoded', body: FORM },
  'a form in parts': { method: 'POST', type: 'multipart/form-data; boundary=x', body: PARTS },
};

for (const [name, { method, type, body }] of Object.entries(SENT)) {
  fetchTest(`the request is as the real one: ${name}`, async (serve) => {
    const readings: [string, (it: Request | Response) => unknown][] = [
      ['nothing', () => undefined],
      ...Object.entries(READINGS),
      ['constructed anew', (it) => answerOf(() => new Request(it as Request, { method: 'POST' }).method)],
    ];
    let read: (it: Request) => unknown = () => undefined;
    let seen: unknown;
    const served = await serve(async (request) => {
      const answer = await laterAnswerOf(() => read(request));
      seen = [answer, lookOf(request)];
      return new Response('ok');
    });
    const headers: Record<string, string> = { host: 'test:81', connection: 'close' };
    if (type !== undefined) headers['content-type'] = type;
    const lines = Object.entries(headers).map(([key, value]) => `${key}: ${value}`);
    for (const [way, reading] of readings) {
      if (way === 'bytes' && !('bytes' in real.Response.prototype)) continue;
      read = reading;
      assert.match(await served.exchange(requestText([`${method} /a?b`, ...lines].join('\n'), body)), /ok$/);
      if (body !== undefined) headers['content-length'] = String(body.length);
      const bytes = body === undefined ? null : Buffer.from(body, 'latin1');
      const own = new real.Request('http://test:81/a?b', { method, headers, body: bytes });
      const answer = await laterAnswerOf(() => read(own));
      assert.deepEqual(seen, [answer, lookOf(own)], way);
    }
  });
}

fetchTest('the request is a Request, and new Request() and fetch() take it', async (serve) => {
  const upstream = await serve(async (request) => new Response(`${request.method} ${await request.text()}`));
  const served = await serve(async (request) => {
    assert.ok(request instanceof Request && request instanceof real.Request);
    assert.ok(request.headers instanceof Headers);
    const to = `http://127.0.0.1:${upstream.port}/`;
    const own = new Request(request, { headers: { connection: 'close' } });
    assert.equal(request.bodyUsed, true);
    assert.equal(own.url, request.url);
    const answers = [await (await fetch(new Request(to, own))).text()];
    return new Response(answers.join());
  });
  assert.equal((await served.ask('POST /', 'hello')).body, 'POST hello');
  const direct = await serve(async (request) => {
    const answer = await fetch(request);
    return new Response(`upstream: ${await answer.text()}`);
  });
  const { body } = await direct.ask(`POST http://127.0.0.1:${upstream.port}/x\nHost: test`, 'hi');
  assert.equal(body, 'upstream: POST hi');
});

fetchTest('what is changed in the headers counts in what is made of the request', async (serve) => {
  const served = await serve((request) => {
    request.headers.set('x-a', '1');
    const copy = request.clone();
    request.headers.set('x-b', '2');
    const own = new Request(request);
    assert.deepEqual([copy.headers.get('x-a'), copy.headers.get('x-b')], ['1', null]);
    assert.deepEqual([own.headers.get('x-a'), own.headers.get('x-b')], ['1', '2']);
    assert.equal(request.headers, request.headers);
    return new Response('ok');
  });
  assert.equal((await served.ask('GET /')).status, 200);
});

fetchTest('repeated headers are joined, cookies by semicolons', async (serve) => {
  const served = await serve(({ headers }) =>
    Response.json(['a', 'cookie', 'content-type', 'x'].map((name) => headers.get(name))),
  );
  const { body } = await served.ask(
    'GET /\nA: 1\nCookie: x=1\nContent-Type: a\na: 2\nCookie: y=2\nContent-Type: b',
  );
  assert.deepEqual(JSON.parse(body), ['1, 2', 'x=1; y=2', 'a, b', null]);
});

fetchTest('lightRequest: false gives a real Request', async (serve) => {
  const { Request: before, fetch: fetchBefore } = globalThis;
  const served = await serve(
    async (request) => {
      assert.equal(Object.getPrototypeOf(request), real.Request.prototype);
      return new Response(`${request.url} ${await request.text()}`);
    },
    { lightRequest: false },
  );
  assert.deepEqual([Request, fetch], [before, fetchBefore]);
  assert.equal((await served.ask('POST /a', 'hello')).body, 'http://test:81/a hello');
});

fetchTest('it is printed as a Request', async (serve) => {
  const served = await serve((request) => new Response(inspect(request)));
  assert.match((await served.ask('GET /a')).body, /^Request \{[^]*'http:\/\/test:81\/a'[^]*Host: 'test:81'/);
});

fetchTest('the signal is aborted when the client goes, and not when it has its answer', async (serve) => {
  const signals: AbortSignal[] = [];
  const reasons: unknown[] = [];
  let arrived = (): void => {};
  const served = await serve(
    (request) => {
      const { signal } = request;
      signals.push(signal);
      assert.equal(request.signal, signal);
      if (request.url.endsWith('/quick')) return new Response('ok');
      arrived();
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason);
          resolve(new Response('too late'));
        });
      });
    },
    { engine: { killOnDisconnect: false } },
  );
  await served.ask('GET /quick');
  const here = new Promise<void>((resolve) => (arrived = resolve));
  const client = await served.begin('GET /slow');
  await here;
  client.socket.resetAndDestroy();
  await new Promise<void>((resolve) => {
    signals[1]?.addEventListener('abort', () => resolve());
  });
  assert.deepEqual([signals[0]?.aborted, signals[1]?.aborted], [false, true]);
  const [reason] = reasons as Error[];
  assert.deepEqual([reason?.name, (reason as NodeJS.ErrnoException)?.code], ['AbortError', 'ABORT_ERR']);
});

fetchTest('a signal that is first read when the client has gone is aborted', async (serve) => {
  let request: Request | undefined;
  let arrived = (): void => {};
  const here = new Promise<void>((resolve) => (arrived = resolve));
  const served = await serve(
    async (given, { outgoing }) => {
      request = given;
      arrived();
      await new Promise((resolve) => {
        outgoing.on('close', resolve);
      });
      return new Response('too late');
    },
    { engine: { killOnDisconnect: false } },
  );
  const client = await served.begin('GET /');
  await here;
  client.socket.resetAndDestroy();
  while (!request?.signal.aborted) await new Promise(setImmediate);
});
