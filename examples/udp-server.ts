/**
 * A UDP server: every datagram is answered with how many bytes it had.
 *
 * Run it:
 *   npm run example -- udp-server [PORT]
 * and send it something:
 *   npm run example -- udp-client 127.0.0.1 9000 hello
 *
 * You will see a line for each datagram that arrives.
 */
import { DatagramServer } from 'gevent-ts/server';
import { stopOnSignal } from './support/stop-on-signal.ts';

const port = Number(process.argv[2] ?? 9000);

const server = new DatagramServer(['127.0.0.1', port], async (data, address) => {
  console.log(`${String(address)}: ${data.toString()}`);
  await server.sendTo(`Received ${data.length} bytes`, address);
});

await server.start();
console.log(`UDP server on 127.0.0.1:${server.serverPort}`);
stopOnSignal(server);
await server.serveForever();
