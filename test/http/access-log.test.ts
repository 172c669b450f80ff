import assert from 'node:assert/strict';
import { type AccessEntry, formatAccessEntry } from '../../src/http/access-log.ts';
import { sleep } from '../../src/index.ts';
import { engineTest, eventually, get } from '../support/http.ts';
import { test } from 'node:test';

test('a line has client, local time, request line, status, bytes and seconds', () => {
  const time = new Date(2031, 4, 3, 13, 4, 5, 999);
  const entry = {
    client: '10.0.0.1',
    time,
    requestLine: 'GET /a HTTP/1.1',
    status: 200,
    length: 12,
    seconds: 0.5,
  };
  assert.equal(
    formatAccessEntry(entry),
    '10.0.0.1 - - [2031-05-03 13:04:05] "GET /a HTTP/1.1" 200 12 0.500000',
  );
  const empty = { ...entry, client: '', status: 0, length: 0, seconds: 1e-7 };
  assert.equal(formatAccessEntry(empty), '- - - [2031-05-03 13:04:05] "GET /a HTTP/1.1" 000 - 0.000000');
});

test('what could end a line or move a cursor is escaped', () => {
  const entry = {
    client: 'a\nb',
    time: new Date(0),
    requestLine: 'GET /"\\\r\n\u001B[2J\u0085\u2028é HTTP/1.1',
    status: 200,
    length: 1,
    seconds: 0,
  };
  const line = formatAccessEntry(entry);
  assert.match(line, /^a\\x0ab - - /);
  assert.ok(line.includes(String.raw`"GET /\"\\\x0d\x0a\x1b[2J\x85\u2028é HTTP/1.1"`), line);
});

engineTest('each request is logged when it is over, to something with write', async ({ serve }) => {
  const lines: string[] = [];
  const served = await serve(
    async (_request, response) => {
      await sleep(0.02);
      response.end('hello');
    },
    { log: { write: (text) => lines.push(text) } },
  );
  const text = await served.exchange(get('/1') + get('/2?x=y', 'Connection: close'));
  await eventually(() => assert.equal(lines.length, 2));
  assert.match(
    lines[0] ?? '',
    /^127\.0\.0\.1 - - \[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] "GET \/1 HTTP\/1\.1" 200 \d+ 0\.\d{6}\n$/,
  );
  const lengths = lines.map((line) => Number(line.split(' ').at(-2)));
  assert.equal((lengths[0] ?? 0) + (lengths[1] ?? 0), text.length);
  assert.ok(Number(lines[0]?.split(' ').at(-1)) >= 0.019);
});

engineTest('a function is given the line and its parts', async ({ serve }) => {
  const entries: [string, AccessEntry][] = [];
  const served = await serve((_request, response) => response.writeHead(404).end(), {
    log: (line, entry) => entries.push([line, entry]),
  });
  await served.exchange(get('/', 'Connection: close'));
  await eventually(() => assert.equal(entries.length, 1));
  const [line, entry] = entries[0] as [string, AccessEntry];
  assert.equal(line, formatAccessEntry(entry));
  assert.equal(entry.status, 404);
  assert.equal(entry.client, '127.0.0.1');
  assert.equal(entry.requestLine, 'GET / HTTP/1.1');
});

engineTest('what was refused, failed or broken off is logged with its status', async (world) => {
  const statuses: string[] = [];
  const served = await world.serve(
    async (request) => {
      if (request.url === '/fail') throw new Error('no');
      await sleep(1000);
    },
    { log: (_line, { requestLine, status }) => statuses.push(`${requestLine} ${status}`) },
  );
  await served.exchange(get('/fail'));
  await served.exchange('nonsense\r\n\r\n');
  await served.exchange('GET /host HTTP/1.1\r\n\r\n');
  const client = await served.connect();
  client.send(get('/gone'));
  await eventually(() => assert.equal(served.engine.requests, 1));
  await sleep(0.01);
  client.socket.destroy();
  await eventually(() => assert.equal(statuses.length, 4));
  assert.deepEqual(statuses, [
    'GET /fail HTTP/1.1 500',
    'nonsense 400',
    'GET /host HTTP/1.1 400',
    'GET /gone HTTP/1.1 0',
  ]);
  assert.match(world.takePrinted(), /Error: no/);
});

engineTest('nonsense is told to the error log, made safe', async ({ serve }) => {
  const lines: string[] = [];
  const served = await serve(() => {}, { errorLog: { write: (text) => lines.push(text) } });
  await served.exchange('GET /\u001B[2J HTTP/1.1\r\n\r\n');
  assert.match(lines.join(''), /^127\.0\.0\.1 - - \[[^\]]+\] refused: Parse Error: [^\n]+\n$/);
  assert.ok(!lines.join('').includes('\u001B'));
});

engineTest('a log that fails is reported, and the request is answered', async (world) => {
  const served = await world.serve((_request, response) => response.end('ok'), {
    log: () => {
      throw new Error('the disk is full');
    },
  });
  assert.match(await served.exchange(get('/', 'Connection: close')), /ok$/);
  await eventually(() => assert.equal(served.engine.connections, 0));
  assert.match(world.takePrinted(), /the disk is full/);
});
