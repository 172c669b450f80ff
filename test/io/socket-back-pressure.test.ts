// Nothing is read beyond a bound until somebody receives, and nothing is sent beyond one until the peer reads.
import assert from 'node:assert/strict';
import { joinAll, sleep, spawn } from '../../src/index.ts';
import { MSG_PEEK, MSG_WAITALL, type Socket } from '../../src/socket.ts';
import { receiveAll, socketTest, turns, until } from '../support/sockets.ts';
import type { Socket as Stream } from 'node:net';

const MEGABYTE = 1024 * 1024;
/** The most that is held for receivers: the limit, a chunk over it, and what the stream had asked for already. */
const HELD = 384 * 1024;

/** Bytes that were read from the kernel for this socket. */
function bytesRead(socket: Socket): number {
  return (socket.stream as Stream).bytesRead;
}

/** Writes until nothing moves any more for a quarter of a second; answers how much was taken. */
async function push(peer: Stream, isStalled: () => boolean = () => false): Promise<number> {
  const chunk = Buffer.alloc(64 * 1024, 'p');
  let written = 0;
  let seen = -1;
  let idle = 0;
  while (idle < 5 && !isStalled() && written < 256 * MEGABYTE) {
    for (; peer.writableLength < MEGABYTE; written += chunk.length) peer.write(chunk);
    await sleep(0.05);
    const taken = written - peer.writableLength;
    idle = taken === seen ? idle + 1 : 0;
    seen = taken;
  }
  return written - peer.writableLength;
}

socketTest('nothing is read from the kernel before somebody receives', async ({ withPeer }) => {
  const [socket, peer] = await withPeer();
  const taken = await push(peer);
  assert.equal(bytesRead(socket), 0);
  assert.ok(taken < 64 * MEGABYTE, `${taken} bytes went somewhere`);
});

socketTest(
  'after a first receive no more is read than the bound, and the peer stalls',
  async ({ withPeer }) => {
    const [socket, peer] = await withPeer();
    const first = spawn(() => socket.recv(1));
    const taken = await push(peer);
    await first.get();
    assert.ok(bytesRead(socket) <= HELD, `${bytesRead(socket)} bytes were read`);
    assert.ok(taken < 64 * MEGABYTE, `${taken} bytes went somewhere`);
    // Each receive makes room for as much again, no more.
    let received = 1;
    for (let index = 0; index < 50; index += 1) {
      received += (await socket.recv(64 * 1024)).length;
      await sleep(0.002);
      assert.ok(bytesRead(socket) - received <= HELD);
    }
  },
);

socketTest('a peek and a timed-out receive do not open the gate either', async ({ withPeer }) => {
  const [socket, peer] = await withPeer();
  const pushed = spawn(() => push(peer));
  for (let index = 0; index < 20; index += 1) {
    await socket.recv(1e9, MSG_PEEK);
    await sleep(0.01);
  }
  await pushed.get();
  assert.ok(bytesRead(socket) <= HELD, `${bytesRead(socket)} bytes were read`);
});

socketTest(
  'a peer that does not read stalls sendAll(), which holds one piece in hand',
  async ({ withPeer }) => {
    const [socket, peer] = await withPeer();
    const data = Buffer.alloc(128 * MEGABYTE, 's');
    const sender = spawn(() => socket.sendAll(data));
    let before = -1;
    await until(() => sender.started);
    for (let idle = 0; idle < 5;) {
      await sleep(0.05);
      const now = (socket.stream as Stream).bytesWritten;
      idle = now === before ? idle + 1 : 0;
      before = now;
    }
    assert.equal(sender.ready(), false);
    assert.ok(before < 64 * MEGABYTE, `${before} bytes went somewhere`);
    assert.ok((socket.stream?.writableLength ?? 0) <= 64 * 1024);
    let received = 0;
    peer.on('data', (part: Buffer) => (received += part.length)).resume();
    await sender.get();
    socket.close();
    await until(() => received === data.length, 'all of it to arrive');
  },
);

socketTest('100 MB go through in flat memory, in any size of pieces', async ({ pair }) => {
  const [client, server] = await pair();
  const total = 100 * MEGABYTE;
  const piece = Buffer.alloc(MEGABYTE, 'm');
  const sender = spawn(async () => {
    for (let sent = 0; sent < total; sent += piece.length) await client.sendAll(piece);
    client.close();
  });
  let received = 0;
  let most = 0;
  const { arrayBuffers: atStart } = process.memoryUsage();
  for (let turn = 0; ; turn += 1) {
    const size = [1000, 64 * 1024, 7, 300_000][turn % 4] as number;
    const data = await server.recv(size, turn % 16 === 0 ? MSG_WAITALL : 0);
    if (data.length === 0) break;
    received += data.length;
    if (turn % 64 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers - atStart);
  }
  await sender.get();
  assert.equal(received, total);
  // What the collector has not come to yet is in there too.
  assert.ok(most < 64 * MEGABYTE, `${most} bytes at most`);
});

socketTest('many small packets cost no more than their bytes', async ({ withPeer }) => {
  const [socket, peer] = await withPeer();
  peer.setNoDelay(true);
  await socket.recv(1, MSG_PEEK | 64).catch(() => {});
  for (let index = 0; index < 5000; index += 1) {
    peer.write('x');
    if (index % 50 === 0) await sleep(0);
  }
  peer.end();
  await turns(10);
  assert.equal((await receiveAll(socket)).length, 5000);
});

socketTest('a proxy passes back-pressure on', async ({ pair, withPeer }) => {
  const [left, sourceEnd] = await withPeer();
  const [right, sink] = await pair();
  const proxy = spawn(async () => {
    for (;;) {
      const data = await left.recv();
      if (data.length === 0) break;
      await right.sendAll(data);
    }
    right.close();
  });
  const taken = await push(sourceEnd);
  assert.ok(taken < 128 * MEGABYTE);
  assert.ok(bytesRead(left) < 64 * MEGABYTE);
  sourceEnd.end();
  const [received] = [await receiveAll(sink)];
  await joinAll([proxy], { raiseError: true });
  assert.equal(received.length, sourceEnd.bytesWritten);
});
