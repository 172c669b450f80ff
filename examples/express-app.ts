/**
 * An Express application, unmodified, each request in a greenlet of its own: so a request can be given a time, and
 * is killed when its client goes.
 *
 * Run it:
 *   npm run example -- express-app [PORT]
 *   curl http://127.0.0.1:3000/
 *   curl http://127.0.0.1:3000/report
 *
 * You will see a greeting, and for the report, which takes too long, a 503 after one second.
 */
import express from 'express';
import { sleep, Timeout, withTimeout } from 'gevent-ts';
import { HTTPServer, nodeHandler } from 'gevent-ts/http';
import { stopOnSignal } from './support/stop-on-signal.ts';

const port = Number(process.argv[2] ?? 3000);

const app = express();
app.get('/', (_request, response) => {
  response.send('hello from Express\n');
});
app.get('/report', async (_request, response) => {
  try {
    response.send(await withTimeout(1, longReport));
  } catch (error) {
    if (!(error instanceof Timeout)) throw error;
    response.status(503).send('The report takes too long today\n');
  }
});

async function longReport(): Promise<string> {
  await sleep(60);
  return 'all is well\n';
}

const server = new HTTPServer(['127.0.0.1', port], nodeHandler(app), { log: process.stdout });
await server.start();
console.log(`Express on http://127.0.0.1:${server.serverPort}/`);
stopOnSignal(server);
await server.serveForever();
