import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:tls';
import { StreamServer, type StreamServerOptions } from '../../src/server.ts';
import { type Socket, createServer } from '../../src/socket.ts';
import { SSLSocket } from '../../src/ssl.ts';
import { authority, certificatePair, certificatePath, serverContext } from '../support/certificates.ts';
import { Client, eventually, serverTest } from './clients.ts';

const WAYS: Readonly<Record<string, StreamServerOptions>> = {
  files: { certfile: certificatePath('server.pem'), keyfile: certificatePath('server.key') },
  texts: certificatePair('server'),
  context: { sslContext: serverContext() },
};

async function shout(socket: Socket): Promise<void> {
  assert.ok(socket instanceof SSLSocket);
  const data = await socket.recv();
  await socket.sendAll(`${socket.version()} ${data.toString().toUpperCase()}`);
}

/** What a TLS client of Node is answered. */
async function ask(port: number | undefined, text: string): Promise<string> {
  const client = connect({ port: port, host: '127.0.0.1', servername: 'localhost', ca: authority });
  await once(client, 'secureConnect');
  client.setEncoding('utf8').write(text);
  let received = '';
  for await (const part of client) received += part;
  return received;
}

for (const [way, options] of Object.entries(WAYS)) {
  serverTest(`a server is given its certificate as ${way}`, async () => {
    const server = new StreamServer('127.0.0.1:0', shout, { ...options, spawn: 1, backlog: 10 });
    assert.equal(server.sslEnabled, true);
    assert.deepEqual(Object.keys(server.sslArgs), Object.keys(options));
    await server.start();
    assert.equal(await ask(server.serverPort, 'one'), 'TLSv1.3 ONE');
    assert.equal(await ask(server.serverPort, 'two'), 'TLSv1.3 TWO');
    await server.stop();
    await server.start();
    assert.equal(await ask(server.serverPort, 'again'), 'TLSv1.3 AGAIN');
    await server.stop();
  });
}

serverTest('without options for TLS there is none', async () => {
  const server = new StreamServer('127.0.0.1:0', shout, { spawn: 1, maxAccept: 5, backlog: 7 });
  assert.deepEqual([server.sslEnabled, server.sslContext, server.sslArgs], [false, undefined, {}]);
});

serverTest('a method `handle` gets the secured socket', async () => {
  class Shouter extends StreamServer {
    override handle(socket: Socket): Promise<void> {
      return shout(socket);
    }
  }
  const server = new Shouter('127.0.0.1:0', WAYS['files']);
  await server.start();
  assert.equal(await ask(server.serverPort, 'method'), 'TLSv1.3 METHOD');
  await server.stop();
});

serverTest(
  'a failed handshake is printed with the client, and others are served meanwhile',
  async (context) => {
    const server = new StreamServer('127.0.0.1:0', shout, WAYS['files']);
    await server.start();
    const silent = await Client.connect(server.serverPort);
    const nonsense = (await Client.connect(server.serverPort)).send('GET / HTTP/1.0\r\n\r\n');
    const [, port] = nonsense.address;
    await nonsense.closed();
    assert.equal(await ask(server.serverPort, 'x'), 'TLSv1.3 X');
    await eventually(() => server.active === 1, 'the end of the others');
    const printed = context.takePrinted().join('');
    assert.match(printed, new RegExp(`SSLError[^]*${port}.* failed with SSLError`));
    assert.equal(await server.stop({ timeout: 0 }), 1);
    await silent.closed();
  },
);

serverTest('a client that never shakes hands is cut after handshakeTimeout', async ({ takePrinted }) => {
  const server = new StreamServer('127.0.0.1:0', shout, { ...WAYS['files'], handshakeTimeout: 0.02 });
  await server.start();
  await (await Client.connect(server.serverPort)).closed();
  assert.match(takePrinted().join(''), /timed out/);
  await server.stop();
});

serverTest('wrong options for TLS are refused by the constructor', async () => {
  const make = (options: object) => () => new StreamServer('127.0.0.1:0', shout, options);
  assert.throws(make({ sslContext: 5 }), TypeError);
  assert.throws(make({ certfile: '/does/not/exist' }));
  assert.throws(make({ ...WAYS['files'], handshakeTimeout: 'x' }), TypeError);
});

serverTest('a listening socket that was wrapped is refused: its clients would not be secured', async () => {
  const plain = await createServer(['127.0.0.1', 0]);
  const wrapped = await serverContext().wrapSocket(plain, { serverSide: true });
  assert.throws(() => new StreamServer(wrapped, shout), /plain socket and \{ sslContext \}/);
  wrapped.close();
});
