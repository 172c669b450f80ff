/** HTTP servers that say hello, each request in a greenlet: with a Node listener, with a fetch handler. */
import type { BenchServer, ServerBench } from './harness/types.ts';
import { HTTPServer, type HTTPServerOptions, nodeHandler } from '../src/http.ts';
import { sleep } from '../src/index.ts';

const ADDRESS = '127.0.0.1:0';
// The connections are idle while other contenders have their turns.
const OPTIONS: HTTPServerOptions = { log: null, errorLog: null, keepAliveTimeout: 120 };

let served = 0;

async function started(server: HTTPServer): Promise<BenchServer> {
  await server.start();
  return { port: server.serverPort!, served: () => served };
}

const hello: ServerBench = () => {
  const handler = nodeHandler((_request, response) => {
    served++;
    response.end('hello');
  });
  return started(new HTTPServer(ADDRESS, handler, OPTIONS));
};

const helloLater: ServerBench = () => {
  const handler = nodeHandler(async (_request, response) => {
    served++;
    await sleep(0.01);
    response.end('hello');
  });
  return started(new HTTPServer(ADDRESS, handler, OPTIONS));
};

const fetched: ServerBench = () => {
  const handler = (): Response => {
    served++;
    return new Response('hello');
  };
  return started(new HTTPServer(ADDRESS, handler, OPTIONS));
};

export const benches: Readonly<Record<string, ServerBench>> = {
  'http-hello': hello,
  'http-fetch': fetched,
  'http-10k': helloLater,
  'idle-10k-http': hello,
};
