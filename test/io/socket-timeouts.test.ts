// setTimeout, setBlocking and the default timeout, in each call that waits.
import assert from 'node:assert/strict';
import { afterEach } from 'node:test';
import { Timeout, sleep, spawn, withTimeout } from '../../src/index.ts';
import {
  MSG_WAITALL,
  Socket,
  SocketError,
  SocketTimeout,
  getDefaultTimeout,
  setDefaultTimeout,
} from '../../src/socket.ts';
import { failsWith, receiveAll, socketTest, turns } from '../support/sockets.ts';

const HUGE = Buffer.alloc(64 * 1024 * 1024, 'h');

afterEach(() => setDefaultTimeout(undefined));

socketTest('a wait longer than setTimeout() allows raises SocketTimeout, "timed out"', async ({ pair }) => {
  const [client] = await pair();
  client.setTimeout(0.02);
  assert.equal(client.getTimeout(), 0.02);
  for (const call of [
    () => client.recv(),
    () => client.recvFrom(),
    () => client.recvInto(new Uint8Array(4)),
    () => client.recv(4, MSG_WAITALL),
    () => client.sendAll(HUGE),
    () => client.makeFile().readLine(),
  ]) {
    await assert.rejects(call(), (error: unknown) => {
      assert.ok(error instanceof SocketTimeout && error instanceof SocketError);
      assert.deepEqual([error.name, error.message, error.code], ['timeout', 'timed out', 'ETIMEDOUT']);
      return true;
    });
  }
  client.closeWithFiles();
});

socketTest('what came while nobody waited, and after a timeout, is received', async ({ pair }) => {
  const [client, server] = await pair();
  server.setTimeout(0.02);
  await assert.rejects(server.recv(), SocketTimeout);
  await client.sendAll('after all');
  assert.equal(String(await server.recv()), 'after all');
  await assert.rejects(server.recv(), SocketTimeout);
  server.setTimeout(undefined);
  const receiver = spawn(() => server.recv());
  await turns();
  await client.sendAll('!');
  assert.equal(String(await receiver.get()), '!');
});

socketTest('MSG_WAITALL counts the time of the whole call, and gives back what came', async ({ pair }) => {
  const [client, server] = await pair();
  server.setTimeout(0.15);
  const drip = spawn(async () => {
    for (;;) {
      await client.sendAll('.');
      await sleep(0.03);
    }
  });
  await assert.rejects(server.recv(1000, MSG_WAITALL), SocketTimeout);
  await drip.kill();
  client.close();
  assert.ok((await receiveAll(server)).length >= 2);
});

socketTest('sendAll() counts the time of the whole call', async ({ pair }) => {
  const [client, server] = await pair();
  client.setTimeout(0.2);
  const slow = spawn(async () => {
    for (;;) {
      await server.recv(64 * 1024);
      await sleep(0.02);
    }
  });
  await assert.rejects(client.sendAll(HUGE), SocketTimeout);
  await slow.kill();
  server.close();
});

socketTest(
  'setBlocking(false): what would wait raises EAGAIN, and the call works later',
  async ({ pair }) => {
    const [client, server] = await pair();
    assert.equal(server.getBlocking(), true);
    server.setBlocking(false);
    assert.equal(server.getBlocking(), false);
    assert.equal(server.getTimeout(), 0);
    for (let time = 0; time < 3; time += 1) await assert.rejects(server.recv(), failsWith('EAGAIN'));
    await assert.rejects(server.recvFrom(), failsWith('EAGAIN'));
    await assert.rejects(server.recv(4, MSG_WAITALL), failsWith('EAGAIN'));
    await client.sendAll('data');
    let got = '';
    while (got === '') {
      await sleep(0.002);
      got = await server.recv().then(String, () => '');
    }
    assert.equal(got, 'data');
    server.setBlocking(true);
    assert.equal(server.getTimeout(), undefined);
  },
);

socketTest(
  'with a timeout of 0 send() takes what there is room for, whole or not at all',
  async ({ pair }) => {
    const [client, server] = await pair();
    client.setBlocking(false);
    const numbers = Buffer.alloc(40_000);
    for (let at = 0; at < numbers.length; at += 4) numbers.writeUInt32LE(at, at);
    const sent: Buffer[] = [];
    await assert.rejects(async () => {
      for (;;) {
        const size = await client.send(numbers);
        sent.push(Buffer.from(numbers.subarray(0, size)));
        // What was taken is not what the array holds later.
        numbers.writeUInt32LE(sent.length, 0);
      }
    }, failsWith('EAGAIN'));
    await assert.rejects(client.send('x'), failsWith('EAGAIN'));
    await assert.rejects(client.sendAll('x'), failsWith('EAGAIN'));
    client.setBlocking(true);
    const closer = spawn(async () => {
      await client.sendAll('the end');
      client.close();
    });
    const received = await receiveAll(server);
    await closer.get();
    assert.ok(received.equals(Buffer.concat([...sent, Buffer.from('the end')])));
  },
);

socketTest('with a timeout of 0 sendAll() raises EAGAIN when not all of it fits', async ({ pair }) => {
  const [client, server] = await pair();
  client.setBlocking(false);
  await client.sendAll('fits');
  await assert.rejects(client.sendAll(HUGE), failsWith('EAGAIN'));
  client.close();
  const received = await receiveAll(server);
  assert.equal(String(received.subarray(0, 4)), 'fits');
  assert.ok(received.subarray(4).every((byte) => byte === 0x68));
});

socketTest('new sockets begin with the default timeout, accepted ones too', async ({ keep, listening }) => {
  assert.equal(getDefaultTimeout(), undefined);
  const listener = await listening();
  setDefaultTimeout(0.03);
  assert.equal(getDefaultTimeout(), 0.03);
  const client = keep(new Socket());
  assert.equal(client.getTimeout(), 0.03);
  assert.equal(listener.getTimeout(), undefined);
  await client.connect(listener.getSockName());
  const [server] = await listener.accept();
  keep(server);
  assert.equal(server.getTimeout(), 0.03);
  await assert.rejects(server.recv(), SocketTimeout);
  assert.equal(keep(server.dup()).getTimeout(), 0.03);
  assert.throws(() => setDefaultTimeout(-1), RangeError);
  assert.throws(() => client.setTimeout('1' as unknown as number), TypeError);
  assert.throws(() => client.setTimeout(Number.NaN), RangeError);
  client.setTimeout(Infinity);
  assert.equal(client.getTimeout(), undefined);
});

socketTest("a Timeout of the caller's is raised as it is, and leaves the socket usable", async ({ pair }) => {
  const [client, server] = await pair();
  server.setTimeout(100);
  const mine = new Timeout(0.02);
  await assert.rejects(
    mine.run(() => server.recv()),
    (error: unknown) => error === mine,
  );
  assert.equal(await withTimeout(0.02, () => server.recv(), { timeoutValue: 'nothing' }), 'nothing');
  assert.equal(await withTimeout(0.02, () => client.sendAll(HUGE), { timeoutValue: 'full' }), 'full');
  client.close();
  const received = await receiveAll(server);
  assert.ok(received.length > 0 && received.every((byte) => byte === 0x68));
});
