/** A WSGI application that says hello, each request in a greenlet. */
import type { ServerBench } from './harness/types.ts';
import { WSGIServer } from '../src/pywsgi.ts';

const hello: ServerBench = async () => {
  let served = 0;
  const server = new WSGIServer(
    '127.0.0.1:0',
    (_environ, startResponse) => {
      served++;
      startResponse('200 OK', [['Content-Type', 'text/plain']]);
      return ['hello'];
    },
    // The connections are idle while other contenders have their turns.
    { log: null, errorLog: null, keepAliveTimeout: 120 },
  );
  await server.start();
  return { port: server.serverPort!, served: () => served };
};

export const benches: Readonly<Record<string, ServerBench>> = { 'http-wsgi': hello };
