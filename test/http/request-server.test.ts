// gevent 0.13's way of answering requests.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Event } from '../../src/event.ts';
import { HttpRequestDeleted } from '../../src/http/request-server-errors.ts';
import type { ServerRequest } from '../../src/http/request-server-request.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';
import { answer, withServer } from './request-server-support.ts';
import { rawClient, split } from './wsgi-support.ts';

forbidUnhandledRejections();

test('sendReply() answers with status, headers and body, and the connection is closed', async () => {
  await withServer(
    (request) => {
      request.addOutputHeader('Content-Type', 'text/plain');
      request.addOutputHeader('Set-Cookie', 'a=1');
      request.addOutputHeader('Set-Cookie', 'b=2');
      request.outputBuffer.write('hello ');
      request.sendReply(202, 'Fine', Buffer.from('world'));
    },
    async ({ port }) => {
      // No "Connection: close" from the client.
      const { head, body } = split(await rawClient(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n').end());
      assert.match(head, /^HTTP\/1.1 202 Fine\r\n/);
      assert.match(head, /\r\nConnection: close/);
      assert.match(head, /\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2/);
      assert.match(head, /\r\nContent-Length: 11/);
      assert.equal(body, 'hello world');
    },
  );
});

test('a handler that takes out Connection: close keeps the connection', async () => {
  await withServer(
    (request) => {
      assert.equal(request.findOutputHeader('connection'), 'close');
      assert.equal(request.removeOutputHeader('CONNECTION'), true);
      assert.equal(request.removeOutputHeader('CONNECTION'), false);
      request.sendReply(200, 'OK', request.uri);
    },
    async ({ port }) => {
      const client = rawClient(port, 'GET /1 HTTP/1.1\r\nHost: x\r\n\r\n');
      await client.until(/\/1$/);
      client.socket.write('GET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      assert.match(await client.end(), /\/2$/);
    },
  );
});

test('the request says all that is known of it', async () => {
  const seen: unknown[] = [];
  const response = await answer(
    (request) => {
      seen.push(
        [
          request.kind,
          request.type,
          request.typeStr,
          request.uri,
          request.major,
          request.minor,
          request.version,
        ],
        [
          request.remoteHost,
          typeof request.remotePort,
          request.chunked,
          request.responseCode,
          request.response,
        ],
        [request.findInputHeader('x-one'), request.findInputHeader('nothing')],
        request.getInputHeaders(),
      );
      assert.deepEqual(request.remote, [request.remoteHost, request.remotePort]);
      assert.deepEqual(request.connection.peer, request.remote);
      request.addInputHeader('X-Added', '3');
      assert.equal(request.removeInputHeader('X-ONE'), true);
      assert.deepEqual(
        request.inputHeaders.map(([name]) => name),
        ['Host', 'Connection', 'x-two', 'X-Added'],
      );
      request.clearInputHeaders();
      assert.deepEqual(request.inputHeaders, []);
      assert.match(
        String(request),
        /^<ServerRequest "PUT \/a%20b\?c HTTP\/1.1" from 127.0.0.1, unanswered>$/,
      );
      request.sendReply(201, 'Made');
      seen.push([request.responseCode, request.responseCodeLine, request.response, request.isAnswered]);
    },
    'PUT /a%20b?c HTTP/1.1',
    'X-One: 1',
    'x-two: 2',
  );
  assert.match(response, /^HTTP\/1.1 201 Made\r\n/);
  assert.deepEqual(seen, [
    [0, 8, 'PUT', '/a%20b?c', 1, 1, [1, 1]],
    ['127.0.0.1', 'number', false, 0, [0, '']],
    ['1', undefined],
    [
      ['Host', 'test'],
      ['Connection', 'close'],
      ['X-One', '1'],
      ['x-two', '2'],
    ],
    [201, 'Made', [201, 'Made'], true],
  ]);
});

test('the body is there when the handler begins', async () => {
  const body = 'one\ntwo\nthree';
  const seen: unknown[] = [];
  await withServer(
    (request) => {
      const { inputBuffer } = request;
      seen.push(request.chunked, inputBuffer.length);
      seen.push(String(inputBuffer.read(2)), String(inputBuffer.readLine()), [...inputBuffer].map(String));
      seen.push(inputBuffer.length, String(inputBuffer.readLine()), String(inputBuffer.read()));
      request.sendReply(200);
    },
    async ({ port }) => {
      const head = 'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n';
      await rawClient(port, `${head}Content-Length: ${body.length}\r\n\r\n${body}`).end();
      const client = rawClient(port, `${head}Transfer-Encoding: chunked\r\n\r\n7\r\none\ntwo\r\n`);
      client.socket.write('6\r\n\nthree\r\n0\r\n\r\n');
      assert.match(await client.end(), /^HTTP\/1.1 200 OK/);
    },
  );
  const each = [13, 'on', 'e\n', ['two\n', 'three'], 0, '', ''];
  assert.deepEqual(seen, [false, ...each, true, ...each]);
});

test('a reply in pieces goes out as it comes, in chunks', async () => {
  const go = new Event();
  await withServer(
    async (request) => {
      request.sendReplyStart(200, 'OK');
      assert.equal(request.chunked, request.minor === 1);
      await request.sendReplyChunk('one');
      await go.wait();
      await request.sendReplyChunk(Buffer.from('two'));
      request.sendReplyEnd();
    },
    async ({ port }) => {
      const client = rawClient(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      await client.until(/one/);
      go.set();
      assert.match(
        await client.end(),
        /Transfer-Encoding: chunked[^]*\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n$/,
      );
      assert.equal(split(await rawClient(port, 'GET / HTTP/1.0\r\n\r\n').end()).body, 'onetwo');
    },
  );
});

test('an announced length bounds a reply in pieces', async () => {
  const response = await answer(async (request) => {
    request.addOutputHeader('Content-Length', '4');
    request.sendReplyStart(200);
    await request.sendReplyChunk('abc');
    assert.throws(() => request.sendReplyChunk('de'), RangeError);
    await request.sendReplyChunk('d');
    request.sendReplyEnd();
  });
  assert.match(response, /\r\n\r\nabcd$/);
});

test('a reply that is shorter than it announced closes the connection', async () => {
  await withServer(
    async (request) => {
      request.removeOutputHeader('Connection');
      request.addOutputHeader('Content-Length', '4');
      request.sendReplyStart(200);
      await request.sendReplyChunk('abc');
      request.sendReplyEnd();
    },
    async ({ port }) => {
      assert.match(await rawClient(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n').end(), /\r\n\r\nabc$/);
    },
  );
});

test('sendError() answers with a page, in which nothing of the reason is markup', async () => {
  const response = await answer((request) => {
    request.addOutputHeader('X-Before', '1');
    request.outputBuffer.write('half done');
    request.sendError(404, '<b>Not & Found</b>');
  });
  const { head, body } = split(response);
  assert.match(head, /^HTTP\/1.1 404 <b>Not & Found<\/b>\r\n/);
  assert.match(head, /Connection: close/);
  assert.doesNotMatch(head, /X-Before/);
  assert.match(body, /404 &#60;b&#62;Not &#38; Found/);
});

test('a request is answered once', async () => {
  const refused: unknown[] = [];
  await answer((request) => {
    assert.throws(() => request.sendReplyEnd(), HttpRequestDeleted);
    request.sendReply(200, 'OK', 'first');
    for (const again of [
      () => request.sendReply(200),
      () => request.sendError(500),
      () => request.sendReplyStart(200),
      () => request.sendReplyChunk(''),
      () => request.sendReplyEnd(),
    ]) {
      try {
        again();
      } catch (error) {
        refused.push((error as Error).name);
      }
    }
  });
  assert.deepEqual(refused, Array(5).fill('HttpRequestDeleted'));
});

test('detach() lets go of the request, and closes its connection when it was not answered', async () => {
  let held: ServerRequest | undefined;
  const response = await answer((request) => {
    held = request;
    request.detach();
    request.detach();
    assert.equal(request.inputBuffer.length, 0);
    assert.throws(() => request.outputBuffer.write('a'), HttpRequestDeleted);
  });
  assert.equal(response, '');
  assert.throws(() => held?.sendReply(200), HttpRequestDeleted);
});

test('headers that cannot be sent are refused at the call', async () => {
  await answer((request) => {
    assert.throws(() => request.addOutputHeader('X', 'a\r\nSet-Cookie: b'), TypeError);
    assert.throws(() => request.addOutputHeader('a b', 'c'), TypeError);
    assert.throws(() => request.addOutputHeader('Transfer-Encoding', 'chunked'), TypeError);
    assert.throws(() => request.addOutputHeader('Content-Length', '1 2'), TypeError);
    assert.throws(() => request.sendReply(200, 'O\nK'), TypeError);
    assert.throws(() => request.sendReply('200' as never), TypeError);
    assert.throws(() => request.sendReply(99), TypeError);
    assert.throws(() => request.sendReply(200, 'OK', 5 as never), TypeError);
    request.sendReply(200);
  });
});

test('HEAD gets the headers of the reply alone', async () => {
  const response = await answer((request) => request.sendReply(200, 'OK', 'hello'), 'HEAD / HTTP/1.1');
  assert.match(response, /Content-Length: 5\r\n[^]*\r\n\r\n$/);
});
