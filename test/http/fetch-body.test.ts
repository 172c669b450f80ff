// Bodies of requests: each way to wait for one, ready at once, ready later, killed and timed out.
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { GreenletExit, Timeout, getCurrent, withTimeout } from '../../src/index.ts';
import { SocketError } from '../../src/inet/errors.ts';
import { eventually, statusesOf } from '../support/http.ts';
import { fetchTest, requestText } from './fetch-support.ts';

const decode = (chunk: Uint8Array | undefined): string => new TextDecoder().decode(chunk);

/** The ways to wait for a body of `hello`. */
const WAYS: Readonly<Record<string, (request: Request) => Promise<string>>> = {
  'text()': (request) => request.text(),
  'json()': async (request) => String(await request.json()),
  'arrayBuffer()': async (request) => decode(new Uint8Array(await request.arrayBuffer())),
  'formData()': async (request) => [...(await request.formData()).keys()].join(),
  'clone().text()': (request) => request.clone().text(),
  'a reader': async (request) => {
    const reader = request.body?.getReader();
    let text = '';
    for (;;) {
      const { done, value } = await reader!.read();
      if (done) return text;
      text += decode(value);
    }
  },
  'a reader of bytes': async (request) => {
    const reader = request.body?.getReader({ mode: 'byob' });
    let text = '';
    for (;;) {
      const { done, value } = await reader!.read(new Uint8Array(3));
      if (done) return text;
      text += decode(value);
    }
  },
  'for await': async (request) => {
    let text = '';
    for await (const chunk of request.body ?? []) text += decode(chunk as Uint8Array);
    return text;
  },
  pipeThrough: async (request) => {
    let text = '';
    const piped = request.body!.pipeThrough(new TransformStream<Uint8Array, Uint8Array>());
    for await (const chunk of piped) text += decode(chunk);
    return text;
  },
};

/** What is to be sent, by way: `json()` and `formData()` want something they can read. */
const BODIES: Readonly<Record<string, [sent: string, read: string]>> = {
  'json()': ['"hello"', 'hello'],
  'formData()': ['hello=1', 'hello'],
};
const FORM = 'Content-Type: application/x-www-form-urlencoded';

/** Nothing listens to the body but node:http itself. */
function assertNoListener(incoming: IncomingMessage): void {
  assert.equal(incoming.listenerCount('data') + incoming.listenerCount('readable'), 0);
  assert.equal(incoming.listenerCount('error') + incoming.listenerCount('close'), 0);
}

for (const [way, read] of Object.entries(WAYS)) {
  const [sent, expected] = BODIES[way] ?? ['hello', 'hello'];

  fetchTest(`${way}: a body that is there, and one that comes later`, async (serve) => {
    let incoming: IncomingMessage | undefined;
    let begin = (): void => {};
    const served = await serve(async (request, info) => {
      ({ incoming } = info);
      begin();
      return new Response(await read(request));
    });
    assert.equal((await served.ask(`POST /\n${FORM}`, sent)).body, expected);
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const client = await served.begin(`POST /\n${FORM}\nConnection: close\nContent-Length: ${sent.length}`);
    await begun;
    for (const character of sent) {
      client.send(character);
      await new Promise(setImmediate);
    }
    assert.match(await client.closed(), new RegExp(`${expected}$`));
    assertNoListener(incoming!);
  });

  fetchTest(`${way}: a kill ends the wait, and runs what is behind it`, async (serve) => {
    let incoming: IncomingMessage | undefined;
    let greenlet: ReturnType<typeof getCurrent> | undefined;
    const ended: unknown[] = [];
    const served = await serve(async (request, info) => {
      ({ incoming } = info);
      greenlet = getCurrent();
      try {
        return new Response(await read(request));
      } catch (error) {
        ended.push(error);
        throw error;
      } finally {
        ended.push('finally');
      }
    });
    const client = await served.begin(`POST /\n${FORM}\nContent-Length: 100`, 'hel');
    await eventually(() => assert.ok(greenlet !== undefined && greenlet.firstWait !== undefined));
    const reason = new GreenletExit('enough');
    greenlet?.throw(reason);
    await eventually(() => assert.equal(ended.length, 2));
    assert.deepEqual(ended, [reason, 'finally']);
    assertNoListener(incoming!);
    assert.match(await client.closed(), /^HTTP\/1\.1 500 /);
  });

  fetchTest(`${way}: a timeout ends the wait, and the answer is the handler's`, async (serve) => {
    let incoming: IncomingMessage | undefined;
    const served = await serve(async (request, info) => {
      ({ incoming } = info);
      try {
        return new Response(await withTimeout(0.02, () => read(request)));
      } catch (error) {
        assert.ok(error instanceof Timeout);
        return new Response('too slow', { status: 408 });
      }
    });
    const client = await served.begin(`POST /\n${FORM}\nContent-Length: 100`, 'hel');
    await client.until('too slow');
    assert.deepEqual(statusesOf(client.received), [408]);
    assertNoListener(incoming!);
  });

  fetchTest(`${way}: a client that goes in the middle is an error that says so`, async (serve) => {
    const errors: unknown[] = [];
    let isWaiting = false;
    const served = await serve(
      (request) => {
        const reading = read(request);
        isWaiting = true;
        return reading.then(
          (text) => new Response(text),
          (error: unknown) => {
            errors.push(error);
            return new Response('nobody sees it');
          },
        );
      },
      { engine: { killOnDisconnect: false } },
    );
    const client = await served.begin(`POST /\n${FORM}\nContent-Length: 100`, 'hel');
    await eventually(() => assert.ok(isWaiting));
    client.socket.resetAndDestroy();
    await eventually(() => assert.equal(errors.length, 1));
    const [error] = errors;
    assert.ok(error instanceof SocketError, String(error));
    assert.deepEqual([error.code, error.syscall], ['ECONNRESET', 'read']);
    assert.match(
      error.message,
      /^Cannot read the body of the request: the client has gone after [03] of 100 bytes$/,
    );
    await eventually(() => assert.equal(served.engine.requests, 0));
  });
}

fetchTest('100 Continue is sent when the body is read, and not before', async (serve) => {
  let go = (): void => {};
  const wait = new Promise<void>((resolve) => (go = resolve));
  const served = await serve(async (request) => {
    await wait;
    return new Response(await request.text());
  });
  const client = await served.begin('POST /\nExpect: 100-continue\nConnection: close\nContent-Length: 5');
  await new Promise(setImmediate);
  assert.equal(client.received, '');
  go();
  await client.until('100 Continue');
  client.send('hello');
  assert.match(await client.closed(), /hello$/);
});

fetchTest('a body that is too long fails the reading, and is answered with 413', async (serve) => {
  const errors: unknown[] = [];
  const served = await serve(
    async (request) => {
      try {
        return new Response(await (request.url.endsWith('/text') ? request.text() : read(request)));
      } catch (error) {
        errors.push(error);
        throw error;
      }
    },
    { engine: { maxBodySize: 10 } },
  );
  const read = WAYS['a reader']!;
  for (const path of ['/text', '/reader']) {
    const client = await served.begin(`POST ${path}\nTransfer-Encoding: chunked`);
    client.send('14\r\n01234567890123456789\r\n0\r\n\r\n');
    assert.match(await client.closed(), /^HTTP\/1\.1 413 /);
  }
  assert.deepEqual(
    errors.map((error) => (error as Error).name),
    ['BodyTooLarge', 'BodyTooLarge'],
  );
});

fetchTest(
  'a body that is not read, or cancelled, does not get in the way of the next request',
  async (serve) => {
    const served = await serve(async ({ body, url }) => {
      if (url.endsWith('/cancel')) await body?.cancel();
      if (url.endsWith('/some')) await body?.getReader().read();
      return new Response('ok');
    });
    const text = 'x'.repeat(100_000);
    const requests = ['/none', '/cancel', '/some', '/none'].map((path) => requestText(`POST ${path}`, text));
    const received = await served.exchange(`${requests.join('')}${requestText('GET /\nConnection: close')}`);
    assert.deepEqual(statusesOf(received), [200, 200, 200, 200, 200]);
  },
);

fetchTest('a body is read no faster than the handler takes it', async (serve) => {
  let incoming: IncomingMessage | undefined;
  let go = (): void => {};
  const wait = new Promise<void>((resolve) => (go = resolve));
  let length = 0;
  const served = await serve(async (request, info) => {
    ({ incoming } = info);
    const reader = request.body!.getReader();
    length += (await reader.read()).value!.length;
    await wait;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return new Response(String(length));
      length += (value as Uint8Array).length;
    }
  });
  const size = 20_000_000;
  const client = await served.begin(`POST /\nConnection: close\nContent-Length: ${size}`);
  client.socket.write(Buffer.alloc(size, 120));
  await eventually(() => assert.ok((incoming?.readableLength ?? 0) > 0));
  const { socket } = incoming!;
  let bytesRead = 0;
  await eventually(async () => {
    ({ bytesRead } = socket);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(socket.bytesRead, bytesRead);
  });
  assert.ok(bytesRead < 1_000_000, `${bytesRead} bytes were read`);
  go();
  assert.match(await client.closed(), new RegExp(`\r\n\r\n${size}$`));
});
