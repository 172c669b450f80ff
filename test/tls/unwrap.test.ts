// TLS that begins, or ends, in the middle of a connection.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type * as net from 'node:net';
import { Duplex, PassThrough } from 'node:stream';
import * as tls from 'node:tls';
import { spawn } from '../../src/index.ts';
import { SHUT_WR, SocketTimeout } from '../../src/socket.ts';
import { SSLEOFError, SSLError, TLSVersion } from '../../src/ssl.ts';
import {
  certificatePair,
  clientContext,
  failsTLS,
  securePair,
  serverContext,
} from '../support/certificates.ts';
import { failsWith, receiveAll, socketTest, turns } from '../support/sockets.ts';

for (const version of [TLSVersion.TLSv1_2, TLSVersion.TLSv1_3] as const) {
  socketTest(
    `unwrap() ends TLS, and the connection goes on in the clear (version ${version})`,
    async (world) => {
      const context = clientContext();
      context.maximumVersion = version;
      const [client, server] = await securePair(world, { client: context });
      await client.sendAll('secret');
      assert.equal(String(await server.recv()), 'secret');
      const [plainClient, plainServer] = (await Promise.all([client.unwrap(), server.unwrap()])).map(
        world.keep,
      );
      assert.equal(client.closed, true);
      assert.equal(plainClient?.constructor.name, 'Socket');
      await plainClient?.sendAll('in the clear');
      assert.equal(String(await plainServer?.recv()), 'in the clear');
      await plainServer?.sendAll('both ways');
      assert.equal(String(await plainClient?.recv()), 'both ways');
      plainClient?.close();
      assert.equal((await plainServer?.recv())?.length, 0);
    },
  );

  socketTest(
    `what comes right behind the end of TLS is received by the plain socket (version ${version})`,
    async (world) => {
      const context = clientContext();
      context.maximumVersion = version;
      const [client, server] = await securePair(world, { client: context });
      const unwrapping = spawn(async () => {
        const plain = world.keep(await server.unwrap());
        await plain.sendAll('plain at once');
        plain.shutdown(SHUT_WR);
        return plain;
      });
      // The other side has ended TLS, said something behind it, and ended the connection before this one looks.
      await turns(20);
      assert.equal((await client.recv()).length, 0);
      const plain = world.keep(await client.unwrap());
      assert.equal(String(await receiveAll(plain)), 'plain at once');
      await unwrapping.get();
    },
  );
}

socketTest('TLS can be put on again after unwrap()', async (world) => {
  const [client, server] = await securePair(world);
  const [plainClient, plainServer] = await Promise.all([client.unwrap(), server.unwrap()]);
  const [again, peer] = await Promise.all([
    clientContext().wrapSocket(plainClient, { serverHostname: 'localhost' }),
    serverContext().wrapSocket(plainServer, { serverSide: true }),
  ]);
  world.keep(peer);
  await world.keep(again).sendAll('twice');
  assert.equal(String(await peer.recv()), 'twice');
});

socketTest(
  'unwrap() refuses while there is data that was not received, and can be called again',
  async (world) => {
    const [client, server] = await securePair(world);
    await server.sendAll('unread');
    await turns();
    await assert.rejects(client.unwrap(), failsTLS('APPLICATION_DATA_AFTER_CLOSE_NOTIFY'));
    assert.equal(String(await client.recv()), 'unread');
    const [plain, peer] = await Promise.all([client.unwrap(), server.unwrap()]);
    await world.keep(peer).sendAll('x');
    assert.equal(String(await world.keep(plain).recv()), 'x');
  },
);

socketTest(
  'unwrap() is killed or timed out while the other side does not answer, and can be called again',
  async (world) => {
    const [client, server] = await securePair(world);
    const victim = spawn(() => client.unwrap());
    await turns();
    await victim.kill();
    client.setTimeout(0.02);
    await assert.rejects(client.unwrap(), SocketTimeout);
    client.setTimeout(undefined);
    const [plain, peer] = await Promise.all([client.unwrap(), server.unwrap()]);
    await world.keep(plain).sendAll('x');
    assert.equal(String(await world.keep(peer).recv()), 'x');
  },
);

socketTest('unwrap() is an error where the connection ends, and before the handshake', async (world) => {
  const [client, server] = await securePair(world);
  const plain = world.keep(server.detach());
  plain.destroy();
  await assert.rejects(client.unwrap(), (error) => error instanceof SSLEOFError || error instanceof SSLError);
  const [early] = await world.pair();
  const unsecured = world.keep(
    await clientContext().wrapSocket(early, { serverHostname: 'localhost', doHandshakeOnConnect: false }),
  );
  await assert.rejects(unsecured.unwrap(), /no handshake/);
});

socketTest(
  'STARTTLS: what came behind the last plain line and was not received is TLS',
  async ({ withPeer, keep }) => {
    const [socket, peer] = await withPeer();
    // The peer does not wait for the answer: its first TLS bytes come together with its request.
    const hello = await clientHello();
    peer.write(Buffer.concat([Buffer.from('STARTTLS\r\n'), hello]));
    const line = (await socket.recv(10)).toString();
    assert.equal(line, 'STARTTLS\r\n');
    await socket.sendAll('220 go on\r\n');
    const wrapping = spawn(() =>
      serverContext()
        .wrapSocket(socket, { serverSide: true })
        .then(keep, (error: unknown) => error),
    );
    const [answer] = (await once(peer.resume(), 'data')) as [Buffer];
    assert.equal(answer.toString('latin1', 0, 11), '220 go on\r\n');
    // A record of the handshake follows: the server has read the client's greeting.
    const rest = answer.length > 11 ? answer.subarray(11) : ((await once(peer, 'data')) as [Buffer])[0];
    assert.equal(rest[0], 22);
    peer.destroy();
    assert.ok((await wrapping.get()) instanceof Error);
  },
);

/** The first bytes that a client of Node's sends. */
async function clientHello(): Promise<Buffer> {
  const out = new PassThrough();
  const wire = Duplex.from({ writable: out, readable: new PassThrough() });
  const client = tls.connect({ socket: wire, servername: 'localhost' });
  client.on('error', () => {});
  const [hello] = (await once(out, 'data')) as [Buffer];
  client.destroy();
  return hello;
}

socketTest(
  'STARTTLS with a server of Node: a plain exchange, then TLS, then data',
  async ({ withPeer, keep }) => {
    const [socket, peer] = await withPeer();
    const served = new Promise<string>((resolve) => {
      peer.once('data', (line: Buffer) => {
        assert.equal(String(line), 'STARTTLS\n');
        peer.pause();
        peer.write('ready\n');
        const secured = keep(new tls.TLSSocket(peer, { isServer: true, ...certificatePair('server') }));
        secured.on('error', () => {});
        secured.once('data', (data: Buffer) => {
          secured.end(`you said ${String(data)}`);
          resolve(String(data));
        });
      });
      peer.resume();
    });
    await socket.sendAll('STARTTLS\n');
    assert.equal(String(await socket.recv()), 'ready\n');
    const secured = keep(await clientContext().wrapSocket(socket, { serverHostname: 'localhost' }));
    await secured.sendAll('hello');
    assert.equal(await served, 'hello');
    assert.equal(String(await receiveAll(secured)), 'you said hello');
  },
);

socketTest('a connection that is cut is an end, or an SSLEOFError where that is asked for', async (world) => {
  for (const suppressRaggedEofs of [true, false]) {
    const [client, server] = await securePair(world, { clientOptions: { suppressRaggedEofs } });
    await server.sendAll('half');
    // Ends the connection below TLS.
    const { plain } = (server as unknown as { endpoint: { plain: tls.TLSSocket } }).endpoint;
    plain.end();
    assert.equal(String(await client.recv()), 'half');
    if (suppressRaggedEofs) assert.equal((await client.recv()).length, 0);
    else await assert.rejects(client.recv(), failsTLS('UNEXPECTED_EOF_WHILE_READING', SSLEOFError));
    client.close();
    server.close();
  }
});

socketTest('a connection that is ended as TLS wants it is an end in any case', async (world) => {
  const [client, server] = await securePair(world, { clientOptions: { suppressRaggedEofs: false } });
  await server.sendAll('all');
  server.close();
  assert.equal(String(await receiveAll(client)), 'all');
});

socketTest('a connection that is reset is ECONNRESET', async (world) => {
  const [client, server] = await securePair(world);
  const { plain } = (server as unknown as { endpoint: { plain: net.Socket } }).endpoint;
  const receiving = assert.rejects(client.recv(), failsWith('ECONNRESET'));
  await turns();
  plain.resetAndDestroy();
  await receiving;
});
