// The body of a request: read at once, bit by bit, line by line, killed, timed out, and cut off.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AsyncResult, Event } from '../../src/event.ts';
import { ConcurrentObjectUseError } from '../../src/exceptions.ts';
import { GreenletExit, Timeout, sleep, spawn, withTimeout } from '../../src/index.ts';
import type { Input, WSGIApplication, WSGIServerOptions } from '../../src/pywsgi.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';
import { type RawClient, rawClient, split, withWsgi } from './wsgi-support.ts';

forbidUnhandledRejections();

type ReadBody = (input: Input, client: RawClient) => Promise<unknown>;

const withLength = (body: string, length = Buffer.byteLength(body)): string =>
  `POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n${body}`;
const CHUNKED = 'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n';

/** What `read` makes of the body of `request`; the client is there to send more. */
async function reading(request: string, read: ReadBody, options?: WSGIServerOptions): Promise<unknown> {
  const result = new AsyncResult<unknown>();
  const arrived = new AsyncResult<RawClient>();
  await withWsgi(
    async (environ, startResponse) => {
      try {
        result.set(await read(environ['wsgi.input'], await arrived.get()));
      } catch (error) {
        result.setException(error as Error);
      }
      startResponse('200 OK', []);
      return [];
    },
    async ({ port, errors }) => {
      const client = rawClient(port, request);
      arrived.set(client);
      await result.get();
      const response = await client.end();
      if (options !== undefined) return;
      assert.match(response, /^HTTP\/1.1 200 OK/);
      assert.equal(errors(), '');
    },
    options,
  );
  return result.get();
}

const text = async (piece: Promise<Buffer>): Promise<string> => String(await piece);
const texts = async (pieces: Promise<Buffer[]>): Promise<string[]> => (await pieces).map(String);

test('read() gives the whole body, by length and in chunks', async () => {
  assert.equal(await reading(withLength('hello'), (input) => text(input.read())), 'hello');
  assert.equal(
    await reading(`${CHUNKED}3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n`, (input) => text(input.read(-1))),
    'hello',
  );
  assert.equal(await reading(withLength(''), (input) => text(input.read())), '');
  const big = 'x'.repeat(1_000_000);
  assert.equal(await reading(withLength(big), async (input) => (await input.read()).length), 1_000_000);
});

test('read(size) gives that many bytes, less at the end, and then none', async () => {
  const pieces = await reading(withLength('abcdefg'), async (input) => [
    await text(input.read(3)),
    await text(input.read(0)),
    await text(input.read(3)),
    await text(input.read(3)),
    await text(input.read(3)),
    await text(input.read()),
  ]);
  assert.deepEqual(pieces, ['abc', '', 'def', 'g', '', '']);
});

test('readLine() and iteration give lines, the last one as it is', async () => {
  const body = 'one\ntwo\r\n\nfour';
  assert.deepEqual(await reading(withLength(body), (input) => texts(input.readLines())), [
    'one\n',
    'two\r\n',
    '\n',
    'four',
  ]);
  const lines = await reading(withLength(body), async (input) => {
    const seen: string[] = [
      await text(input.readLine(2)),
      await text(input.readLine(2)),
      await text(input.readLine(9)),
    ];
    for await (const line of input) seen.push(String(line));
    return seen;
  });
  assert.deepEqual(lines, ['on', 'e\n', 'two\r\n', '\n', 'four']);
  assert.deepEqual(await reading(withLength(body), (input) => texts(input.readLines(5))), [
    'one\n',
    'two\r\n',
  ]);
});

test('a line that comes in many pieces is put together', async () => {
  const line = await reading(`${CHUNKED}2\r\nab\r\n`, async (input, { socket }) => {
    const reader = spawn(() => input.readLine());
    for (const piece of ['cd', 'e\n']) socket.write(`2\r\n${piece}\r\n`);
    socket.write('3\r\nxyz\r\n0\r\n\r\n');
    return [String(await reader.get()), await text(input.read())];
  });
  assert.deepEqual(line, ['abcde\n', 'xyz']);
});

test('a read that is killed or timed out loses nothing', async () => {
  const result = await reading(withLength('ab', 5), async (input, { socket }) => {
    const caught: unknown[] = [];
    try {
      await withTimeout(0.05, () => input.read());
    } catch (error) {
      caught.push(error instanceof Timeout);
    }
    const reader = spawn(() => input.readLine());
    await withTimeout(0.01, () => new Event().wait(), { timeoutValue: false });
    caught.push(await reader.kill());
    assert.ok((await reader.get()) instanceof GreenletExit);
    socket.write('cde');
    return [...caught, await text(input.read())];
  });
  assert.deepEqual(result, [true, 'killed', 'abcde']);
});

test('only one greenlet may read at a time', async () => {
  const error = await reading(withLength('ab', 3), async (input, { socket }) => {
    const first = spawn(() => input.read());
    await withTimeout(0.01, () => new Event().wait(), { timeoutValue: false });
    const refusal = await input.read().catch((reason: unknown) => reason);
    socket.write('c');
    await first.get();
    return refusal;
  });
  assert.ok(error instanceof ConcurrentObjectUseError);
});

test('a client that goes away in the middle is an error that says so', async () => {
  const error = await reading(
    withLength('ab', 5),
    async (input, { socket }) => {
      assert.equal(await text(input.read(1)), 'a');
      socket.destroy();
      const first = await input.read().catch((reason: unknown) => reason);
      assert.equal(
        ((await input.read().catch((reason: unknown) => reason)) as Error).message,
        (first as Error).message,
      );
      return first;
    },
    { killOnDisconnect: false },
  );
  assert.equal((error as { code?: string }).code, 'ECONNRESET');
  assert.match(String(error), /after 2 of 5 bytes/);
});

test('a client that waits for 100 Continue is told so when the body is read, and not before', async () => {
  const read = new Event();
  await withWsgi(
    async (environ, startResponse) => {
      await read.wait();
      const body = environ.PATH_INFO === '/read' ? await environ['wsgi.input'].read() : '';
      startResponse('200 OK', []);
      return [body];
    },
    async ({ port }) => {
      const request = (path: string): string =>
        `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n`;
      const reader = rawClient(port, request('/read'));
      const other = rawClient(port, request('/other'));
      assert.equal(reader.text, '');
      read.set();
      await reader.until(/^HTTP\/1.1 100 Continue\r\n\r\n$/);
      reader.socket.write('hi');
      assert.match(split(await reader.end()).body, /\r\n\r\nhi$/);
      assert.match(await other.until(/\r\n\r\n/), /^HTTP\/1.1 200 OK/);
      other.socket.destroy();
    },
  );
});

test('more is not read from the connection than somebody asks for', async () => {
  const size = 32 * 1024 * 1024;
  let written = 0;
  await withWsgi(
    async (environ, startResponse) => {
      const input = environ['wsgi.input'];
      await input.read(1);
      let before = -1;
      while (written !== before) {
        before = written;
        await withTimeout(0.05, () => new Event().wait(), { timeoutValue: false });
      }
      const stalledAt = written;
      const rest = await input.read();
      startResponse('200 OK', []);
      return [`${stalledAt < size} ${rest.length}`];
    },
    async ({ port }) => {
      const { socket, end } = rawClient(port, withLength('', size));
      const piece = Buffer.alloc(65_536);
      for (let sent = 0; sent < size; sent += piece.length) {
        if (!socket.write(piece)) await new Promise((resolve) => socket.once('drain', resolve));
        written = sent;
      }
      assert.match(await end(), new RegExp(`true ${size - 1}$`));
    },
  );
});

test('what an application leaves of a body is thrown away, and the connection goes on', async () => {
  const part = new Event();
  const application: WSGIApplication = async (environ, startResponse) => {
    // It has to wait for more, so that the rest comes later.
    const begin = await environ['wsgi.input'].read(4);
    part.set();
    startResponse('200 OK', []);
    return [begin, environ.PATH_INFO];
  };
  await withWsgi(application, async ({ port }) => {
    const { socket, until, end } = rawClient(
      port,
      'POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nab',
    );
    await sleep(0.02);
    socket.write('cd');
    await part.wait();
    await until(/abcd\/1$/);
    socket.write('x'.repeat(99_996));
    socket.write('POST /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    assert.match(await end(), /\/2$/);
  });
});

test('sizes that make no sense are refused at the call', async () => {
  await reading(withLength('a'), async (input) => {
    assert.throws(() => input.read('1' as never), TypeError);
    assert.throws(() => input.readLine(1.5), RangeError);
    assert.throws(() => input.readLines(NaN), RangeError);
  });
});
