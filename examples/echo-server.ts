/**
 * A TCP echo server: each client talks to a greenlet of its own.
 *
 * Run it:
 *   npm run example -- echo-server [PORT]
 * and talk to it from other terminals, as many as you like:
 *   nc 127.0.0.1 6000
 *
 * You will see your lines come back, and a line here for each client that comes and goes. `quit` ends a
 * conversation; a client that says nothing for a minute is sent away. Ctrl-C ends the server: it refuses new
 * clients, gives those that are connected a second to finish, and cuts the rest.
 */
import { Timeout } from 'gevent-ts';
import { StreamServer } from 'gevent-ts/server';
import type { Address, Socket } from 'gevent-ts/socket';
import { stopOnSignal } from './support/stop-on-signal.ts';

const port = Number(process.argv[2] ?? 6000);

async function echo(client: Socket, address: Address): Promise<void> {
  console.log(`${String(address)} came`);
  try {
    await client.sendAll('Hello! I repeat what you say; say quit to leave.\n');
    const lines = client.makeFile('r');
    for (;;) {
      // One limit for each line; a Timeout with `false` ends its block quietly.
      const line = await new Timeout(60, false).run(() => lines.readLine());
      if (line === undefined) return await client.sendAll('Too quiet here. Bye.\n');
      if (line === '') return;
      if (line.trim().toLowerCase() === 'quit') return await client.sendAll('Bye.\n');
      await client.sendAll(line);
    }
  } finally {
    console.log(`${String(address)} went`);
  }
}

const server = new StreamServer(['127.0.0.1', port], echo);
await server.start();
console.log(`Echo server on 127.0.0.1:${server.serverPort}`);
stopOnSignal(server);
await server.serveForever();
