// The URL of a request: from the target, the Host and the connection, in the form the standard gives it.
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import fc from 'fast-check';
import { originOf, urlOf, urlOfOtherTarget } from '../../src/http/fetch-url.ts';
import { fetchTest } from './fetch-support.ts';

const echo = (request: Request): Response => new Response(request.url);

test('a target becomes what the URL parser makes of it', () => {
  const origin = 'http://test';
  const targets = fc.array(
    fc.constantFrom(
      '/',
      '.',
      '..',
      '%2e',
      '%2E',
      '?',
      '#',
      'a',
      "'",
      '"',
      '<',
      '\\',
      '|',
      '^',
      '`',
      '{',
      '[',
      '~',
      '%',
      '%zz',
      ':',
      '@',
      ';',
      '=',
      '&',
      '+',
      ',',
      '*',
      '!',
      '(',
      '$',
      'é',
      '\t',
      '_',
      '-',
    ),
  );
  fc.assert(
    fc.property(targets, (parts) => {
      const target = `/${parts.join('')}`;
      assert.equal(urlOf(origin, target), new URL(origin + target).href);
    }),
    { numRuns: 3000 },
  );
});

test('other targets are whole URLs of the web, or an asterisk', () => {
  const cases: [string, string | undefined][] = [
    ['http://other/a', 'http://other/a'],
    ['HTTPS://Other:443', 'https://other/'],
    ['http://other/../b', 'http://other/b'],
    ['*', 'http://test/*'],
    ['http://', undefined],
    ['http://a b/', undefined],
    ['http://user@other/', undefined],
    ['ftp://other/', undefined],
    ['javascript:alert(1)', undefined],
    ['other:80', undefined],
    ['', undefined],
  ];
  for (const [target, expected] of cases)
    assert.equal(urlOfOtherTarget('http://test', target), expected, target);
});

test('scheme and address are those of the connection', () => {
  const cases: [socket: object, host: string | undefined, expected: string | undefined][] = [
    [{ encrypted: true }, 'test:443', 'https://test'],
    [{}, 'test:443', 'http://test:443'],
    [{ encrypted: true }, 'test', 'https://test'],
    [{}, 'test', 'http://test'],
    [{}, 'https://test', undefined],
    [{ localAddress: '10.0.0.1', localPort: 80 }, undefined, 'http://10.0.0.1'],
    [{ localAddress: '::ffff:10.0.0.1', localPort: 81 }, '', 'http://10.0.0.1:81'],
    [{ localAddress: 'fe80::1%eth0', localPort: 81 }, undefined, 'http://[fe80::1]:81'],
    // A Unix-domain socket.
    [{}, undefined, 'http://localhost'],
  ];
  for (const [socket, host, expected] of cases)
    assert.equal(originOf({ socket, headers: { host } } as unknown as IncomingMessage), expected, host);
});

fetchTest('the URL is of the host that the client asked for', async (serve) => {
  const served = await serve(echo);
  const cases: [string, string, string][] = [
    ['/', 'test', 'http://test/'],
    ['/a/b?c=d', 'TEST:80', 'http://test/a/b?c=d'],
    ['/', 'test:8080', 'http://test:8080/'],
    ['/', 'test:', 'http://test/'],
    ['/a/../b', 'a_b.example', 'http://a_b.example/b'],
    ['//x/y', 'test', 'http://test//x/y'],
    ['/', '[::1]:81', 'http://[::1]:81/'],
    ['/', '127.1', 'http://127.0.0.1/'],
    ['http://other:80/x', 'test', 'http://other/x'],
  ];
  for (const [target, host, expected] of cases)
    assert.equal((await served.ask(`GET ${target}\nHost: ${host}`)).body, expected, `${target} ${host}`);
});

fetchTest(
  'without a Host, in HTTP/1.0, it is the address that the client has connected to',
  async (serve) => {
    const served = await serve(echo);
    const { body } = await served.ask('GET /a HTTP/1.0');
    assert.equal(body, `http://127.0.0.1:${served.port}/a`);
  },
);

fetchTest('OPTIONS * has an asterisk for a path', async (serve) => {
  const served = await serve(echo);
  assert.equal((await served.ask('OPTIONS *')).body, 'http://test:81/*');
});

fetchTest('a Host that makes no sense is answered with 400, and no handler called', async (serve) => {
  let calls = 0;
  const served = await serve(() => {
    calls += 1;
    return new Response('ok');
  });
  for (const host of [
    'a b',
    'test/x',
    'test:x',
    'test:99999',
    'user@test',
    '[::1',
    '[x]',
    'a:b:c',
    '1.2.3.4.5.256',
    'ä',
    'a%00b',
  ])
    assert.equal((await served.ask(`GET /\nHost: ${host}`)).status, 400, host);
  for (const target of ['http://user@x/', 'http://a b/']) {
    const { status } = await served.ask(`GET ${target}`);
    assert.equal(status, 400, target);
  }
  assert.equal(calls, 0);
});

fetchTest('many hosts do not pile up', async (serve) => {
  const served = await serve(echo);
  const client = await served.connect();
  for (let index = 0; index < 600; index += 1) client.send(`GET / HTTP/1.1\r\nHost: h${index}\r\n\r\n`);
  await client.until('http://h599/');
  client.send('GET /again HTTP/1.1\r\nHost: h0\r\n\r\n');
  await client.until('http://h0/again');
});
