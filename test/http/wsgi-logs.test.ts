// What a WSGI server writes: who asked for what, and what went wrong.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HTTPServer } from '../../src/http.ts';
import { LoggingLogAdapter, type WSGIApplication, WSGIHandler } from '../../src/pywsgi.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';
import { ask, printedBy, withWsgi } from './wsgi-support.ts';

forbidUnhandledRejections();

const hello: WSGIApplication = (environ, startResponse) => {
  startResponse('200 OK', [['Content-Type', 'text/plain']]);
  return [`hello from ${environ.PATH_INFO}`];
};

const failing: WSGIApplication = () => {
  throw new Error('boom');
};

test('the access log has client, time, request line, status, bytes and seconds', async () => {
  await withWsgi(hello, async ({ port, log, server }) => {
    assert.ok(server instanceof HTTPServer);
    const response = await ask(port, 'GET /a?b HTTP/1.1');
    assert.equal(log.length, 1);
    const line =
      /^127\.0\.0\.1 - - \[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] "GET \/a\?b HTTP\/1\.1" 200 (\d+) \d+\.\d{6}$/;
    assert.match(log[0]!, line);
    assert.equal(Number(line.exec(log[0]!)![1]), response.length);
  });
});

test('logs may be streams, loggers, adapters, or null', async () => {
  const lines: string[] = [];
  const keep = (text: string): void => void lines.push(text);
  for (const log of [
    { write: keep },
    { info: keep },
    { log: (level: string, text: string) => keep(`${level} ${text}`) },
    new LoggingLogAdapter({ log: (level, text) => keep(`${level} ${text}`) }, 'debug'),
    null,
  ]) {
    await withWsgi(hello, ({ port }) => ask(port, 'GET / HTTP/1.1') as never, { log });
  }
  assert.deepEqual(
    lines.map((line) => line.replace(/127.*" 200.*\d/, 'LINE')),
    ['LINE\n', 'LINE', 'info LINE', 'debug LINE'],
  );
  assert.throws(() => new LoggingLogAdapter({}), TypeError);
  assert.throws(() => new LoggingLogAdapter({ info: keep }, 'debug'), TypeError);
});

test('wsgi.errors and logError() write to the error log, which may be a logger', async () => {
  const lines: string[] = [];
  const application: WSGIApplication = (environ, startResponse) => {
    environ['wsgi.errors'].write('one\n');
    environ['wsgi.errors'].writeLines(['two\n', 'three\n']);
    environ['wsgi.errors'].flush();
    assert.throws(() => environ['wsgi.errors'].write(5 as never), TypeError);
    return hello(environ, startResponse);
  };
  class Complaining extends WSGIHandler {
    override async handleOneResponse(): Promise<void> {
      this.logError('a complaint');
      await super.handleOneResponse();
    }
  }
  await withWsgi(application, ({ port }) => ask(port, 'GET / HTTP/1.1') as never, {
    handlerClass: Complaining,
    errorLog: { log: (level, text) => void lines.push(`${level}: ${text.replace(/\[.*\]/, 'TIME')}`) },
  });
  assert.deepEqual(lines, [
    'error: 127.0.0.1 - - TIME a complaint',
    'error: one',
    'error: two',
    'error: three',
  ]);
});

test('without an error log, an error is printed as that of any greenlet; with null, not at all', async () => {
  const printed = await printedBy(async () => {
    await withWsgi(failing, ({ port }) => ask(port, 'GET /x HTTP/1.1') as never, {
      errorLog: undefined as never,
    });
  });
  assert.match(printed, /Error: boom[^]*<WSGIHandler "GET \/x HTTP\/1.1" \{.*\}> failed with Error\n\n$/);
  const silent = await printedBy(async () => {
    await withWsgi(failing, ({ port }) => ask(port, 'GET /x HTTP/1.1') as never, { errorLog: null });
  });
  assert.equal(silent, '');
});
