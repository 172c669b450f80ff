// Four servers of different kinds, whose handlers do what handlers do: answer, fail, dawdle.
import { Timeout, sleep } from '../../src/index.ts';
import { HTTPServer } from '../../src/http.ts';
import { DatagramServer, StreamServer } from '../../src/server.ts';
import { type Socket, SocketError } from '../../src/socket.ts';
import { certificatePair } from './certificates.ts';
import type { Dice } from './dice.ts';

/** The text of the errors that handlers fail with on purpose. */
export const ON_PURPOSE = 'a handler that fails on purpose';

/** The size of the large answer, which no slow reader ever sees the end of. */
export const LARGE = 4_000_000;

export interface MixedServers {
  readonly stream: StreamServer;
  readonly secure: StreamServer;
  readonly http: HTTPServer;
  readonly datagram: DatagramServer;
}

/** Starts them all. */
export async function startServers(dice: Dice): Promise<MixedServers> {
  const echo = (socket: Socket): Promise<void> => handle(socket, dice);
  const servers: MixedServers = {
    stream: new StreamServer('127.0.0.1:0', echo, { spawn: 60 }),
    secure: new StreamServer('127.0.0.1:0', echo, {
      spawn: 60,
      ...certificatePair('server'),
      handshakeTimeout: 0.4,
    }),
    http: new HTTPServer('127.0.0.1:0', answer, {
      log: () => {},
      errorLog: null,
      headersTimeout: 0.5,
      requestTimeout: 1,
      keepAliveTimeout: 0.5,
      sendTimeout: 0.5,
      handlerTimeout: 2,
      maxBodySize: 200_000,
      maxConnections: 60,
    }),
    datagram: new DatagramServer('127.0.0.1:0', async (data, address) => {
      if (data.length % 97 === 0) throw new Error(ON_PURPOSE);
      await sleep(dice.seconds(0.01));
      await servers.datagram.sendTo(data, address);
    }),
  };
  for (const server of Object.values(servers)) await server.start();
  return servers;
}

/** Gives back what it gets; sometimes not at once, not all, or not at all. */
async function handle(socket: Socket, dice: Dice): Promise<void> {
  try {
    socket.setTimeout(1);
    for (;;) {
      const data = await socket.recv(1 + dice.below(40_000));
      if (data.length === 0) return;
      if (dice.chance(0.02)) throw new Error(ON_PURPOSE);
      if (dice.chance(0.02)) return;
      if (dice.chance(0.1)) await sleep(dice.seconds(0.05));
      await socket.sendAll(data);
    }
  } catch (error) {
    // A client that stalls, or is gone.
    if (!(error instanceof SocketError)) throw error;
  }
}

/** The fetch handler. */
async function answer(request: Request): Promise<Response> {
  switch (new URL(request.url).pathname) {
    case '/fail':
      throw new Error(ON_PURPOSE);
    case '/slow':
      await sleep(0.02);
      return new Response('slow');
    case '/endless':
      return await endless();
    case '/large':
      return new Response(pieces(LARGE / 40_000));
    case '/read':
      return new Response(String((await request.arrayBuffer()).byteLength));
    case '/echo':
      return new Response(request.body);
    default:
      return new Response('quick');
  }
}

/** A handler that only a kill ends, or its own time. */
async function endless(): Promise<Response> {
  await new Timeout(0.5, false).run(async () => {
    for (;;) await sleep(0.01);
  });
  return new Response('too long', { status: 503 });
}

/** A body that is made as it is taken. */
function pieces(count: number): ReadableStream<Uint8Array> {
  let left = count;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      left -= 1;
      controller.enqueue(Buffer.alloc(40_000, 'x'));
      if (left === 0) controller.close();
    },
  });
}
