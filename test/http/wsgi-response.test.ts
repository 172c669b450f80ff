// What goes out: when, in which form, and what is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Event } from '../../src/event.ts';
import { sleep } from '../../src/index.ts';
import type { HeaderPair, WSGIApplication } from '../../src/pywsgi.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';
import { ask, rawClient, split, withWsgi } from './wsgi-support.ts';

forbidUnhandledRejections();

const HEADERS: readonly HeaderPair[] = [['Content-Type', 'text/plain']];

/** An application that answers 200 with this body. */
function answering(body: () => ReturnType<WSGIApplication>): WSGIApplication {
  return (_, startResponse) => {
    startResponse('200 OK', HEADERS);
    return body();
  };
}

test('an array gets its Content-Length, and the connection of a client of HTTP/1.1 is kept', async () => {
  const application = answering(() => ['hello ', Buffer.from('wörld')]);
  await withWsgi(application, async ({ port, errors }) => {
    const client = rawClient(port, 'GET /1 HTTP/1.1\r\nHost: x\r\n\r\n');
    const { head } = split(await client.until(/w\xc3\xb6rld$/));
    assert.match(head, /^HTTP\/1.1 200 OK\r\n/);
    assert.match(head, /\r\nContent-Type: text\/plain\r\n/);
    assert.match(head, /\r\nContent-Length: 12(\r\n|$)/);
    assert.match(head, /\r\nDate: /);
    client.socket.write('GET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    assert.equal((await client.end()).split('HTTP/1.1 200 OK').length, 3);
    assert.equal(errors(), '');
  });
});

test('requests in a pipeline are answered in their order', async () => {
  const application: WSGIApplication = async (environ, startResponse) => {
    if (environ.PATH_INFO === '/slow') await sleep(0.02);
    startResponse('200 OK', HEADERS);
    return [environ.PATH_INFO];
  };
  await withWsgi(application, async ({ port }) => {
    const requests = ['/slow', '/fast'].map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n`);
    const text = await rawClient(port, `${requests.join('\r\n')}Connection: close\r\n\r\n`).end();
    assert.match(text, /\/slow[^]*\/fast$/);
  });
});

test('a body of unknown length goes out in chunks, and to HTTP/1.0 up to the end of the connection', async () => {
  const application = answering(async function* () {
    yield '';
    yield 'one';
    await sleep(0.001);
    yield Buffer.from('three');
  });
  await withWsgi(application, async ({ port }) => {
    const { head, body } = split(await ask(port, 'GET / HTTP/1.1'));
    assert.match(head, /\r\nTransfer-Encoding: chunked(\r\n|$)/);
    assert.equal(body, '3\r\none\r\n5\r\nthree\r\n0\r\n\r\n');
    const old = split(await rawClient(port, 'GET / HTTP/1.0\r\n\r\n').end());
    assert.doesNotMatch(old.head, /Transfer-Encoding/);
    assert.equal(old.body, 'onethree');
  });
});

test('the headers go out with the first piece that is not empty, before the second is there', async () => {
  const more = new Event();
  const application: WSGIApplication = (_, startResponse) => {
    startResponse('200 OK', HEADERS);
    return (async function* () {
      yield '';
      startResponse('202 Accepted', HEADERS, new Error('changed my mind'));
      yield 'first';
      await more.wait();
      yield 'second';
    })();
  };
  await withWsgi(application, async ({ port }) => {
    const client = rawClient(port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    assert.match(await client.until(/first/), /^HTTP\/1.1 202 Accepted/);
    more.set();
    assert.match(await client.end(), /second/);
  });
});

test('generators, sets, strings, bytes, and promises of them are bodies', async () => {
  const bodies: Record<string, () => ReturnType<WSGIApplication>> = {
    '/generator': () =>
      (function* () {
        yield 'a';
        yield 'b';
      })(),
    '/set': () => new Set(['a', 'b']),
    '/string': () => 'ab',
    '/bytes': () => Buffer.from('ab'),
    '/promise': async () => ['a', 'b'],
    '/stream': () => new Blob(['ab']).stream() as never,
    '/empty': () => [],
  };
  const application: WSGIApplication = (environ, startResponse) => {
    startResponse('200 OK', HEADERS);
    return bodies[environ.PATH_INFO]!();
  };
  await withWsgi(application, async ({ port, errors }) => {
    for (const path of Object.keys(bodies)) {
      const { head, body } = split(await rawClient(port, `GET ${path} HTTP/1.0\r\n\r\n`).end());
      assert.match(head, /200 OK/);
      assert.equal(body, path === '/empty' ? '' : 'ab', path);
    }
    assert.equal(errors(), '');
  });
});

test('write() sends before anything is returned', async () => {
  const go = new Event();
  const application: WSGIApplication = async (_, startResponse) => {
    const write = startResponse('200 OK', HEADERS);
    await write('written ');
    await go.wait();
    return ['returned'];
  };
  await withWsgi(application, async ({ port }) => {
    const client = rawClient(port, 'GET / HTTP/1.0\r\n\r\n');
    await client.until(/written /);
    go.set();
    assert.equal(split(await client.end()).body, 'written returned');
  });
});

test('HEAD, 204 and 304 have no body, and the next response follows', async () => {
  const application: WSGIApplication = (environ, startResponse) => {
    startResponse(environ.QUERY_STRING.replace('+', ' '), HEADERS);
    return ['some body'];
  };
  await withWsgi(application, async ({ port, errors }) => {
    const request = (method: string, status: string): string =>
      `${method} /?${status} HTTP/1.1\r\nHost: x\r\n`;
    const text = await rawClient(
      port,
      `${request('HEAD', '200+OK')}\r\n${request('GET', '204+No')}\r\n${request('GET', '304+Same')}\r\n` +
        `${request('GET', '201+Made')}Connection: close\r\n\r\n`,
    ).end();
    const [head, none, same, made] = text.split(/(?=HTTP\/1\.1 )/) as [string, string, string, string];
    assert.match(head, /^HTTP\/1.1 200 OK[^]*Content-Length: 9\r\n[^]*\r\n\r\n$/);
    assert.match(none, /^HTTP\/1.1 204 No\r\n[^]*\r\n\r\n$/);
    assert.doesNotMatch(none, /Content-Length/);
    assert.match(same, /^HTTP\/1.1 304 Same\r\n[^]*\r\n\r\n$/);
    assert.match(made, /some body$/);
    assert.equal(errors(), '');
  });
});

test('the body of a HEAD request is not walked through', async () => {
  let steps = 0;
  const application = answering(function* () {
    for (;;) {
      steps += 1;
      yield 'endless';
    }
  });
  await withWsgi(application, async ({ port }) => {
    assert.match(await ask(port, 'HEAD / HTTP/1.1'), /^HTTP\/1.1 200 OK[^]*\r\n\r\n$/);
    assert.equal(steps, 1);
  });
});

test('a Content-Length of the application is sent once, and headers may repeat', async () => {
  const application: WSGIApplication = (_, startResponse) => {
    startResponse('200 OK', [
      ['Content-Length', '2'],
      ['content-length', '2'],
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ]);
    return ['ok'];
  };
  await withWsgi(application, async ({ port }) => {
    const { head } = split(await ask(port, 'GET / HTTP/1.1'));
    assert.equal(head.match(/content-length/gi)?.length, 1);
    assert.match(head, /Set-Cookie: a=1\r\nSet-Cookie: b=2/);
  });
});

test('more than the announced length is cut off, with an error', async () => {
  const application: WSGIApplication = (_, startResponse) => {
    startResponse('200 OK', [['Content-Length', '4']]);
    return ['abc', 'def'];
  };
  await withWsgi(application, async ({ port, errors }) => {
    const client = rawClient(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await client.until(/abcd$/);
    // The response is whole: the connection goes on.
    client.socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    assert.match(await client.end(), /abcdHTTP[^]*abcd$/);
    assert.match(errors(), /RangeError: Cannot write 3 bytes/);
  });
});

test('less than the announced length closes the connection', async () => {
  const application: WSGIApplication = (_, startResponse) => {
    startResponse('200 OK', [['Content-Length', '9']]);
    return ['abc'];
  };
  await withWsgi(application, async ({ port, errors }) => {
    const client = rawClient(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    assert.match(await client.end(), /abc$/);
    assert.match(errors(), /3 of the 9 bytes/);
  });
});
