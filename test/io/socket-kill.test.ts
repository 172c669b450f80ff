// A kill at each wait leaves the socket as if the call had not been made; close() wakes whoever waits.
import assert from 'node:assert/strict';
import { sleep, spawn } from '../../src/index.ts';
import { MSG_WAITALL, SHUT_RD, SHUT_WR, type Socket } from '../../src/socket.ts';
import { registered } from '../support/kernel.ts';
import { failsWith, receiveAll, socketTest, turns, until } from '../support/sockets.ts';

const HUGE = Buffer.alloc(64 * 1024 * 1024, 'h');

/** Calls that wait for data, each with what shows that it took nothing. */
const receiving: [name: string, call: (socket: Socket) => Promise<unknown>][] = [
  ['recv()', (socket) => socket.recv()],
  ['recv() with MSG_WAITALL', (socket) => socket.recv(100, MSG_WAITALL)],
  ['recvInto()', (socket) => socket.recvInto(new Uint8Array(100), 0, MSG_WAITALL)],
  ['recvFrom()', (socket) => socket.recvFrom(100, MSG_WAITALL)],
];

for (const [name, call] of receiving) {
  socketTest(`a kill of ${name} leaves all bytes for the next one`, async ({ pair }) => {
    const [client, server] = await pair();
    const first = spawn(() => call(server));
    await turns();
    assert.equal(first.ready(), false);
    await first.kill();
    assert.deepEqual(registered().waits, []);
    await client.sendAll('one ');
    const second = spawn(() => (name === 'recv()' ? sleep(100) : call(server)));
    await turns();
    await second.kill();
    await client.sendAll('two');
    client.close();
    assert.equal(String(await receiveAll(server)), 'one two');
  });
}

socketTest(
  'a kill in the turn in which the data comes: either the call has it, or the next one',
  async ({ pair }) => {
    const [client, server] = await pair();
    for (let round = 0; round < 200; round += 1) {
      const got: string[] = [];
      const receiver = spawn(async () => {
        got.push(String(await server.recv()));
        await sleep(100);
      });
      await sleep(0);
      await client.sendAll(`<${round}>`);
      // From no turn to a few.
      for (let turn = 0; turn < round % 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await receiver.kill();
      if (got.length === 0) got.push(String(await server.recv()));
      assert.deepEqual(got, [`<${round}>`]);
    }
  },
);

socketTest('a greenlet with a pending kill receives nothing, though there is something', async ({ pair }) => {
  const [client, server] = await pair();
  await client.sendAll('kept');
  await server.recv(1).then((first) => assert.equal(String(first), 'k'));
  const greenlet = spawn(async () => {
    greenlet.kill({ block: false });
    await server.recv();
  });
  await greenlet.join();
  const sender = spawn(async () => {
    sender.kill({ block: false });
    await server.sendAll('unsent');
  });
  await sender.join();
  server.shutdown(SHUT_WR);
  assert.equal(String(await server.recv()), 'ept');
  assert.equal((await receiveAll(client)).length, 0);
});

socketTest(
  'after a killed sendAll() no more than a piece goes out, and the next sendAll() works',
  async ({ withPeer }) => {
    const [socket, peer] = await withPeer();
    const killed = spawn(() => socket.sendAll(HUGE));
    await until(() => killed.started);
    let before = -1;
    // Until the kernel's buffers are full.
    while (before !== peer.bytesRead + Number(socket.stream && (socket.stream as typeof peer).bytesWritten)) {
      before = peer.bytesRead + Number((socket.stream as typeof peer).bytesWritten);
      await sleep(0.1);
    }
    await killed.kill();
    assert.ok((socket.stream?.writableLength ?? 0) <= 64 * 1024);
    const handedOver = (socket.stream as typeof peer).bytesWritten;
    const next = spawn(async () => {
      await socket.sendAll('next');
      socket.close();
    });
    const parts: Buffer[] = [];
    for await (const part of peer) parts.push(part as Buffer);
    await next.get();
    const received = Buffer.concat(parts);
    assert.equal(String(received.subarray(-4)), 'next');
    assert.ok(received.length - 4 <= handedOver, `${received.length} bytes of ${handedOver}`);
    assert.ok(received.subarray(0, -4).equals(HUGE.subarray(0, received.length - 4)));
  },
);

socketTest('close() wakes the receiver and the sender with EBADF', async ({ pair }) => {
  const [client, server] = await pair();
  const receiver = spawn(() => client.recv().catch((error: unknown) => error));
  const sender = spawn(() => client.sendAll(HUGE).catch((error: unknown) => error));
  const whole = spawn(() => server.recv(1e9, MSG_WAITALL).catch((error: unknown) => error));
  await turns();
  client.close();
  client.close();
  for (const greenlet of [receiver, sender]) assert.ok(failsWith('EBADF')(await greenlet.get()));
  server.close();
  await whole.get();
  for (const call of [
    client.recv(),
    client.recv(5, MSG_WAITALL),
    client.recvInto(new Uint8Array(5)),
    client.recvFrom(),
    client.send('x'),
    client.sendAll('x'),
    client.sendTo('x', ['127.0.0.1', 1]),
  ])
    await assert.rejects(call, failsWith('EBADF'));
  assert.throws(() => client.shutdown(SHUT_RD), failsWith('EBADF'));
  assert.throws(() => client.getPeerName(), failsWith('EBADF'));
  assert.throws(() => client.dup(), failsWith('EBADF'));
  assert.throws(() => client.detach(), failsWith('EBADF'));
  assert.throws(() => client.setSockOpt(6, 1, 1), failsWith('EBADF'));
  assert.equal(client.fileno(), -1);
  assert.equal(String(client), '<Socket closed>');
});

socketTest(
  'shutdown() wakes the sender with EPIPE, and what was handed over still arrives',
  async ({ pair }) => {
    const [client, server] = await pair();
    const sender = spawn(() => client.sendAll(HUGE).catch((error: unknown) => error));
    await turns();
    client.shutdown(SHUT_WR);
    assert.ok(failsWith('EPIPE')(await sender.get()));
    const received = await receiveAll(server);
    assert.ok(received.length > 0 && received.equals(HUGE.subarray(0, received.length)));
  },
);

socketTest('what send() took arrives, though the socket is closed right after', async ({ pair }) => {
  const [client, server] = await pair();
  const marks = Buffer.alloc(64 * 1024);
  let sent = 0;
  client.setBlocking(false);
  try {
    for (;;) {
      marks.fill(sent % 251);
      await client.send(marks);
      sent += 1;
    }
  } catch (error) {
    assert.ok(failsWith('EAGAIN')(error));
  }
  client.shutdown(SHUT_WR);
  client.close();
  const received = await receiveAll(server);
  assert.equal(received.length, sent * marks.length);
  for (let index = 0; index < sent; index += 1) assert.equal(received[index * marks.length], index % 251);
});

socketTest('a wait says who waits for what', async ({ pair, listening }) => {
  const [client, server] = await pair();
  const listener = await listening();
  const greenlets = [
    spawn(() => client.recv()),
    spawn(() => client.sendAll(HUGE)),
    spawn(() => listener.accept()),
  ];
  await turns();
  const waits = registered().waits.join('\n');
  for (const call of [
    /recv\(\) of <Socket connected to 127/,
    /send\(\) of <Socket conn/,
    /accept\(\) of <Socket listening/,
  ])
    assert.match(waits, call);
  for (const greenlet of greenlets) await greenlet.kill();
  server.close();
});
