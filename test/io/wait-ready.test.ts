// waitRead, waitWrite, waitReadWrite, wait and cancelWait: ready at once, ready later, killed, timed out.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { Timeout, sleep, spawn } from '../../src/index.ts';
import {
  AF_INET,
  SOCK_DGRAM,
  Socket,
  SocketTimeout,
  cancelWait,
  cancelWaitEx,
  wait,
  waitRead,
  waitReadWrite,
  waitWrite,
} from '../../src/socket.ts';
import { select } from '../../src/select.ts';
import { Lamp, countWatchers, listenersOf } from '../support/readiness.ts';
import { failsWith, socketTest, turns, until } from '../support/sockets.ts';

socketTest('waitRead() returns at once when something is there, and takes nothing', async ({ pair }) => {
  const [client, server] = await pair();
  const count = countWatchers(server);
  await client.sendAll('x');
  await waitRead(server, { timeout: 30 });
  await waitRead(server, { timeout: 30 });
  await waitReadWrite(server);
  await wait(server);
  assert.equal(count(), 0);
  assert.equal(String(await server.recv()), 'x');
});

socketTest('waitRead() parks until something comes', async ({ pair }) => {
  const [client, server] = await pair();
  const count = countWatchers(server);
  const waiting = spawn(() => waitRead(server));
  await turns();
  assert.deepEqual([waiting.ready(), count()], [false, 1]);
  await client.sendAll('x');
  assert.equal(await waiting.get(), undefined);
  assert.equal(count(), 0);
});

socketTest('waitRead() raises SocketTimeout, or timeoutExc, when its time is up', async ({ pair }) => {
  const [, server] = await pair();
  const count = countWatchers(server);
  await assert.rejects(waitRead(server, { timeout: 0.01 }), SocketTimeout);
  await assert.rejects(waitRead(server, { timeout: 0 }), /timed out/);
  const mine = new Error('mine');
  await assert.rejects(waitRead(server, { timeout: 0.01, timeoutExc: mine }), (error) => error === mine);
  await assert.rejects(waitRead(server, { timeout: 0.01, timeoutExc: RangeError }), RangeError);
  const limit = new Timeout(0.01);
  await assert.rejects(waitRead(server, { timeout: limit }), (error) => error === limit);
  assert.equal(count(), 0);
});

socketTest('a waitRead() that is killed leaves nothing, and the socket usable', async ({ pair }) => {
  const [client, server] = await pair();
  const count = countWatchers(server);
  const waiting = spawn(() => waitRead(server));
  await turns();
  await waiting.kill();
  assert.equal(count(), 0);
  await client.sendAll('x');
  assert.equal(String(await server.recv()), 'x');
});

socketTest('a kill that is pending is raised by a wait that is ready', async ({ pair }) => {
  const [client] = await pair();
  const marks: string[] = [];
  const waiting = spawn(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    marks.push('before');
    await waitWrite(client);
    marks.push('after');
  });
  await sleep(0);
  await waiting.kill();
  assert.deepEqual(marks, ['before']);
});

socketTest('waitWrite() parks until the kernel takes more', async ({ pair }) => {
  const [client, server] = await pair();
  await waitWrite(client);
  const size = 16 * 1024 * 1024;
  const sending = spawn(() => client.sendAll(Buffer.alloc(size)));
  await until(() => !client.watchable.isWritable);
  await turns();
  await assert.rejects(waitWrite(client, { timeout: 0.01 }), SocketTimeout);
  const waiting = spawn(() => waitWrite(client, { timeout: 30 }));
  for (let got = 0; got < size;) got += (await server.recv(size)).length;
  await Promise.all([waiting.get(), sending.get()]);
});

socketTest('waitWrite() ends when the writing side is shut, and when the stream goes', async ({ pair }) => {
  for (const how of ['shut', 'gone']) {
    const [client, server] = await pair();
    const sending = spawn(() => client.sendAll(Buffer.alloc(16 * 1024 * 1024)).catch(() => {}));
    await until(() => !client.watchable.isWritable);
    // The peer has ended its side, so that only writing is left.
    server.shutdown(1);
    await client.recv();
    const waiting = spawn(() => waitWrite(client, { timeout: 30 }));
    await turns();
    assert.equal(waiting.ready(), false);
    if (how === 'shut') client.shutdown(1);
    else client.stream?.destroy();
    await waiting.get();
    await sending.join();
  }
});

socketTest('waitReadWrite() ends at whatever comes first', async () => {
  for (const state of [{ isReadable: true }, { isWritable: true }]) {
    const lamp = new Lamp();
    const waiting = spawn(() => waitReadWrite(lamp, { timeout: 30 }));
    await turns(1);
    lamp.show({ hasFailed: true });
    await turns(1);
    assert.equal(waiting.ready(), false);
    lamp.show(state);
    await waiting.get();
    assert.equal(lamp.callbacks.size, 0);
  }
});

socketTest('wait() ends at anything a Watchable can tell', async () => {
  for (const state of [{ isReadable: true }, { isWritable: true }, { hasFailed: true }]) {
    const lamp = new Lamp();
    const waiting = spawn(() => wait(lamp, { timeout: 30 }));
    await turns(1);
    lamp.show(state);
    await waiting.get();
    await assert.rejects(wait(new Lamp(), { timeout: 0.01 }), SocketTimeout);
  }
});

socketTest('what is gone again before the greenlet goes on does not end its wait', async () => {
  const lamp = new Lamp();
  const waiting = spawn(() => waitRead(lamp, { timeout: 30 }));
  await turns(1);
  lamp.show({ isReadable: true });
  lamp.show({ isReadable: false });
  await turns(1);
  assert.deepEqual([waiting.ready(), lamp.callbacks.size], [false, 1]);
  lamp.show({ isReadable: true });
  await waiting.get();
});

socketTest('cancelWait() wakes all who wait, and leaves the socket as it is', async ({ pair }) => {
  const [client, server] = await pair();
  const count = countWatchers(server);
  const calls = [() => server.recv(), () => waitRead(server), () => select([server], [], [])];
  for (const error of [undefined, new Error('mine'), RangeError]) {
    const waiting = calls.map((call) =>
      spawn(() =>
        call().then(
          () => 'ready',
          (reason: unknown) => reason,
        ),
      ),
    );
    await turns();
    cancelWait(server, error);
    for (const one of waiting) {
      const reason = await one.get();
      if (error === RangeError) assert.ok(reason instanceof RangeError);
      else assert.equal(reason, error ?? cancelWaitEx);
    }
    assert.equal(count(), 0);
  }
  assert.equal(cancelWaitEx.code, 'EBADF');
  await client.sendAll('usable');
  assert.equal(String(await server.recv()), 'usable');
  const stream = new PassThrough();
  const waiting = assert.rejects(waitRead(stream), (error) => error === cancelWaitEx);
  await turns();
  cancelWait(stream);
  await waiting;
  assert.deepEqual(listenersOf(stream), listenersOf(new PassThrough()));
});

socketTest('closing a socket wakes those who wait on it with EBADF', async ({ pair, listening }) => {
  const [client] = await pair();
  for (const socket of [client, await listening(), new Socket(AF_INET, SOCK_DGRAM)]) {
    const waiting = assert.rejects(waitRead(socket), failsWith('EBADF'));
    await turns();
    socket.close();
    await waiting;
    assert.throws(() => void waitRead(socket), failsWith('EBADF'));
    assert.throws(() => cancelWait(socket), failsWith('EBADF'));
  }
});

socketTest('a wait goes on across connecting and binding', async (world) => {
  const listener = await world.listening();
  const client = world.keep(new Socket());
  const connecting = client.connect(listener.getSockName());
  const waiting = spawn(() => waitRead(client, { timeout: 30 }));
  await connecting;
  const server = world.keep((await listener.accept())[0]);
  await turns();
  assert.equal(waiting.ready(), false);
  await server.sendAll('x');
  await waiting.get();
});

socketTest('wrong arguments are refused at the call', async ({ pair }) => {
  const [client] = await pair();
  const bad =
    (call: (...args: never[]) => unknown, ...args: unknown[]) =>
    () =>
      void Reflect.apply(call, undefined, args);
  for (const call of [waitRead, waitWrite, waitReadWrite, wait]) {
    assert.throws(bad(call, {}), new RegExp(`${call.name}\\(target\\): expected a socket`));
    assert.throws(bad(call, undefined), TypeError);
    assert.throws(bad(call, client, 5), /an options object/);
    assert.throws(bad(call, client, { timeout: 'x' }), TypeError);
    assert.throws(bad(call, client, { timeout: -1 }), RangeError);
    assert.throws(bad(call, client, { timeoutExc: 'x' }), TypeError);
  }
  assert.throws(bad(cancelWait, client, 'x'), TypeError);
});
