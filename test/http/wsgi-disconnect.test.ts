// Requests that end before their time: the client has gone, the server stops, or they take too long.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { Event } from '../../src/event.ts';
import { sleep } from '../../src/index.ts';
import type { HeaderPair, WSGIApplication } from '../../src/pywsgi.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';
import { ask, printedBy, rawClient, withWsgi } from './wsgi-support.ts';

forbidUnhandledRejections();

const HEADERS: readonly HeaderPair[] = [['Content-Type', 'text/plain']];
const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

test('a client that goes away has the application killed: finally blocks run, and close() is called', async () => {
  const seen: string[] = [];
  const over = new Event();
  const began = new Event();
  const application: WSGIApplication = (_, startResponse) => {
    startResponse('200 OK', HEADERS);
    const chunks = (async function* () {
      try {
        yield 'begun';
        began.set();
        await sleep(60);
        yield 'never';
      } finally {
        seen.push('finally');
      }
    })();
    return Object.assign(chunks, {
      close() {
        seen.push('close');
        over.set();
      },
    });
  };
  await withWsgi(application, async ({ port, errors }) => {
    const client = rawClient(port, GET);
    await client.until(/begun/);
    await began.wait();
    client.socket.destroy();
    await over.wait();
    assert.deepEqual(seen, ['finally', 'close']);
    assert.equal(errors(), '');
  });
});

test('a client that goes away stops a stream that knows nothing of greenlets', async () => {
  const over = new Event();
  const application: WSGIApplication = (_, startResponse) => {
    startResponse('200 OK', HEADERS);
    let calls = 0;
    return {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          (calls += 1) === 1 ? Promise.resolve({ done: false, value: 'begun' }) : new Promise(() => {}),
        return: () => new Promise(() => {}),
      }),
      close: () => over.set(),
    } as never;
  };
  await withWsgi(application, async ({ port }) => {
    const client = rawClient(port, GET);
    await client.until(/begun/);
    client.socket.destroy();
    assert.equal(await over.wait({ timeout: 20 }), true);
  });
});

test('an endless body to a client that does not read parks, and ends when the client goes', async () => {
  const over = new Event();
  let sent = 0;
  const application: WSGIApplication = (_, startResponse) => {
    startResponse('200 OK', HEADERS);
    return (function* () {
      try {
        for (;;) {
          sent += 1;
          yield Buffer.alloc(65_536);
        }
      } finally {
        over.set();
      }
    })();
  };
  await withWsgi(application, async ({ port, errors }) => {
    const client = rawClient(port, GET);
    await client.until(/200 OK/);
    client.socket.pause();
    let before = -1;
    while (sent !== before) {
      before = sent;
      await sleep(0.05);
    }
    client.socket.destroy();
    assert.equal(await over.wait({ timeout: 20 }), true);
    assert.equal(errors(), '');
  });
});

test('a stream of Node is destroyed when its reader goes away', async () => {
  const body = new Readable({ read() {} });
  const application: WSGIApplication = (_, startResponse) => {
    startResponse('200 OK', HEADERS);
    body.push('begun');
    return body;
  };
  await withWsgi(application, async ({ port }) => {
    const closed = new Promise((resolve) => body.on('close', resolve));
    const client = rawClient(port, GET);
    await client.until(/begun/);
    client.socket.destroy();
    await closed;
  });
});

for (const isReading of [true, false]) {
  const when = isReading ? 'when it writes next' : 'where it waits to write';
  test(`with killOnDisconnect: false the application goes on, and finds out ${when}`, async () => {
    const writing = new Event();
    const gone = new Event();
    const over = new Event();
    let caught: unknown;
    const application: WSGIApplication = async (_, startResponse) => {
      const write = startResponse('200 OK', HEADERS);
      await write('begun');
      if (isReading) await gone.wait();
      try {
        writing.set();
        for (;;) await write(Buffer.alloc(1_000_000));
      } catch (error) {
        caught = error;
        throw error;
      } finally {
        over.set();
      }
    };
    await withWsgi(
      application,
      async ({ port, errors }) => {
        const client = rawClient(port, GET);
        await client.until(/begun/);
        if (!isReading) {
          client.socket.pause();
          await writing.wait();
          await sleep(0.05);
        }
        client.socket.resetAndDestroy();
        await sleep(0.02);
        gone.set();
        assert.equal(await over.wait({ timeout: 20 }), true);
        assert.match(String((caught as { code?: string }).code), /^(EPIPE|ECONNRESET)$/);
        assert.equal(errors(), '');
      },
      { killOnDisconnect: false },
    );
  });
}

test('stop() has the bodies that it cuts closed', async () => {
  const closed = new Event();
  const application: WSGIApplication = (_, startResponse) => {
    startResponse('200 OK', HEADERS);
    const chunks = (async function* () {
      yield 'begun';
      await sleep(60);
    })();
    return Object.assign(chunks, { close: () => closed.set() });
  };
  await withWsgi(application, async ({ server, port }) => {
    const client = rawClient(port, GET);
    await client.until(/begun/);
    assert.equal(await server.stop({ timeout: 0.01 }), 1);
    assert.equal(closed.isSet(), true);
    assert.doesNotMatch(await client.end(), /0\r\n\r\n$/);
  });
});

test('an application that takes longer than handlerTimeout is answered with 503', async () => {
  let cleaned = false;
  const application: WSGIApplication = async () => {
    try {
      await sleep(60);
      return [];
    } finally {
      cleaned = true;
    }
  };
  const printed = await printedBy(() =>
    withWsgi(
      application,
      async ({ port }) => {
        assert.match(await ask(port, 'GET / HTTP/1.1'), /^HTTP\/1.1 503/);
        assert.equal(cleaned, true);
      },
      { handlerTimeout: 0.02 },
    ),
  );
  assert.match(printed, /Timeout/);
});
