/**
 * The echo server over TLS: the same handler as without, and a certificate in the options.
 *
 * Run it (the certificate is a self-signed one, made for the occasion by the openssl command, unless you give yours):
 *   npm run example -- tls-echo-server [PORT [CERTIFICATE.pem KEY.pem]]
 * and talk to it:
 *   openssl s_client -connect 127.0.0.1:6443 -quiet
 *
 * You will see your lines come back, encrypted on the wire, and here the TLS version and cipher of each client.
 */
import { StreamServer } from 'gevent-ts/server';
import type { Address, Socket } from 'gevent-ts/socket';
import { SSLSocket } from 'gevent-ts/ssl';
import { certificateFrom } from './support/certificate.ts';
import { stopOnSignal } from './support/stop-on-signal.ts';

const [port = '6443', certfile, keyfile] = process.argv.slice(2);

async function echo(client: Socket, address: Address): Promise<void> {
  if (client instanceof SSLSocket)
    console.log(`${String(address)} speaks ${client.version()}, ${client.cipher()?.[0]}`);
  for (;;) {
    const data = await client.recv();
    if (data.length === 0) return;
    await client.sendAll(data);
  }
}

const server = new StreamServer(['127.0.0.1', Number(port)], echo, certificateFrom(certfile, keyfile));
await server.start();
console.log(`TLS echo server on 127.0.0.1:${server.serverPort}`);
stopOnSignal(server);
await server.serveForever();
