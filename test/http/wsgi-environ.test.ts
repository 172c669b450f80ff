// What an application is told of its request, and how little of it is printed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Environ, Input, SecureEnviron, WSGISecureEnviron, formatDateTime } from '../../src/pywsgi.ts';
import { ask, rawClient, withWsgi } from './wsgi-support.ts';

/** The variables that each of these requests made. */
async function environsOf(...requests: string[]): Promise<Environ[]> {
  const seen: Environ[] = [];
  await withWsgi(
    (environ, startResponse) => {
      seen.push(environ);
      startResponse('200 OK', []);
      return [];
    },
    async ({ port }) => {
      for (const request of requests) await rawClient(port, request).end();
    },
  );
  return seen;
}

test('the variables of a request are those of PEP 3333', async () => {
  const [environ] = await environsOf(
    'POST /a%20b/%C3%BC?x=%31&y HTTP/1.1\r\nHost: example.test:81\r\nConnection: close\r\n' +
      'Content-Type: text/plain\r\nContent-Length: 2\r\nX-Some-Thing: 1\r\n\r\nhi',
  );
  assert.ok(environ instanceof Environ);
  const {
    'wsgi.input': input,
    'wsgi.errors': errors,
    REMOTE_PORT,
    SERVER_PORT,
    SERVER_SOFTWARE,
    ...rest
  } = environ;
  assert.ok(input instanceof Input);
  assert.equal(typeof errors.write, 'function');
  assert.match(REMOTE_PORT, /^\d+$/);
  assert.match(SERVER_PORT, /^\d+$/);
  assert.match(SERVER_SOFTWARE, /^gevent-ts\/\d/);
  assert.deepEqual(rest, {
    REQUEST_METHOD: 'POST',
    SCRIPT_NAME: '',
    PATH_INFO: '/a b/ü',
    QUERY_STRING: 'x=%31&y',
    CONTENT_TYPE: 'text/plain',
    CONTENT_LENGTH: '2',
    SERVER_NAME: '127.0.0.1',
    SERVER_PROTOCOL: 'HTTP/1.1',
    GATEWAY_INTERFACE: 'CGI/1.1',
    REMOTE_ADDR: '127.0.0.1',
    HTTP_HOST: 'example.test:81',
    HTTP_CONNECTION: 'close',
    HTTP_X_SOME_THING: '1',
    'wsgi.version': [1, 0],
    'wsgi.url_scheme': 'http',
    'wsgi.input_terminated': true,
    'wsgi.multithread': false,
    'wsgi.multiprocess': false,
    'wsgi.run_once': false,
  });
});

test('repeated headers are joined by commas, cookies by semicolons, and names with an underscore dropped', async () => {
  const [environ] = await environsOf(
    'GET / HTTP/1.0\r\nX-Many: a\r\nCookie: a=1\r\nX_Many: evil\r\nx-many: b\r\nCookie: b=2\r\nContent_Length: 7\r\n\r\n',
  );
  assert.equal(environ!.HTTP_X_MANY, 'a,b');
  assert.equal(environ!.HTTP_COOKIE, 'a=1; b=2');
  assert.equal(environ!.CONTENT_LENGTH, undefined);
  assert.equal('CONTENT_LENGTH' in environ!, false);
  assert.equal('CONTENT_TYPE' in environ!, false);
});

test('a whole URL is taken apart, and its host counts', async () => {
  const request = (target: string, method = 'GET'): string =>
    `${method} ${target} HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n`;
  const environs = await environsOf(
    request('http://real.test:80/p?q=http://x/'),
    request('http://real.test'),
    request('http://real.test?q'),
    request('*', 'OPTIONS'),
    request('/100%/%zz/%2'),
    request('//double?'),
  );
  assert.deepEqual(
    environs.map(({ PATH_INFO, QUERY_STRING, HTTP_HOST }) => [PATH_INFO, QUERY_STRING, HTTP_HOST]),
    [
      ['/p', 'q=http://x/', 'real.test:80'],
      ['/', '', 'real.test'],
      ['/', 'q', 'real.test'],
      ['*', '', 'other'],
      ['/100%/%zz/%2', '', 'other'],
      ['//double', '', 'other'],
    ],
  );
});

test('each request has variables of its own', async () => {
  const seen: unknown[] = [];
  await withWsgi(
    (environ, startResponse) => {
      seen.push(environ['mine']);
      environ['mine'] = 1;
      startResponse('200 OK', []);
      return [];
    },
    async ({ port }) => {
      await ask(port, 'GET / HTTP/1.1');
      await ask(port, 'GET / HTTP/1.1');
    },
  );
  assert.deepEqual(seen, [undefined, undefined]);
});

test('an Environ prints everything, a SecureEnviron the values that it is told to', () => {
  const values = { REMOTE_ADDR: '1.2.3.4', HTTP_COOKIE: 'secret', HTTP_HOST: 'h' };
  assert.match(String(new Environ(values)), /secret/);
  const secure = new SecureEnviron(values);
  assert.doesNotMatch(String(secure), /secret|1\.2\.3\.4/);
  assert.match(inspect(secure), /HTTP_COOKIE'?: '<MASKED>'/);
  secure.whitelistKeys = ['REMOTE_ADDR'];
  assert.match(inspect(secure), /REMOTE_ADDR'?: '1.2.3.4'/);
  secure.printMaskedKeys = false;
  assert.match(`${secure}`, /\(hidden keys: 2\)/);
  assert.doesNotMatch(`${secure}`, /COOKIE/);
  secure.secureRepr = false;
  assert.match(inspect({ nested: secure }), /secret/);
  assert.deepEqual(Object.keys(secure), Object.keys(values));
});

test('a WSGISecureEnviron shows the client and the host', () => {
  const secure = new WSGISecureEnviron({
    REMOTE_ADDR: '1.2.3.4',
    REMOTE_PORT: '9',
    HTTP_HOST: 'h',
    A: '1',
    B: '2',
  });
  assert.equal(
    String(secure),
    "{ 'REMOTE_ADDR': '1.2.3.4', 'REMOTE_PORT': '9', 'HTTP_HOST': 'h', (hidden keys: 2) }",
  );
  assert.throws(() => (secure.whitelistKeys = 'A' as never), TypeError);
});

test('formatDateTime() writes a date as HTTP does', () => {
  assert.equal(formatDateTime(784_111_777), 'Sun, 06 Nov 1994 08:49:37 GMT');
  assert.throws(() => formatDateTime(NaN), TypeError);
  assert.throws(() => formatDateTime('0' as never), TypeError);
});
