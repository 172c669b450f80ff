// What a fetch handler returns, as it goes on the wire; light responses and real ones alike.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as zlib from 'node:zlib';
import { sleep } from '../../src/index.ts';
import { Light, real } from './fetch-conformance.ts';
import { type Answer, fetchTest, requestText } from './fetch-support.ts';
import { statusesOf } from '../support/http.ts';

const KINDS: readonly [string, typeof Response][] = [
  ['light', Light],
  ['real', real.Response],
];

const namesOf = ({ headers }: Answer): string[] => headers.map(([name]) => name);
const TEXT = 'text/plain;charset=UTF-8';

for (const [kind, Response] of KINDS) {
  fetchTest(`${kind}: text has a type and a length`, async (serve) => {
    const served = await serve(() => new Response('grüße'));
    const answer = await served.ask('GET /');
    assert.deepEqual([answer.status, answer.statusText], [200, 'OK']);
    assert.equal(answer.header('content-type'), TEXT);
    assert.equal(answer.header('content-length'), '7');
    assert.equal(Buffer.from(answer.body, 'latin1').toString(), 'grüße');
  });

  fetchTest(`${kind}: each sort of body is sent, with its type and its length`, async (serve) => {
    const bodies: (readonly [unknown, string, string | RegExp | undefined])[] = [
      ['', '', TEXT],
      [null, '', undefined],
      [Buffer.from('ab'), 'ab', undefined],
      [new Uint16Array([0x4241]), 'AB', undefined],
      [new Uint8Array([67, 68]).buffer, 'CD', undefined],
      [new URLSearchParams({ a: '1 2' }), 'a=1+2', 'application/x-www-form-urlencoded;charset=UTF-8'],
      [new Blob(['hi'], { type: 'text/x' }), 'hi', 'text/x'],
      [Buffer.alloc(300_000, 'x'), 'x'.repeat(300_000), undefined],
    ];
    let body: unknown;
    const served = await serve(() => new Response(body as string));
    for (const [given, expected, type] of bodies) {
      body = given;
      const answer = await served.ask('GET /');
      assert.equal(answer.body, expected);
      // A stream that takes its time to begin has no length: that of a real Response with a Blob may.
      if (Response === Light || !(given instanceof Blob))
        assert.equal(answer.header('content-length'), String(expected.length));
      assert.equal(answer.header('content-type'), type);
      const head = await served.ask('HEAD /');
      assert.equal(head.body, '');
    }
  });

  fetchTest(`${kind}: HEAD has the head of the answer alone`, async (serve) => {
    const served = await serve(
      ({ url }) => new Response(url.endsWith('/none') ? null : 'hello', { headers: { a: '1' } }),
    );
    const answer = await served.ask('HEAD /');
    assert.deepEqual([answer.status, answer.body, answer.header('a')], [200, '', '1']);
    assert.equal((await served.ask('HEAD /none')).header('content-length'), undefined);
    if (Response === Light) assert.equal(answer.header('content-length'), '5');
    const both = await served.exchange(`${requestText('HEAD /')}${requestText('GET /\nConnection: close')}`);
    assert.deepEqual(statusesOf(both), [200, 200]);
    assert.match(both, /hello$/);
  });

  fetchTest(`${kind}: 204 and 304 have no body`, async (serve) => {
    const served = await serve(
      ({ url }) =>
        new Response(null, { status: Number(url.slice(-3)), headers: { 'content-length': '7', etag: 'x' } }),
    );
    const [none, same] = [await served.ask('GET /204'), await served.ask('GET /304')];
    assert.deepEqual([none.status, none.body, none.header('content-length')], [204, '', undefined]);
    // How long the body would be that the client has already.
    assert.deepEqual([same.status, same.body, same.header('content-length')], [304, '', '7']);
    assert.deepEqual([none.header('transfer-encoding'), same.header('etag')], [undefined, 'x']);
  });

  fetchTest(`${kind}: status, text of the status and headers arrive`, async (serve) => {
    const headers = [
      ['set-cookie', 'a=1; Path=/'],
      ['x-a', 'é'],
      ['set-cookie', 'b=2'],
      ['empty', ''],
    ] as [string, string][];
    const served = await serve(
      () => new Response('grün', { status: 418, statusText: 'short and stout', headers }),
    );
    const answer = await served.ask('GET /');
    assert.deepEqual([answer.status, answer.statusText], [418, 'short and stout']);
    const cookies = answer.headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value);
    assert.deepEqual(cookies, ['a=1; Path=/', 'b=2']);
    assert.deepEqual([answer.header('x-a'), answer.header('empty')], ['é', '']);
    assert.equal(Buffer.from(answer.body, 'latin1').toString(), 'grün');
  });

  fetchTest(`${kind}: what is the connection's affair is not the handler's`, async (serve) => {
    const headers = {
      'Transfer-Encoding': 'gzip, chunked',
      'Keep-Alive': 'timeout=999',
      'Content-Length': '99',
      'Proxy-Connection': 'close',
      Trailer: 'x',
      TE: 'trailers',
      'X-A': '1',
    };
    const served = await serve(() => new Response('hello', { headers }));
    const answer = await served.ask('GET /');
    assert.equal(answer.body, 'hello');
    assert.deepEqual(
      answer.headers.filter(([name]) => name === 'content-length'),
      [['content-length', '5']],
    );
    for (const name of ['transfer-encoding', 'proxy-connection', 'trailer', 'te', 'keep-alive'])
      assert.ok(!namesOf(answer).includes(name), name);
    assert.equal(answer.header('x-a'), '1');
    const two = await served.exchange(`${requestText('GET /')}${requestText('GET /\nConnection: close')}`);
    assert.deepEqual(statusesOf(two), [200, 200]);
  });

  fetchTest(`${kind}: Connection: close is obeyed`, async (serve) => {
    const served = await serve(() => new Response('bye', { headers: { connection: 'x-a, Close' } }));
    const received = await served.exchange(`${requestText('GET /')}${requestText('GET /')}`);
    assert.deepEqual(statusesOf(received), [200]);
    assert.match(received, /\r\nConnection: close\r\n/);
  });

  fetchTest(`${kind}: a header with control characters is refused with 500`, async (serve, world) => {
    const served = await serve(() => new Response('x', { headers: { 'x-a': 'a\u0001b' } }));
    const answer = await served.ask('GET /');
    assert.deepEqual([answer.status, answer.header('x-a')], [500, undefined]);
    assert.match(world.takePrinted(), /TypeError: .*x-a.*control character/);
  });

  fetchTest(`${kind}: a body that was used already is refused with 500`, async (serve, world) => {
    const kept = new Response('hello');
    const served = await serve(() => kept);
    assert.equal((await served.ask('GET /')).body, 'hello');
    assert.equal(kept.bodyUsed, true);
    assert.equal((await served.ask('GET /')).status, 500);
    assert.match(world.takePrinted(), /TypeError: Cannot send the Response: its body has been used already/);
  });

  fetchTest(`${kind}: a body that was looked at is sent all the same`, async (serve) => {
    const served = await serve(async () => {
      const response = new Response('hello', { headers: { a: '1' } });
      assert.ok(response.body !== null && response.type === 'default');
      response.headers.set('b', '2');
      assert.equal(await response.clone().text(), 'hello');
      return response;
    });
    const answer = await served.ask('GET /');
    assert.deepEqual([answer.body, answer.header('a'), answer.header('b')], ['hello', '1', '2']);
  });

  fetchTest(`${kind}: a body that somebody else reads is refused with 500`, async (serve, world) => {
    const served = await serve(() => {
      const response = new Response('hello');
      response.body?.getReader();
      return response;
    });
    assert.equal((await served.ask('GET /')).status, 500);
    assert.match(
      world.takePrinted(),
      /TypeError: Cannot send the Response: somebody else is reading its body/,
    );
  });
}

fetchTest('a subclass of Response, json and redirect are sent', async (serve) => {
  const served = await serve(({ url }) => {
    if (url.endsWith('/json')) return Response.json({ a: 1 }, { status: 201 });
    if (url.endsWith('/away')) return Response.redirect('http://test/there', 303);
    return new (class Page extends Response {})('<p>', { headers: { 'content-type': 'text/html' } });
  });
  const [json, away, page] = [
    await served.ask('GET /json'),
    await served.ask('GET /away'),
    await served.ask('GET /'),
  ];
  assert.deepEqual(
    [json.status, json.header('content-type'), json.body],
    [201, 'application/json', '{"a":1}'],
  );
  assert.deepEqual(
    [away.status, away.header('location'), away.header('content-length')],
    [303, 'http://test/there', '0'],
  );
  assert.deepEqual([page.header('content-type'), page.body], ['text/html', '<p>']);
});

fetchTest('what is no Response, or an error, is answered with 500 and named', async (serve, world) => {
  const results: [unknown, RegExp][] = [
    [undefined, /expected a Response to be returned, got undefined/],
    ['hello', /expected a Response to be returned, got 'hello'/],
    [{ status: 200 }, /expected a Response to be returned, got/],
    [real.Response.error(), /expected a Response with a status from 200 to 599, got 0/],
  ];
  let result: unknown;
  const served = await serve((request) =>
    request.url.endsWith('/later') ? sleep(0.001).then(() => result as Response) : (result as Response),
  );
  for (const [returned, message] of results) {
    result = returned;
    for (const path of ['/', '/later']) {
      assert.equal((await served.ask(`GET ${path}`)).status, 500);
      assert.match(world.takePrinted(), message);
    }
  }
});

fetchTest('a handler that fails is answered with 500', async (serve, world) => {
  const served = await serve((request) => {
    if (request.url.endsWith('/now')) throw new Error('at once');
    return sleep(0.001).then(() => Promise.reject(new Error('later')));
  });
  assert.equal((await served.ask('GET /now')).status, 500);
  assert.match(world.takePrinted(), /Error: at once/);
  assert.equal((await served.ask('GET /')).status, 500);
  assert.match(world.takePrinted(), /Error: later/);
});

fetchTest('a Response of another make is sent', async (serve) => {
  const served = await serve(() => {
    const { body } = new real.Response('hello');
    return { status: 203, headers: new Map([['a', '1']]), body } as unknown as Response;
  });
  const answer = await served.ask('GET /');
  assert.deepEqual([answer.status, answer.header('a'), answer.body], [203, '1', 'hello']);
});

type Squeeze = (text: string) => Buffer;

fetchTest('what fetch() has answered can be returned; its headers say what the body is', async (serve) => {
  // Older Nodes do not know the last one.
  const { zstdCompressSync = (text: string) => Buffer.from(text) } = zlib as unknown as {
    zstdCompressSync?: Squeeze;
  };
  const codings: Record<string, Squeeze> = {
    identity: (text) => Buffer.from(text),
    gzip: zlib.gzipSync,
    deflate: zlib.deflateSync,
    br: zlib.brotliCompressSync,
    zstd: zstdCompressSync,
    unknown: (text) => Buffer.from(`?${text}`),
  };
  const upstream = createServer(({ url = '' }, response) => {
    const coding = url.slice(1);
    const body = codings[coding]!('squeezed');
    response.writeHead(200, {
      'content-length': body.length,
      connection: 'close',
      'keep-alive': 'timeout=5',
      'content-encoding': coding,
      'set-cookie': ['a=1', 'b=2'],
    });
    response.end(body);
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  try {
    const { port } = upstream.address() as AddressInfo;
    const served = await serve(({ url }) => fetch(`http://127.0.0.1:${port}${new URL(url).pathname}`));
    for (const [coding, squeeze] of Object.entries(codings)) {
      const answer = await served.ask(`GET /${coding}`);
      const isUndone = answer.header('content-encoding') === undefined;
      const expected = isUndone ? 'squeezed' : squeeze('squeezed').toString('latin1');
      assert.equal(answer.body, expected, coding);
      assert.equal(answer.header('content-length') ?? String(expected.length), String(expected.length));
      assert.equal(answer.headers.filter(([name]) => name === 'set-cookie').length, 2);
      if (['gzip', 'deflate', 'br'].includes(coding)) assert.ok(isUndone, coding);
    }
  } finally {
    upstream.close();
  }
});

fetchTest('the handler is told of the connection', async (serve) => {
  const served = await serve((_, info) =>
    Response.json([
      info.remoteAddress,
      info.localAddress,
      info.socket === info.incoming.socket,
      info.outgoing.statusCode,
    ]),
  );
  const [remote, local, isSame, status] = JSON.parse((await served.ask('GET /')).body);
  assert.equal(remote[0], '127.0.0.1');
  assert.deepEqual([local, isSame, status], [['127.0.0.1', served.port], true, 200]);
});
