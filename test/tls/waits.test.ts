// Each wait of a TLS socket four ways: ready at once, ready later, killed, timed out; and closed from outside.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { GreenletExit, Timeout, spawn, withTimeout } from '../../src/index.ts';
import { Socket, SocketTimeout, waitRead, waitReadWrite } from '../../src/socket.ts';
import { SSLEOFError, type SSLSocket, SSLWantReadError, SSLWantWriteError } from '../../src/ssl.ts';
import {
  certificatePair,
  clientContext,
  failsTLS,
  securePair,
  serverContext,
} from '../support/certificates.ts';
import { failsWith, receiveAll, socketTest, turns } from '../support/sockets.ts';

/** The other side has closed the connection. */
async function gone(peer: net.Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    peer.once('end', resolve).once('close', () => resolve());
    peer.resume();
  });
}

const asClient = { serverHostname: 'localhost' };

const sides: readonly [side: string, wrap: (sock: Socket) => Promise<SSLSocket>][] = [
  ['client', (sock) => clientContext().wrapSocket(sock, asClient)],
  ['server', (sock) => serverContext().wrapSocket(sock, { serverSide: true })],
];

for (const [side, wrap] of sides) {
  socketTest(`the handshake of a ${side} is timed out, and leaves nothing open`, async ({ withPeer }) => {
    const [socket, peer] = await withPeer();
    socket.setTimeout(0.05);
    await assert.rejects(wrap(socket), (error) => {
      assert.ok(error instanceof SocketTimeout);
      assert.equal(error.message, 'The handshake operation timed out');
      return true;
    });
    await gone(peer);
  });

  socketTest(`the handshake of a ${side} is killed, and leaves nothing open`, async ({ withPeer }) => {
    const [socket, peer] = await withPeer();
    const victim = spawn(() => wrap(socket));
    await turns();
    await victim.kill();
    assert.ok(victim.value instanceof GreenletExit);
    await gone(peer);
  });

  socketTest(`a Timeout ends the handshake of a ${side}, and leaves nothing open`, async ({ withPeer }) => {
    const [socket, peer] = await withPeer();
    await assert.rejects(
      withTimeout(0.03, () => wrap(socket)),
      Timeout,
    );
    await gone(peer);
  });

  socketTest(`the handshake of a ${side} ends with the connection`, async ({ withPeer }) => {
    const [socket, peer] = await withPeer();
    const wrapping = assert.rejects(wrap(socket), failsTLS('UNEXPECTED_EOF_WHILE_READING', SSLEOFError));
    peer.end();
    await wrapping;
  });

  socketTest(`the handshake of a ${side} ends with a reset of the connection`, async ({ withPeer }) => {
    const [socket, peer] = await withPeer();
    const wrapping = assert.rejects(wrap(socket), failsWith('ECONNRESET'));
    await turns();
    peer.resetAndDestroy();
    await wrapping;
  });

  socketTest(`a ${side} is told of a peer that does not speak TLS`, async ({ withPeer }) => {
    const [socket, peer] = await withPeer();
    const [reason, text] =
      side === 'client'
        ? ['WRONG_VERSION_NUMBER', '220 mail.test ESMTP\r\n']
        : ['HTTP_REQUEST', 'GET / HTTP/1.1\r\n\r\n'];
    const wrapping = assert.rejects(wrap(socket), failsTLS(reason));
    peer.write(text);
    await wrapping;
    await gone(peer);
  });
}

socketTest('closing a socket ends its handshake', async ({ withPeer }) => {
  const [plain] = await withPeer();
  const socket = await clientContext().wrapSocket(plain, { ...asClient, doHandshakeOnConnect: false });
  const shaking = assert.rejects(socket.doHandshake(), failsWith('EBADF'));
  await turns();
  socket.close();
  await shaking;
  await assert.rejects(socket.doHandshake(), failsWith('EBADF'));
});

socketTest('the handshake is done by hand, or by the first call that needs it', async (world) => {
  const options = { doHandshakeOnConnect: false };
  const [client, server] = await securePair(world, { clientOptions: options, serverOptions: options });
  assert.equal(client.version(), undefined);
  assert.equal(client.cipher(), undefined);
  assert.throws(() => client.getPeerCert(), /handshake/);
  const receiving = spawn(() => server.recv());
  await client.doHandshake();
  await client.doHandshake();
  assert.equal(client.version(), 'TLSv1.3');
  await client.sendAll('x');
  assert.equal(String(await receiving.get()), 'x');
});

socketTest('a reader and a writer wait for one handshake', async (world) => {
  const options = { doHandshakeOnConnect: false };
  const [client, server] = await securePair(world, { clientOptions: options, serverOptions: options });
  const echo = spawn(async () => server.sendAll(await server.recv()));
  const reading = spawn(() => client.recv());
  await client.sendAll('pong');
  await echo.get();
  assert.equal(String(await reading.get()), 'pong');
});

socketTest(
  'whoever waits for the handshake of another greenlet may be killed alone',
  async ({ withPeer, keep }) => {
    const [plain, peer] = await withPeer();
    const socket = keep(
      await serverContext().wrapSocket(plain, { serverSide: true, doHandshakeOnConnect: false }),
    );
    const first = spawn(() => socket.doHandshake());
    const second = spawn(() => socket.recv());
    await turns();
    await second.kill();
    const client = keep(tls.connect({ socket: peer, rejectUnauthorized: false }));
    await first.get();
    client.end('x');
    assert.equal(String(await receiveAll(socket)), 'x');
  },
);

socketTest('without waiting, the handshake is asked for again and again until it is done', async (world) => {
  const [plain, theirs] = await world.pair();
  const client = world.keep(
    await clientContext().wrapSocket(plain, { ...asClient, doHandshakeOnConnect: false }),
  );
  client.setTimeout(0);
  await assert.rejects(client.doHandshake(), SSLWantReadError);
  await assert.rejects(client.recv(), SSLWantReadError);
  const accepting = spawn(() => serverContext().wrapSocket(theirs, { serverSide: true }));
  for (let time = 0; ; time += 1) {
    try {
      await client.doHandshake();
      break;
    } catch (error) {
      assert.ok(error instanceof SSLWantReadError && time < 10);
      await waitReadWrite(client);
    }
  }
  const server = world.keep(await accepting.get());
  await assert.rejects(client.recv(), SSLWantReadError);
  await server.sendAll('x');
  await waitRead(client);
  assert.equal(String(await client.recv()), 'x');
});

/** Sends more than fits in between, and so parks. */
const MUCH = Buffer.alloc(16 * 1024 * 1024);

const waits: readonly [name: string, wait: (sock: SSLSocket) => Promise<unknown>][] = [
  ['recv()', (sock) => sock.recv()],
  ['sendAll()', (sock) => sock.sendAll(MUCH)],
];
for (const [name, wait] of waits) {
  socketTest(
    `${name} is killed or timed out while the peer is silent, and the socket is still good`,
    async (world) => {
      const [client, server] = await securePair(world);
      const victim = spawn(() => wait(client));
      await turns();
      await victim.kill();
      assert.ok(victim.value instanceof GreenletExit);
      client.setTimeout(0.05);
      await assert.rejects(
        wait(client),
        (error) => error instanceof SocketTimeout && error.message === 'timed out',
      );
      client.setTimeout(undefined);
      const receiving = spawn(() => receiveAll(server));
      await client.sendAll('x');
      client.close();
      assert.equal((await receiving.get()).at(-1), 'x'.charCodeAt(0));
    },
  );

  socketTest(`${name} is woken with EBADF when the socket is closed`, async (world) => {
    const [client] = await securePair(world);
    const waiting = assert.rejects(wait(client), failsWith('EBADF'));
    await turns();
    client.close();
    await waiting;
    await assert.rejects(wait(client), failsWith('EBADF'));
  });

  socketTest(`${name} without waiting asks to be called again`, async (world) => {
    const [client] = await securePair(world);
    client.setTimeout(0);
    await assert.rejects(wait(client), name === 'recv()' ? SSLWantReadError : SSLWantWriteError);
  });
}

socketTest(
  'accept() gives sockets that speak TLS, and goes on after a client that does not',
  async ({ listening, keep }) => {
    const listener = keep(await serverContext().wrapSocket(await listening(), { serverSide: true }));
    const [host, port] = listener.getSockName() as [string, number];
    const failing = assert.rejects(listener.accept(), failsTLS('HTTP_REQUEST'));
    const stranger = keep(net.connect(port, host));
    stranger.write('GET / HTTP/1.0\r\n\r\n');
    stranger.resume();
    await failing;
    const accepting = spawn(() => listener.accept());
    const client = keep(tls.connect({ host, port, rejectUnauthorized: false }));
    const [server] = await accepting.get();
    client.end('x');
    assert.equal(String(await receiveAll(keep(server))), 'x');
  },
);

socketTest('a socket that is not connected yet does the handshake when it connects', async (world) => {
  const server = world.keep(tls.createServer(certificatePair('server'), (client) => client.end('welcome')));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as { port: number };
  const client = world.keep(await clientContext().wrapSocket(new Socket(), asClient));
  await client.connect(['127.0.0.1', port]);
  assert.equal(client.version(), 'TLSv1.3');
  assert.equal(String(await receiveAll(client)), 'welcome');
  const other = world.keep(await clientContext().wrapSocket(new Socket(), asClient));
  assert.equal(await other.connectEx(['127.0.0.1', port]), 0);
  assert.equal(other.version(), 'TLSv1.3');
});

socketTest(
  'a handshake that fails while nobody waits for it is reported by the next call',
  async ({ withPeer }) => {
    const [plain, peer] = await withPeer();
    const socket = await clientContext().wrapSocket(plain, { ...asClient, doHandshakeOnConnect: false });
    socket.setTimeout(0);
    await assert.rejects(socket.doHandshake(), SSLWantReadError);
    peer.write('220 mail.test ESMTP\r\n');
    await gone(peer);
    assert.equal(socket.closed, true);
    await assert.rejects(socket.doHandshake(), failsTLS('WRONG_VERSION_NUMBER'));
  },
);
