// Unix-domain sockets: in the file system, and in the abstract namespace of Linux.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { spawn } from '../../src/index.ts';
import { AF_UNIX, SHUT_WR, SOL_SOCKET, SO_LINGER, Socket, socketPair } from '../../src/socket.ts';
import { type World, failsWith, receiveAll, socketTest, until } from '../support/sockets.ts';
import { runProgram } from '../support/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'gevent-unix-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

function freshPath(): string {
  return join(folder, `socket-${(count += 1)}`);
}

async function listeningAt({ keep }: World, path: string): Promise<Socket> {
  const listener = keep(new Socket(AF_UNIX));
  await listener.bind(path);
  await listener.listen(4);
  return listener;
}

for (const [kind, path] of [
  ['a path', freshPath()],
  ['an abstract name', `\0gevent-test-${process.pid}`],
] as const) {
  socketTest(`two greenlets talk over ${kind}`, async (world) => {
    const listener = await listeningAt(world, path);
    assert.equal(listener.getSockName(), path);
    const client = world.keep(new Socket(AF_UNIX));
    await client.connect(path);
    const [server, address] = await listener.accept();
    world.keep(server);
    assert.equal(address, '');
    assert.equal(server.getPeerName(), '');
    assert.equal(server.family, AF_UNIX);
    await client.sendAll('over the file system');
    client.shutdown(SHUT_WR);
    assert.equal(String(await receiveAll(server)), 'over the file system');
    await server.sendAll('back');
    server.close();
    assert.equal(String(await receiveAll(client)), 'back');
  });
}

socketTest('the file goes with the listener', async (world) => {
  const path = freshPath();
  const listener = await listeningAt(world, path);
  assert.equal(existsSync(path), true);
  listener.close();
  await until(() => !existsSync(path));
});

socketTest('a path where somebody listens, and one that was left behind, are EADDRINUSE', async (world) => {
  const path = freshPath();
  await listeningAt(world, path);
  await assert.rejects(listeningAt(world, path), failsWith('EADDRINUSE'));
  const stale = freshPath();
  await runProgram(`
    import { createServer } from 'node:net';
    createServer().listen(${JSON.stringify(stale)}, () => process.kill(process.pid, 'SIGKILL'));`);
  assert.equal(existsSync(stale), true);
  await assert.rejects(listeningAt(world, stale), failsWith('EADDRINUSE'));
  const client = world.keep(new Socket(AF_UNIX));
  await assert.rejects(client.connect(stale), failsWith('ECONNREFUSED'));
  rmSync(stale);
  await assert.rejects(client.connect(stale), failsWith('ENOENT'));
  await listeningAt(world, stale);
  await client.connect(stale);
});

socketTest('a path that is too long is refused at the call', ({ keep }) => {
  const socket = keep(new Socket(AF_UNIX));
  const path = `/tmp/${'x'.repeat(200)}`;
  assert.throws(() => void socket.bind(path), /bind\(address\): expected a path of at most/);
  assert.throws(() => void socket.connect(path), RangeError);
  assert.throws(() => void socket.bind('/tmp/a\0b'), TypeError);
});

socketTest('listen() without a path is EINVAL, and a client cannot be bound', async (world) => {
  await assert.rejects(world.keep(new Socket(AF_UNIX)).listen(), failsWith('EINVAL'));
  const path = freshPath();
  await listeningAt(world, path);
  const client = world.keep(new Socket(AF_UNIX));
  await client.bind(freshPath());
  await assert.rejects(client.connect(path), failsWith('EOPNOTSUPP'));
});

socketTest('close() of a listener ends the clients that nobody took', async (world) => {
  const path = freshPath();
  const listener = await listeningAt(world, path);
  const clients = [1, 2].map(() => world.keep(net.connect(path)));
  const ends = clients.map((client) => once(client.on('error', () => {}).resume(), 'close'));
  await until(() => (listener.watchable as unknown as { held: number }).held === 2);
  listener.close();
  await Promise.all(ends);
});

socketTest('more clients than the backlog are turned away', async (world) => {
  const path = freshPath();
  const listener = world.keep(new Socket(AF_UNIX));
  await listener.bind(path);
  await listener.listen(1);
  const clients = [1, 2, 3].map(() => world.keep(net.connect(path)));
  let closed = 0;
  for (const client of clients)
    client
      .on('error', () => {})
      .on('close', () => (closed += 1))
      .resume();
  await until(() => closed === 2);
  (await listener.accept())[0].close();
});

socketTest('SO_LINGER of zero closes at once, where there are no resets too', async (world) => {
  const [left, right] = await socketPair(AF_UNIX);
  world.keep(left);
  world.keep(right);
  left.setSockOpt(SOL_SOCKET, SO_LINGER, [1, 0]);
  const receiver = spawn(() => right.recv());
  left.close();
  assert.equal((await receiver.get()).length, 0);
});
