/**
 * A Hono application, unmodified, each request in a greenlet of its own.
 *
 * Run it:
 *   npm run example -- hono-app [PORT]
 *   curl http://127.0.0.1:3000/hello/world
 *   curl http://127.0.0.1:3000/slow
 *   curl -d 'some text' http://127.0.0.1:3000/upper
 *
 * You will see a greeting, an answer after two seconds (press Ctrl-C in curl before that, and the server says that
 * the request's greenlet was killed), and your text in capitals, streamed both ways.
 */
import { Hono } from 'hono';
import { isInterrupt, sleep } from 'gevent-ts';
import { HTTPServer } from 'gevent-ts/http';
import { stopOnSignal } from './support/stop-on-signal.ts';

const port = Number(process.argv[2] ?? 3000);

const app = new Hono();
// A kill is no error of the application's: it is passed on to the server.
app.onError((error, c) => {
  if (isInterrupt(error)) throw error;
  console.error(error);
  return c.text('Something went wrong\n', 500);
});
app.get('/hello/:name', (c) => c.json({ hello: c.req.param('name') }));
app.get('/slow', async (c) => {
  try {
    await sleep(2);
    return c.text('done\n');
  } finally {
    console.log('/slow is over');
  }
});
app.post('/upper', (c) => {
  const capitals = new TransformStream<string, string>({
    transform: (text, controller) => controller.enqueue(text.toUpperCase()),
  });
  const text = c.req.raw.body?.pipeThrough(new TextDecoderStream()).pipeThrough(capitals);
  return c.body(text?.pipeThrough(new TextEncoderStream()) ?? '');
});

const server = new HTTPServer(['127.0.0.1', port], app.fetch, { log: process.stdout });
await server.start();
console.log(`Hono on http://127.0.0.1:${server.serverPort}/`);
stopOnSignal(server);
await server.serveForever();
