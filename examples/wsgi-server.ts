/**
 * A WSGI application: a function of the request's environment and of a function that starts the answer.
 *
 * Run it:
 *   npm run example -- wsgi-server [PORT]
 *   curl http://127.0.0.1:8088/
 *   curl -d 'three lines' http://127.0.0.1:8088/count
 *   curl http://127.0.0.1:8088/slow
 *
 * You will see a greeting; how many bytes were sent; a page that comes piece by piece, a second each; and here the
 * access log, a line for each request.
 */
import { sleep } from 'gevent-ts';
import { type Environ, type StartResponse, WSGIServer } from 'gevent-ts/pywsgi';
import { stopOnSignal } from './support/stop-on-signal.ts';

const port = Number(process.argv[2] ?? 8088);
const HTML: [string, string][] = [['Content-Type', 'text/html']];
const TEXT: [string, string][] = [['Content-Type', 'text/plain']];

async function* slowly(): AsyncGenerator<string> {
  for (const piece of ['one\n', 'two\n', 'three\n']) {
    yield piece;
    await sleep(1);
  }
}

async function application(
  environ: Environ,
  startResponse: StartResponse,
): Promise<Iterable<string> | AsyncIterable<string>> {
  switch (environ.PATH_INFO) {
    case '/':
      startResponse('200 OK', HTML);
      return ['<b>hello world</b>\n'];
    case '/count': {
      const body = await environ['wsgi.input'].read();
      startResponse('200 OK', TEXT);
      return [`${body.length} bytes\n`];
    }
    case '/slow':
      startResponse('200 OK', TEXT);
      return slowly();
    default:
      startResponse('404 Not Found', HTML);
      return ['<h1>Not Found</h1>\n'];
  }
}

const server = new WSGIServer(['127.0.0.1', port], application, { log: process.stdout });
await server.start();
console.log(`WSGI server on http://127.0.0.1:${server.serverPort}/`);
stopOnSignal(server);
await server.serveForever();
