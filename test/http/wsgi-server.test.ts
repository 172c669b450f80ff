// The server around the application: variables, handler classes, stopping, and clients that we did not write.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Event } from '../../src/event.ts';
import { sleep } from '../../src/index.ts';
import {
  Environ,
  MAX_REQUEST_LINE,
  type WSGIApplication,
  WSGIHandler,
  WSGIServer,
} from '../../src/pywsgi.ts';
import { WSGIServer as OldServer } from '../../src/wsgi.ts';
import { certificateText } from '../support/certificates.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';
import { ask, nothingLeft, rawClient, split, withWsgi } from './wsgi-support.ts';

forbidUnhandledRejections();

const hello: WSGIApplication = (environ, startResponse) => {
  startResponse('200 OK', [['Content-Type', 'text/plain']]);
  return [`hello from ${environ.PATH_INFO}`];
};

test('the environ option is added to what every request has, and may replace it', async () => {
  const seen: Environ[] = [];
  const application: WSGIApplication = (environ, startResponse) => {
    seen.push(environ);
    return hello(environ, startResponse);
  };
  await withWsgi(
    application,
    async ({ server, port }) => {
      await ask(port, 'GET / HTTP/1.1');
      assert.equal(server.getEnviron()['mine'], 1);
      assert.equal(server.maxAccept, 1);
      server.setEnviron({ mine: 2 });
      await ask(port, 'GET / HTTP/1.1');
      assert.equal(server.environ.SERVER_PORT, String(port));
    },
    {
      environ: {
        mine: 1,
        SERVER_NAME: 'example.test',
        'wsgi.url_scheme': 'https',
        'wsgi.multiprocess': true,
      },
    },
  );
  const [first, second] = seen as [Environ, Environ];
  assert.deepEqual(
    [first['mine'], first.SERVER_NAME, first['wsgi.url_scheme'], first['wsgi.multiprocess']],
    [1, 'example.test', 'https', true],
  );
  assert.deepEqual([second['mine'], second.SERVER_NAME, second['wsgi.url_scheme']], [2, '127.0.0.1', 'http']);
});

test('a subclass has its own variables and classes, a handler class its own steps', async () => {
  class MyEnviron extends Environ {}
  class MyServer extends WSGIServer {
    override baseEnv = { SERVER_SOFTWARE: 'mine', SCRIPT_NAME: '/app' };
    override environClass = MyEnviron;
  }
  class MyHandler extends WSGIHandler {
    override getEnviron(): Environ {
      const environ = super.getEnviron();
      environ['handler'] = this;
      return environ;
    }
    override finalizeHeaders(): void {
      this.responseHeaders.push(['X-Served-By', 'me']);
      this.closeConnection = true;
      super.finalizeHeaders();
    }
    override formatRequest(): string {
      return `${this.command} ${this.path} ${this.status} ${this.responseLength} ${this.accessEntry.length > 99}`;
    }
  }
  const log: string[] = [];
  const server = new MyServer(
    '127.0.0.1:0',
    (environ, startResponse) => {
      assert.ok(environ instanceof MyEnviron);
      const handler = environ['handler'] as MyHandler;
      assert.deepEqual([handler.requestVersion, handler.contentLength], ['HTTP/1.1', undefined]);
      startResponse('200 OK', []);
      return [`${environ.SERVER_SOFTWARE} ${environ.SCRIPT_NAME}`];
    },
    { handlerClass: MyHandler, log: (line) => log.push(line) },
  );
  await server.start();
  const response = await rawClient(server.serverPort!, 'GET /p HTTP/1.1\r\nHost: x\r\n\r\n').end();
  assert.match(response, /\r\nX-Served-By: me\r\n[^]*Connection: close[^]*mine \/app$/);
  // What no handler sees is logged all the same.
  await rawClient(server.serverPort!, 'GET / HTTP/9.9\r\n\r\n').end();
  assert.equal(log[0], 'GET /p 200 OK 9 true');
  assert.match(log[1]!, /" 4\d\d /);
  await server.stop();
  await nothingLeft();
});

test('stop() lets the request finish and closes idle connections at once; the server starts again', async () => {
  const go = new Event();
  const began = new Event();
  const application: WSGIApplication = async (environ, startResponse) => {
    began.set();
    await go.wait();
    return hello(environ, startResponse) as string[];
  };
  await withWsgi(application, async ({ server, port }) => {
    const idle = rawClient(port);
    const busy = rawClient(port, 'GET /busy HTTP/1.1\r\nHost: x\r\n\r\n');
    await began.wait();
    const stopping = server.stop({ timeout: 20 });
    assert.equal(await idle.end(), '');
    go.set();
    assert.match(await busy.end(), /hello from \/busy$/);
    assert.equal(await stopping, 0);
    await server.start();
    assert.equal(server.serverPort, port);
    assert.match(await ask(port, 'GET /again HTTP/1.1'), /again$/);
  });
});

test('stop() kills what does not finish in time', async () => {
  const began = new Event();
  let cleaned = false;
  const application: WSGIApplication = async () => {
    try {
      began.set();
      await sleep(60);
      return [];
    } finally {
      cleaned = true;
    }
  };
  await withWsgi(application, async ({ server, port }) => {
    const client = rawClient(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await began.wait();
    assert.equal(await server.stop({ timeout: 0.01 }), 1);
    await client.end();
    assert.equal(cleaned, true);
  });
});

test('it serves over TLS', async () => {
  const seen: unknown[] = [];
  await withWsgi(
    (environ, startResponse) => {
      seen.push(environ['wsgi.url_scheme'], environ.REMOTE_ADDR);
      return hello(environ, startResponse);
    },
    async ({ server, port }) => {
      assert.equal(server.environ['wsgi.url_scheme'], 'https');
      const body = await new Promise((resolve, reject) => {
        const options = {
          port,
          host: '127.0.0.1',
          path: '/tls',
          ca: certificateText('ca.pem'),
          agent: false,
        };
        httpsRequest(options, (response) => {
          let text = '';
          response.on('data', (data) => (text += data)).on('end', () => resolve(text));
        })
          .on('error', reject)
          .end();
      });
      assert.equal(body, 'hello from /tls');
    },
    { cert: certificateText('server.pem'), key: certificateText('server.key') },
  );
  assert.deepEqual(seen, ['https', '127.0.0.1']);
});

test('it serves on a Unix-domain socket', { skip: process.platform === 'win32' }, async () => {
  const path = join(tmpdir(), `wsgi-${process.pid}.sock`);
  const seen: unknown[] = [];
  const server = new WSGIServer(
    path,
    (environ, startResponse) => {
      seen.push(environ.REMOTE_ADDR, environ.REMOTE_PORT, environ.SERVER_NAME, environ.SERVER_PORT);
      return hello(environ, startResponse);
    },
    { log: null },
  );
  await server.start();
  const status = await new Promise((resolve, reject) => {
    httpRequest({ socketPath: path, agent: false }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
  assert.equal(status, 200);
  assert.deepEqual(seen, ['', '', '', '']);
  await server.stop();
  await nothingLeft();
});

test('gevent-ts/wsgi sends a response when all of it is there, and closes the connection', async () => {
  const server = new OldServer(
    '127.0.0.1:0',
    async function* (_, startResponse) {
      const write = startResponse('200 OK', []);
      await write('one ');
      yield 'two ';
      // Not too late: nothing has been sent.
      startResponse('201 Made', [], new Error('changed'));
      yield 'three';
    },
    { log: null },
  );
  await server.start();
  const { head, body } = split(
    await rawClient(server.serverPort!, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n').end(),
  );
  assert.match(head, /^HTTP\/1.1 201 Made\r\n[^]*Content-Length: 13/);
  assert.match(head, /Connection: close/);
  assert.equal(body, 'one two three');
  await server.stop();
  await nothingLeft();
});

test('curl gets its answers: HTTP/1.0, HEAD, chunked uploads', async (context) => {
  const application: WSGIApplication = async (environ, startResponse) => {
    const body = String(await environ['wsgi.input'].read());
    startResponse('200 OK', []);
    return [`${environ.REQUEST_METHOD} ${environ.SERVER_PROTOCOL} ${body}`];
  };
  await withWsgi(application, async ({ port }) => {
    const curl = async (...args: string[]): Promise<string> => {
      const { stdout } = await promisify(execFile)('curl', ['-sS', ...args, `http://127.0.0.1:${port}/`]);
      return stdout;
    };
    try {
      assert.equal(await curl('--http1.0'), 'GET HTTP/1.0 ');
      assert.match(await curl('-I'), /^HTTP\/1.1 200 OK/);
      assert.equal(await curl('-H', 'Transfer-Encoding: chunked', '-d', 'abc'), 'POST HTTP/1.1 abc');
      assert.equal(await curl('-H', 'Expect: 100-continue', '-d', 'abc'), 'POST HTTP/1.1 abc');
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
      context.diagnostic('curl is not installed');
    }
  });
});

test('a body that is too long is answered with 413, and a request line that is too long with 414', async () => {
  const application: WSGIApplication = async (environ, startResponse) => {
    await environ['wsgi.input'].read();
    return hello(environ, startResponse) as string[];
  };
  await withWsgi(
    application,
    async ({ port, errors }) => {
      const head = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
      assert.match(
        await rawClient(port, `${head}14\r\n${'x'.repeat(20)}\r\n0\r\n\r\n`).end(),
        /^HTTP\/1.1 413/,
      );
      assert.match(await ask(port, `GET /${'x'.repeat(MAX_REQUEST_LINE)} HTTP/1.1`), /^HTTP\/1.1 414/);
      assert.doesNotMatch(errors(), /failed with/);
    },
    { maxBodySize: 10 },
  );
});

test('arguments that make no sense are refused', () => {
  assert.throws(() => new WSGIServer(':0', 5 as never), /WSGIServer\(application\): expected a function/);
  assert.throws(() => new WSGIServer(':0', hello, { handlerClass: {} as never }), TypeError);
  assert.throws(() => new WSGIServer(':0', hello, { environ: [] as never }), TypeError);
  assert.throws(() => new WSGIServer(':0', hello, { log: 5 as never }), /WSGIServer\(\{ log \}\)/);
  assert.throws(() => new WSGIServer(':0', hello, { errorLog: (() => {}) as never }), TypeError);
  assert.throws(() => new WSGIServer(':0', hello, { maxBodySize: -1 }), RangeError);
});
