// Responses whose body comes bit by bit: as fast as the client takes it, and cancelled when there is no point in it.
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { GreenletExit, getCurrent, sleep } from '../../src/index.ts';
import { ClientGoneError } from '../../src/http/fetch-request.ts';
import { eventually, statusesOf } from '../support/http.ts';
import { fetchTest, requestText } from './fetch-support.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A stream that a test feeds by hand, and that tells what becomes of it. */
class Source {
  readonly stream: ReadableStream<Uint8Array>;
  readonly cancelled: Promise<unknown>;
  controller!: ReadableStreamDefaultController<Uint8Array>;
  pulls = 0;

  constructor(pull: (source: Source) => unknown = () => {}) {
    let cancel!: (reason: unknown) => void;
    this.cancelled = new Promise((resolve) => (cancel = resolve));
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.controller = controller),
        pull: () => {
          this.pulls += 1;
          return pull(this) as undefined;
        },
        cancel: (reason) => cancel(reason),
      },
      { highWaterMark: 0 },
    );
  }

  send(text: string): void {
    this.controller.enqueue(bytes(text));
  }
}

/** Listeners of ours on a response. */
const listenersOn = (outgoing: ServerResponse): number =>
  outgoing.listenerCount('drain') + outgoing.listenerCount('close');

fetchTest('what is there as a whole is sent as a whole, with its length', async (serve) => {
  const served = await serve(
    () =>
      new Response(
        new Source((source) => {
          source.send('hello');
          source.controller.close();
        }).stream,
      ),
  );
  const answer = await served.ask('GET /');
  assert.deepEqual([answer.body, answer.header('content-length')], ['hello', '5']);
});

fetchTest('a stream of nothing is an empty body', async (serve) => {
  const served = await serve(() => new Response(new Source((source) => source.controller.close()).stream));
  const answer = await served.ask('GET /');
  assert.deepEqual([answer.body, answer.header('content-length')], ['', '0']);
});

fetchTest('head and chunks are sent as they come, each before the next is there', async (serve) => {
  const source = new Source();
  let outgoing: ServerResponse | undefined;
  const served = await serve((request, info) => {
    if (request.url.endsWith('/next')) return new Response('next');
    ({ outgoing } = info);
    return new Response(source.stream, { headers: { 'content-type': 'text/event-stream' } });
  });
  const client = await served.begin('GET /');
  await client.until('\r\n\r\n');
  assert.match(client.received, /\r\nTransfer-Encoding: chunked\r\n/);
  source.send('one');
  await client.until('3\r\none\r\n');
  source.send('two');
  await client.until('3\r\ntwo\r\n');
  source.controller.close();
  await client.until('0\r\n\r\n');
  assert.ok(outgoing !== undefined);
  // The connection goes on, and nobody listens to the response any more.
  client.send(requestText('GET /next\nConnection: close'));
  assert.deepEqual(statusesOf(await client.closed()), [200, 200]);
  assert.equal(listenersOn(outgoing), 0);
});

fetchTest('a stream is read no faster than the client takes it', async (serve) => {
  const chunk = new Uint8Array(65_536).fill(120);
  const total = 400;
  const source = new Source((it) => {
    if (it.pulls > total) it.controller.close();
    else it.controller.enqueue(chunk);
  });
  const served = await serve(() => new Response(source.stream));
  const client = await served.begin('GET /\nConnection: close');
  client.socket.pause();
  let pulls = 0;
  // It stands still when the system's buffers are full.
  await eventually(async () => {
    pulls = source.pulls;
    await sleep(0.2);
    assert.ok(pulls > 0);
    assert.equal(source.pulls, pulls);
  });
  assert.ok(pulls < total, `${pulls} pulls`);
  client.socket.resume();
  const received = await client.closed();
  assert.equal(received.split('x').length - 1, total * chunk.length);
});

fetchTest('with a Content-Length a stream goes out without chunks', async (serve) => {
  const source = new Source();
  const served = await serve(() => new Response(source.stream, { headers: { 'content-length': '6' } }));
  const client = await served.begin('GET /\nConnection: close');
  await client.until('\r\n\r\n');
  source.send('one');
  await client.until(/one$/);
  source.send('two');
  source.controller.close();
  const received = await client.closed();
  assert.match(received, /\r\nContent-Length: 6\r\n[^]*\r\n\r\nonetwo$/);
  assert.doesNotMatch(received, /chunked/i);
});

for (const [name, last] of [
  ['longer', 'four'],
  ['shorter', 'w'],
] as const) {
  fetchTest(
    `a stream that is ${name} than its Content-Length has the connection cut`,
    async (serve, world) => {
      const source = new Source();
      const served = await serve(() => new Response(source.stream, { headers: { 'content-length': '6' } }));
      const client = await served.begin('GET /');
      await client.until('\r\n\r\n');
      source.send('one');
      await client.until(/one$/);
      source.send(last);
      if (name === 'shorter') source.controller.close();
      assert.doesNotMatch(await client.closed(), /four/);
      await eventually(() => assert.equal(served.engine.requests, 0));
      assert.match(world.takePrinted(), /RangeError: Cannot send the Response: its Content-Length is 6/);
    },
  );
}

fetchTest('a stream that fails at once is answered with 500', async (serve, world) => {
  const served = await serve(
    () => new Response(new Source((it) => it.controller.error(new Error('no data'))).stream),
  );
  assert.equal((await served.ask('GET /')).status, 500);
  assert.match(world.takePrinted(), /Error: no data/);
});

fetchTest(
  'a stream that fails in the middle has the connection cut, and is reported',
  async (serve, world) => {
    const source = new Source();
    const served = await serve(() => new Response(source.stream));
    const client = await served.begin('GET /');
    await client.until('\r\n\r\n');
    source.send('one');
    await client.until('one\r\n');
    source.controller.error(new Error('out of data'));
    assert.match(await client.closed(), /one\r\n$/);
    await eventually(() => assert.equal(served.engine.requests, 0));
    assert.match(world.takePrinted(), /Error: out of data/);
  },
);

fetchTest('a stream of something else than bytes is refused', async (serve, world) => {
  const source = new Source((it) => it.controller.enqueue('text' as never));
  const served = await serve(() => new Response(source.stream));
  assert.equal((await served.ask('GET /')).status, 500);
  assert.match(
    world.takePrinted(),
    /TypeError: Response\(body\): expected a stream of Uint8Array, got 'text'/,
  );
  assert.ok((await source.cancelled) instanceof TypeError);
});

fetchTest('HEAD has the stream cancelled', async (serve) => {
  const source = new Source();
  const served = await serve(() => new Response(source.stream));
  const answer = await served.ask('HEAD /');
  assert.deepEqual([answer.status, answer.body], [200, '']);
  await source.cancelled;
  assert.equal(source.pulls, 0);
});

for (const isKilled of [true, false]) {
  fetchTest(
    `a client that goes has the stream cancelled${isKilled ? '' : ', without a kill'}`,
    async (serve) => {
      const source = new Source();
      const served = await serve(() => new Response(source.stream), {
        engine: { killOnDisconnect: isKilled },
      });
      const client = await served.begin('GET /');
      await client.until('\r\n\r\n');
      client.socket.resetAndDestroy();
      const reason = await source.cancelled;
      assert.ok(reason instanceof ClientGoneError);
      await eventually(() => assert.equal(served.engine.requests, 0));
    },
  );
}

fetchTest('a client that goes while it has enough to take has the stream cancelled', async (serve) => {
  const source = new Source((it) => it.controller.enqueue(new Uint8Array(65_536)));
  const served = await serve(() => new Response(source.stream));
  const client = await served.begin('GET /');
  client.socket.pause();
  await eventually(async () => {
    const { pulls } = source;
    await sleep(0.1);
    assert.ok(pulls > 1 && source.pulls === pulls);
  });
  client.socket.resetAndDestroy();
  assert.ok((await source.cancelled) instanceof ClientGoneError);
  await eventually(() => assert.equal(served.engine.requests, 0));
});

for (const [where, pull] of [
  ['waits for the stream', () => {}],
  ['waits for the client', (it: Source) => it.controller.enqueue(new Uint8Array(65_536))],
] as const) {
  fetchTest(`a kill ends a response that ${where}: stream cancelled, connection cut`, async (serve) => {
    const source = new Source(pull);
    let greenlet: ReturnType<typeof getCurrent> | undefined;
    let outgoing: ServerResponse | undefined;
    const served = await serve((_, info) => {
      greenlet = getCurrent();
      ({ outgoing } = info);
      return new Response(source.stream);
    });
    const client = await served.begin('GET /');
    await client.until('\r\n\r\n');
    client.socket.pause();
    await eventually(async () => {
      const { pulls } = source;
      await sleep(0.1);
      assert.ok(source.pulls > 0 && source.pulls === pulls);
    });
    const reason = new GreenletExit('enough');
    greenlet?.throw(reason);
    assert.equal(await source.cancelled, reason);
    client.socket.resume();
    assert.doesNotMatch(await client.closed(), /\r\n0\r\n\r\n$/);
    assert.ok(outgoing !== undefined);
    assert.equal(listenersOn(outgoing), 0);
  });
}

fetchTest('a request is echoed while it comes', async (serve) => {
  const served = await serve((request) => new Response(request.body));
  const client = await served.begin('POST /\nTransfer-Encoding: chunked\nConnection: close');
  for (const word of ['one', 'two', 'three']) {
    client.send(`${word.length.toString(16)}\r\n${word}\r\n`);
    await client.until(word);
  }
  client.send('0\r\n\r\n');
  assert.match(await client.closed(), /one[^]*two[^]*three\r\n0\r\n\r\n$/);
});

fetchTest('a long request is echoed unchanged', async (serve) => {
  const served = await serve((request) => new Response(request.body));
  const body = Array.from({ length: 200_000 }, (_, index) => `${index},`).join('');
  const answer = await served.ask('POST /', body);
  assert.equal(answer.body, body);
});
