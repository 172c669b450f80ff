// What is wrong with an application, and what its client sees of that.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Timeout, sleep } from '../../src/index.ts';
import type { HeaderPair, WSGIApplication } from '../../src/pywsgi.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';
import { ask, printedBy, split, withWsgi } from './wsgi-support.ts';

forbidUnhandledRejections();

const HEADERS: readonly HeaderPair[] = [['Content-Type', 'text/plain']];

/** What an application that fails answers, and what is printed. */
async function failing(application: WSGIApplication): Promise<{ response: string; errors: string }> {
  let response = '';
  let printed = '';
  await withWsgi(application, async ({ port, errors }) => {
    response = await ask(port, 'GET /path?q=1 HTTP/1.1', 'Cookie: secret=1');
    printed = errors();
  });
  return { response, errors: printed };
}

test('an error before the body is answered with 500 and printed with the request line, masked', async () => {
  const { response, errors } = await failing((_, startResponse) => {
    startResponse('200 OK', [...HEADERS, ['X-Private', '1']]);
    throw new Error('boom');
  });
  assert.match(response, /^HTTP\/1.1 500 Internal Server Error\r\n/);
  assert.doesNotMatch(response, /X-Private|boom/);
  assert.equal(split(response).body, 'Internal Server Error');
  assert.match(errors, /Error: boom\n {4}at /);
  assert.match(errors, /<WSGIHandler "GET \/path\?q=1 HTTP\/1.1" \{ .*'?REMOTE_ADDR'?: '127.0.0.1'/);
  assert.match(errors, /failed with Error\n\n$/);
  assert.doesNotMatch(errors, /secret/);
});

test('an error behind the first piece of the body cuts the connection', async () => {
  const { response, errors } = await failing((_, startResponse) => {
    startResponse('200 OK', HEADERS);
    return (function* () {
      yield 'begun';
      throw new Error('boom');
    })();
  });
  assert.match(response, /^HTTP\/1.1 200 OK/);
  assert.match(response, /5\r\nbegun\r\n$/);
  assert.match(errors, /boom/);
});

test('an application must call startResponse(), and return what can be iterated', async () => {
  const silent = await failing(() => ['body']);
  assert.match(silent.response, /^HTTP\/1.1 500/);
  assert.match(silent.errors, /did not call startResponse/);
  const empty = await failing(() => []);
  assert.match(empty.response, /^HTTP\/1.1 500/);
  for (const body of [undefined, 5, {}, [5], [[1]]]) {
    const { response, errors } = await failing((_, startResponse) => {
      startResponse('200 OK', HEADERS);
      return body as never;
    });
    assert.match(response, /^HTTP\/1.1 500/, JSON.stringify(body));
    assert.match(errors, /TypeError: .*expected /);
  }
});

test('a second startResponse() is an error, unless it brings one', async () => {
  const twice = await failing((_, startResponse) => {
    startResponse('200 OK', HEADERS);
    startResponse('200 OK', HEADERS);
    return [];
  });
  assert.match(twice.errors, /it was started already, with 200 OK/);
  const replaced = await failing((_, startResponse) => {
    startResponse('200 OK', HEADERS);
    const error = new Error('mine');
    startResponse('418 Teapot', HEADERS, [Error, error, error.stack]);
    return ['sorry'];
  });
  assert.match(replaced.response, /^HTTP\/1.1 418 Teapot[^]*sorry$/);
  assert.equal(replaced.errors, '');
});

test('startResponse() with an error throws it when the headers are out', async () => {
  const mine = new Error('mine');
  let caught: unknown;
  const { response } = await failing(async (_, startResponse) => {
    const write = startResponse('200 OK', HEADERS);
    await write('out');
    try {
      startResponse('500 Oh', HEADERS, mine);
    } catch (error) {
      caught = error;
    }
    return [];
  });
  assert.equal(caught, mine);
  assert.match(response, /^HTTP\/1.1 200 OK/);
});

test('statuses and headers that cannot be sent are refused', async () => {
  const bad: (readonly [status: unknown, headers: unknown])[] = [
    [200, []],
    ['OK', []],
    ['2000 OK', []],
    ['200 OK\r\nX-Split: 1', []],
    ['100 Continue', []],
    ['200 OK', undefined],
    ['200 OK', { a: 'b' }],
    ['200 OK', [['a']]],
    ['200 OK', [['a', 1]]],
    ['200 OK', [['a b', 'c']]],
    ['200 OK', [['', 'c']]],
    ['200 OK', [['a:', 'c']]],
    ['200 OK', [['Location', '/\r\nSet-Cookie: a=b']]],
    ['200 OK', [['Location', '/\n']]],
    ['200 OK', [['X', 'a\0b']]],
    ['200 OK', [['X', 'smile \u{1f642}']]],
    ['200 OK', [['Connection', 'keep-alive']]],
    ['200 OK', [['transfer-encoding', 'chunked']]],
    ['200 OK', [['Upgrade', 'h2c']]],
    ['200 OK', [['Content-Length', '-1']]],
    ['200 OK', [['Content-Length', '1'], ['Content-Length', '2']]], // prettier-ignore
  ];
  const refused: unknown[] = [];
  await failing((_, startResponse) => {
    for (const [status, headers] of bad) {
      try {
        startResponse(status as string, headers as HeaderPair[]);
        refused.push(undefined);
      } catch (error) {
        refused.push(error);
      }
    }
    startResponse('200 OK', []);
    return [];
  });
  for (const [index, error] of refused.entries()) {
    const isRefusal = error instanceof TypeError || error instanceof RangeError;
    assert.ok(isRefusal, `${JSON.stringify(bad[index])}: ${String(error)}`);
    assert.match(error.message, /^startResponse\((status|headers)\)/);
  }
});

test('close() of the body is called when it is through, when it fails, and when sending fails', async () => {
  const closed: string[] = [];
  const body = (name: string, chunks: () => Iterable<unknown>): never =>
    ({
      [Symbol.iterator]: () => chunks()[Symbol.iterator](),
      close: async () => {
        await sleep(0);
        closed.push(name);
      },
    }) as never;
  const application: WSGIApplication = (environ, startResponse) => {
    startResponse('200 OK', HEADERS);
    const bodies: Record<string, () => never> = {
      '/whole': () => body('whole', () => ['a']),
      '/fails': () =>
        body('fails', function* () {
          yield 'a';
          throw new Error('boom');
        }),
      '/wrong': () => body('wrong', () => ['a', 5]),
    };
    return bodies[environ.PATH_INFO]!();
  };
  await withWsgi(application, async ({ port }) => {
    for (const path of ['/whole', '/fails', '/wrong']) await ask(port, `GET ${path} HTTP/1.1`);
  });
  assert.deepEqual(closed, ['whole', 'fails', 'wrong']);
});

test('an error of close() is printed, and the response stands', async () => {
  const { response, errors } = await failing((_, startResponse) => {
    startResponse('200 OK', HEADERS);
    return Object.assign(['fine'], {
      close() {
        throw new Error('late');
      },
    });
  });
  assert.match(response, /^HTTP\/1.1 200 OK[^]*fine$/);
  assert.match(errors, /late/);
});

test('a Timeout that the application lets through is answered with 500', async () => {
  let response = '';
  const printed = await printedBy(async () => {
    ({ response } = await failing(async (_, startResponse) => {
      startResponse('200 OK', HEADERS);
      await new Timeout(0.001).run(() => sleep(60));
      return [];
    }));
  });
  assert.match(response, /^HTTP\/1.1 500/);
  assert.match(printed, /failed with Timeout/);
});
