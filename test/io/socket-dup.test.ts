// What a socket says of itself, its duplicates, and taking the stream out of it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { inspect } from 'node:util';
import { spawn } from '../../src/index.ts';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  IPPROTO_TCP,
  MSG_PEEK,
  SHUT_WR,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  SO_KEEPALIVE,
  SO_LINGER,
  Socket,
  TCP_NODELAY,
  socket,
} from '../../src/socket.ts';
import { failsWith, portOf, receiveAll, socketTest, turns } from '../support/sockets.ts';

async function readAll(stream: Duplex): Promise<string> {
  let text = '';
  stream.on('data', (part: Buffer) => (text += String(part))).resume();
  await once(stream, 'end');
  return text;
}

socketTest('a socket says what it is, in each state', async ({ keep, listening, pair }) => {
  const idle = keep(new Socket());
  assert.deepEqual([idle.family, idle.type, idle.proto, idle.closed], [AF_INET, SOCK_STREAM, 0, false]);
  assert.equal(String(idle), '<Socket idle>');
  assert.deepEqual(idle.getSockName(), ['0.0.0.0', 0]);
  assert.deepEqual(keep(new Socket(AF_INET6)).getSockName(), ['::', 0, 0, 0]);
  assert.equal(keep(new Socket(AF_UNIX)).getSockName(), '');
  assert.equal(idle.fileno(), -1);
  await idle.bind(['127.0.0.1', 12_345]);
  assert.equal(String(idle), '<Socket bound to 127.0.0.1:12345>');
  const listener = await listening();
  assert.equal(String(listener), `<Socket listening on 127.0.0.1:${portOf(listener)}>`);
  const [client, server] = await pair();
  assert.equal(inspect(client), `<Socket connected to 127.0.0.1:${portOf(server)}>`);
  assert.equal(inspect({ client }), `{ client: <Socket connected to 127.0.0.1:${portOf(server)}> }`);
  const udp = keep(socket(AF_INET, SOCK_DGRAM));
  assert.ok(udp instanceof Socket);
  await udp.bind(['127.0.0.1', 0]);
  assert.equal(String(udp), `<Socket bound to 127.0.0.1:${portOf(udp)}>`);
  client.close();
  assert.equal(inspect(client), '<Socket closed>');
});

socketTest('wrong families and types are refused', () => {
  for (const family of [0, 1.5, 'inet', 99])
    assert.throws(() => new Socket(family as number), /socket\(family\)/);
  for (const type of [0, 3, 'stream'])
    assert.throws(() => new Socket(AF_INET, type as number), /socket\(type\)/);
  assert.throws(() => new Socket(AF_UNIX, SOCK_DGRAM), /no datagram sockets/);
  assert.throws(() => new Socket(AF_INET, SOCK_STREAM, -1), /socket\(proto\)/);
});

socketTest('fileno() is the number of an open descriptor', async ({ pair, listening, keep }) => {
  const [client, server] = await pair();
  const numbers = [client, server, await listening()].map((one) => one.fileno());
  assert.equal(new Set(numbers).size, 3);
  if (process.platform === 'linux')
    for (const fd of numbers) assert.match(readlinkSync(`/proc/self/fd/${fd}`), /^socket:/);
  const udp = keep(new Socket(AF_INET, SOCK_DGRAM));
  await udp.bind(['127.0.0.1', 0]);
  assert.ok(Number.isInteger(udp.fileno()));
  client.close();
  assert.equal(client.fileno(), -1);
});

socketTest('a duplicate shares the connection, which ends with the last of them', async ({ pair }) => {
  const [client, server] = await pair();
  client.setTimeout(5);
  const twin = client.dup();
  assert.equal(twin.getTimeout(), 5);
  assert.equal(twin.family, client.family);
  assert.deepEqual(twin.getSockName(), client.getSockName());
  assert.equal(twin.fileno(), client.fileno());
  await client.sendAll('from one, ');
  client.close();
  await assert.rejects(client.sendAll('x'), failsWith('EBADF'));
  await twin.sendAll('from the other');
  twin.close();
  twin.close();
  assert.equal(String(await receiveAll(server)), 'from one, from the other');
});

socketTest(
  'a duplicate of a socket that is not connected becomes what the original becomes',
  async ({ keep, listening }) => {
    const listener = await listening();
    const client = keep(new Socket());
    const twin = keep(client.dup());
    await twin.connect(listener.getSockName());
    const [server] = await listener.accept();
    keep(server);
    await client.sendAll('both');
    assert.equal(String(await server.recv()), 'both');
    const spare = keep(listener.dup());
    listener.close();
    const other = keep(new Socket());
    await other.connect(spare.getSockName());
    (await spare.accept())[0].close();
  },
);

socketTest('closing one of two duplicates wakes its own calls alone', async ({ pair }) => {
  const [client, server] = await pair();
  const twin = client.dup();
  const huge = Buffer.alloc(64 * 1024 * 1024);
  const receiver = spawn(() => client.recv().catch((error: unknown) => error));
  const sender = spawn(() => twin.sendAll(huge).then(() => 'sent'));
  await turns();
  client.close();
  assert.ok(failsWith('EBADF')(await receiver.get()));
  assert.equal(sender.ready(), false);
  const received = spawn(() => receiveAll(server));
  assert.equal(await sender.get(), 'sent');
  twin.close();
  assert.equal((await received.get()).length, huge.length);
});

socketTest(
  'an accepted socket begins with the options of the one that listened',
  async ({ keep, listening }) => {
    const listener = await listening();
    listener.setSockOpt(IPPROTO_TCP, TCP_NODELAY, 1);
    listener.setSockOpt(SOL_SOCKET, SO_KEEPALIVE, true);
    listener.setSockOpt(SOL_SOCKET, SO_LINGER, [1, 0]);
    const client = keep(new Socket());
    await client.connect(listener.getSockName());
    const [server] = await listener.accept();
    assert.equal(Number(server.getSockOpt(IPPROTO_TCP, TCP_NODELAY)), 1);
    assert.equal(Number(server.getSockOpt(SOL_SOCKET, SO_KEEPALIVE)), 1);
    server.close();
    await assert.rejects(client.recv(), failsWith('ECONNRESET'));
  },
);

socketTest('detach() gives the stream away, with what was not received at its front', async ({ pair }) => {
  const [client, server] = await pair();
  await client.sendAll('seen, unseen');
  assert.equal(String(await server.recv(6)), 'seen, ');
  const stream = server.detach();
  assert.equal(server.closed, true);
  await assert.rejects(server.recv(), failsWith('EBADF'));
  assert.throws(() => server.detach(), failsWith('EBADF'));
  await client.sendAll(', and more');
  client.shutdown(SHUT_WR);
  assert.equal(await readAll(stream), 'unseen, and more');
  stream.end('answer');
  assert.equal(String(await receiveAll(client)), 'answer');
});

socketTest('detach() wakes who waits, and works after the peer has ended too', async ({ pair, keep }) => {
  const [client, server] = await pair();
  const receiver = spawn(() => server.recv().catch((error: unknown) => error));
  await turns();
  const stream = keep(server.detach());
  assert.ok(failsWith('EBADF')(await receiver.get()));
  const again = keep(Socket.fromStream(stream));
  await client.sendAll('over and out');
  client.shutdown(SHUT_WR);
  await again.recv(4, MSG_PEEK);
  await turns(10);
  const whole = keep(again.detach());
  assert.equal(await readAll(whole), 'over and out');
  whole.end('roger');
  assert.equal(String(await receiveAll(client)), 'roger');
});

socketTest('the stream of a socket is at hand for what only Node can do', async ({ pair, keep }) => {
  const [client] = await pair();
  assert.equal(
    (client.stream as unknown as { remotePort: number }).remotePort,
    (client.getPeerName() as [string, number])[1],
  );
  assert.equal(keep(new Socket()).stream, undefined);
});
