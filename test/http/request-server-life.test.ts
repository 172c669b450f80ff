// What becomes of requests whose handlers fail, do not answer, are too many, or lose their clients.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Event } from '../../src/event.ts';
import { RequestServer } from '../../src/http/request-server.ts';
import { sleep, spawn } from '../../src/index.ts';
import { Pool } from '../../src/pool.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';
import { answer, withServer } from './request-server-support.ts';
import { ask, printedBy, rawClient } from './wsgi-support.ts';

forbidUnhandledRejections();

test('a request that is left without an answer gets 500', async () => {
  assert.match(await answer(() => undefined), /^HTTP\/1.1 500 Internal Server Error\r\n/);
  assert.match(await answer(() => sleep(0.001)), /^HTTP\/1.1 500 Internal Server Error\r\n/);
});

test('a handler that fails gets its client 500, or cut off when the reply had begun', async () => {
  let response = '';
  const printed = await printedBy(async () => {
    response = await answer(() => {
      throw new Error('boom');
    });
  });
  assert.match(response, /^HTTP\/1.1 500 Internal Server Error/);
  assert.match(printed, /boom[^]*GET \/ HTTP\/1.1/);
  const cut = await printedBy(async () => {
    response = await answer(async (request) => {
      request.sendReplyStart(200);
      await request.sendReplyChunk('abc');
    });
  });
  assert.doesNotMatch(response, /0\r\n\r\n$/);
  assert.match(cut, /without sendReplyEnd/);
});

test('while the pool is full, clients get 503', async () => {
  const go = new Event();
  const pool = new Pool(1);
  await withServer(
    async (request) => {
      await go.wait();
      request.sendReply(200, 'OK', 'done');
    },
    async ({ server, port }) => {
      assert.equal(server.requestPool, pool);
      const first = rawClient(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      while (server.activeRequests.size === 0) await sleep(0.001);
      assert.match(await ask(port, 'GET / HTTP/1.1'), /^HTTP\/1.1 503 Service Temporarily Unavailable\r\n/);
      go.set();
      assert.match(await first.end(), /done$/);
      while (pool.full()) await sleep(0.001);
      assert.match(await ask(port, 'GET / HTTP/1.1'), /done$/);
    },
    { spawn: pool },
  );
});

test('a client that goes away has its handler killed', async () => {
  const seen: string[] = [];
  const over = new Event();
  await withServer(
    async () => {
      try {
        seen.push('began');
        await sleep(60);
      } finally {
        seen.push('finally');
        over.set();
      }
    },
    async ({ server, port }) => {
      const client = rawClient(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      while (server.activeRequests.size === 0) await sleep(0.001);
      client.socket.destroy();
      assert.equal(await over.wait({ timeout: 20 }), true);
    },
  );
  assert.deepEqual(seen, ['began', 'finally']);
});

test('another greenlet may answer while the handler waits for it', async () => {
  const response = await answer((request) =>
    spawn(() => request.sendReply(200, 'OK', 'from another')).join(),
  );
  assert.match(response, /from another$/);
});

test('curl and node:http get their answers', async (context) => {
  await withServer(
    (request) => request.sendReply(200, 'OK', `${request.typeStr} ${String(request.inputBuffer.read())}`),
    async ({ port }) => {
      const body = await new Promise<string>((resolve, reject) => {
        const client = httpRequest({ port, host: '127.0.0.1', method: 'POST' }, (response) => {
          let text = '';
          response.on('data', (data) => (text += data)).on('end', () => resolve(text));
        });
        client.on('error', reject).end('node');
      });
      assert.equal(body, 'POST node');
      const url = `http://127.0.0.1:${port}/`;
      const curl = await promisify(execFile)('curl', ['-sS', '-d', 'curl', url]).catch(
        (error: unknown) => error,
      );
      if ((curl as { code?: string }).code === 'ENOENT') return context.diagnostic('curl is not installed');
      assert.equal((curl as { stdout: string }).stdout, 'POST curl');
    },
  );
});

test('arguments that make no sense are refused', () => {
  const handle = (): void => {};
  assert.throws(() => new RequestServer(':0', 5 as never), TypeError);
  assert.throws(() => new RequestServer(':0', handle, { spawn: 0 }), RangeError);
  assert.throws(() => new RequestServer(':0', handle, { spawn: 'raw' as never }), TypeError);
  assert.throws(
    () => new RequestServer(':0', handle, { defaultResponseHeaders: [['a']] as never }),
    TypeError,
  );
});
