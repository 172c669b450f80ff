// A server with gevent 0.13's request interface, on a free port.
import { RequestServer, type RequestServerOptions } from '../../src/http/request-server.ts';
import type { ServerRequest } from '../../src/http/request-server-request.ts';
import { ask, nothingLeft } from './wsgi-support.ts';

/** A server that is tested. */
export interface Running {
  readonly server: RequestServer;
  readonly port: number;
}

/** Runs a server while `body` runs; afterwards nothing of it may be left. */
export async function withServer(
  handle: (request: ServerRequest) => unknown,
  body: (running: Running) => Promise<unknown>,
  options: RequestServerOptions = {},
): Promise<void> {
  const server = new RequestServer(['127.0.0.1', 0], handle, { log: null, errorLog: null, ...options });
  await server.start();
  try {
    await body({ server, port: server.serverPort as number });
  } finally {
    await server.stop({ timeout: 5 });
  }
  await nothingLeft();
}

/** What this handler answers a request with. */
export async function answer(
  handle: (request: ServerRequest) => unknown,
  ...lines: string[]
): Promise<string> {
  let response = '';
  await withServer(handle, async ({ port }) => {
    response = await ask(port, ...(lines.length === 0 ? ['GET / HTTP/1.1'] : lines));
  });
  return response;
}
