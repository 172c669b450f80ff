/**
 * A forward proxy for HTTP: give it to a browser, or to curl, as their proxy.
 *
 * Run it:
 *   npm run example -- web-proxy [PORT]
 *   curl -x http://127.0.0.1:8088 http://example.com/
 *   curl -x http://127.0.0.1:8088 https://example.com/
 *
 * You will see a line for each request. Plain requests are passed on by a Node handler; `CONNECT` (for https) opens
 * a tunnel, in which two greenlets carry bytes. When the client goes away in the middle, its request's greenlet is
 * killed, and the request to the other server with it.
 */
import { type IncomingMessage, type ServerResponse, request as ask } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { currentSignal, interruptible, taskGroup } from 'gevent-ts';
import { HTTPServer, nodeHandler } from 'gevent-ts/http';
import { createConnection, SHUT_WR, Socket, SocketError } from 'gevent-ts/socket';
import { stopOnSignal } from './support/stop-on-signal.ts';

const port = Number(process.argv[2] ?? 8088);

// What concerns one connection only, and is not passed on.
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
];

function passedOn(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}

/** The other server's answer, as far as its headers. Parks; killed meanwhile, the request is dropped. */
function relay(request: IncomingMessage, url: URL): Promise<IncomingMessage> {
  return interruptible(
    new Promise((resolve, reject) => {
      const options = {
        method: request.method,
        headers: passedOn(request.headers),
        signal: currentSignal(),
      };
      const outgoing = ask(url, options, resolve);
      outgoing.on('error', reject);
      request.pipe(outgoing);
    }),
  );
}

async function proxy(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const started = performance.now();
  if (!URL.canParse(request.url ?? '') || !request.url?.startsWith('http://')) {
    response.writeHead(400, { 'content-type': 'text/plain' }).end('This is a proxy: ask it for http://...\n');
    return;
  }
  try {
    const answer = await relay(request, new URL(request.url));
    response.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
    await interruptible(pipeline(answer, response));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error) || response.headersSent) throw error;
    response.writeHead(502, { 'content-type': 'text/plain' }).end(`${request.url}: ${error.message}\n`);
  }
  const milliseconds = (performance.now() - started).toFixed(0);
  console.log(`${request.method} ${request.url} ${response.statusCode} ${milliseconds} ms`);
}

async function carry(from: Socket, to: Socket): Promise<void> {
  for (let data = await from.recv(); data.length > 0; data = await from.recv()) await to.sendAll(data);
  to.shutdown(SHUT_WR);
}

/** `CONNECT host:port`: from here on the bytes are the client's own affair. */
async function tunnel(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
  const [, host, targetPort] = /^\[?([^\]]+)\]?:(\d+)$/.exec(request.url ?? '') ?? [];
  const client = Socket.fromStream(stream);
  try {
    const target = await createConnection([host ?? '', Number(targetPort)], { timeout: 10 });
    try {
      target.setTimeout(undefined);
      await client.sendAll('HTTP/1.1 200 Connection established\r\n\r\n');
      await target.sendAll(head);
      console.log(`CONNECT ${request.url}`);
      await taskGroup((group) => {
        group.spawn(carry, client, target);
        group.spawn(carry, target, client);
      });
    } finally {
      target.close();
    }
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    console.log(`CONNECT ${request.url}: ${error.message}`);
  } finally {
    client.close();
  }
}

const server = new HTTPServer(['127.0.0.1', port], nodeHandler(proxy), { log: null, upgrade: tunnel });
await server.start();
console.log(`Proxy on 127.0.0.1:${server.serverPort}`);
stopOnSignal(server);
await server.serveForever();
