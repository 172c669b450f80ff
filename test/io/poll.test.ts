// poll objects: registering, the events, and the waits.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { Timeout, joinAll, spawn } from '../../src/index.ts';
import {
  KeyError,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  POLLPRI,
  POLLRDBAND,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
  Poll,
  poll,
} from '../../src/select.ts';
import { Socket } from '../../src/socket.ts';
import { Lamp, countWatchers } from '../support/readiness.ts';
import { failsWith, socketTest, turns } from '../support/sockets.ts';

socketTest('poll is a class that may be called without new', async () => {
  assert.ok(poll() instanceof Poll);
  assert.ok(new poll() instanceof Poll);
  assert.ok(new Poll() instanceof poll);
  assert.deepEqual(await poll().poll(0), []);
});

socketTest('the events have the numbers of the system', () => {
  assert.deepEqual(
    [POLLIN, POLLPRI, POLLOUT, POLLERR, POLLHUP, POLLNVAL, POLLRDNORM, POLLRDBAND, POLLWRNORM, POLLWRBAND],
    Array.from({ length: 10 }, (_, bit) => 2 ** bit),
  );
});

socketTest('poll() answers at once what is ready, in the order of registration', async ({ pair }) => {
  const [client, server] = await pair();
  const poller = new Poll();
  poller.register(server);
  poller.register(client, POLLOUT);
  const count = countWatchers(server);
  await client.sendAll('x');
  await poller.poll(30);
  assert.deepEqual(await poller.poll(0), [
    [server, POLLIN | POLLOUT],
    [client, POLLOUT],
  ]);
  assert.equal(count(), 0);
});

socketTest('poll() parks until something is ready, and again and again', async ({ pair }) => {
  const [client, server] = await pair();
  const poller = new Poll();
  poller.register(server, POLLIN | POLLPRI);
  const count = countWatchers(server);
  for (const text of ['a', 'b']) {
    const polling = spawn(() => poller.poll());
    await turns();
    assert.deepEqual([polling.ready(), count()], [false, 1]);
    await client.sendAll(text);
    assert.deepEqual(await polling.get(), [[server, POLLIN]]);
    assert.deepEqual(await poller.poll(), [[server, POLLIN]]);
    assert.equal(String(await server.recv()), text);
  }
  assert.equal(count(), 0);
});

socketTest('poll() ends empty when its time is up, in seconds; negative waits for ever', async ({ pair }) => {
  const [, server] = await pair();
  const poller = new Poll();
  poller.register(server, POLLIN);
  const count = countWatchers(server);
  assert.deepEqual(await poller.poll(0.01), []);
  assert.deepEqual(await poller.poll(0), []);
  assert.deepEqual(await poller.poll(new Timeout(0.01)), []);
  const endless = spawn(() => poller.poll(-1));
  await turns();
  assert.equal(endless.ready(), false);
  await endless.kill();
  assert.equal(count(), 0);
});

socketTest('POLLERR, POLLHUP and POLLNVAL are told though nobody asked', async ({ withPeer }) => {
  const [socket, peer] = await withPeer();
  const poller = new Poll();
  poller.register(socket, 0);
  const polling = spawn(() => poller.poll(30));
  await turns();
  peer.resetAndDestroy();
  assert.deepEqual(await polling.get(), [[socket, POLLERR]]);
  poller.modify(socket, POLLIN);
  assert.deepEqual(await poller.poll(5), [[socket, POLLIN | POLLERR]]);
  const closing = spawn(() => poller.poll(30));
  socket.close();
  assert.deepEqual(await closing.get(), [[socket, POLLNVAL]]);
  assert.deepEqual(await poller.poll(), [[socket, POLLNVAL]]);
  poller.unregister(socket);
  assert.deepEqual(await poller.poll(0.01), []);
});

socketTest('a socket that is closed while it is polled comes with POLLNVAL', async ({ pair }) => {
  const [, server] = await pair();
  const poller = new Poll();
  const number = server.fileno();
  poller.register(number, POLLIN);
  const polling = spawn(() => poller.poll(30));
  await turns();
  server.close();
  assert.deepEqual(await polling.get(), [[number, POLLNVAL]]);
  assert.throws(() => poller.register(server), failsWith('EBADF'));
  const another = new Poll();
  another.register(4000, POLLIN);
  assert.deepEqual(await another.poll(5), [[4000, POLLNVAL]]);
});

socketTest(
  'a stream that was destroyed, and a socket without a connection, have hung up',
  async ({ keep }) => {
    const poller = new Poll();
    const stream = new PassThrough();
    const idle = keep(new Socket());
    poller.register(stream, POLLIN);
    poller.register(idle, POLLOUT);
    poller.unregister(idle);
    const polling = spawn(() => poller.poll(30));
    await turns();
    stream.destroy();
    assert.deepEqual(await polling.get(), [[stream, POLLIN | POLLHUP]]);
    poller.register(idle, POLLOUT);
    assert.deepEqual((await poller.poll(5))[1], [idle, POLLOUT | POLLHUP]);
  },
);

socketTest('the events asked for are those told, under the names they were asked by', async () => {
  const lamp = new Lamp();
  lamp.show({ isReadable: true, isWritable: true });
  const poller = new Poll();
  for (const mask of [POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM, POLLIN | POLLRDNORM, POLLIN | POLLWRNORM]) {
    poller.register(lamp, mask);
    assert.deepEqual(await poller.poll(5), [[lamp, mask]]);
  }
  poller.register(lamp, POLLPRI | POLLRDBAND | POLLWRBAND);
  assert.deepEqual(await poller.poll(0), []);
});

socketTest('register() again changes the events; modify() and unregister() want it registered', async () => {
  const lamp = new Lamp();
  const poller = new Poll();
  assert.throws(() => poller.modify(lamp, POLLIN), failsWith('ENOENT'));
  assert.throws(() => poller.unregister(lamp), KeyError);
  assert.throws(() => poller.unregister(7), /Cannot unregister descriptor 7: it is not registered/);
  poller.register(lamp, POLLIN);
  poller.register(lamp, POLLOUT);
  lamp.show({ isReadable: true });
  assert.deepEqual(await poller.poll(0), []);
  poller.modify(lamp, POLLIN | POLLOUT);
  assert.deepEqual(await poller.poll(0), [[lamp, POLLIN]]);
  poller.unregister(lamp);
  assert.throws(() => poller.unregister(lamp), { name: 'KeyError', code: 'GEVENT_KEY' });
});

socketTest(
  'what is registered as a socket can be named by its number, and the other way round',
  async ({ pair }) => {
    const [client, server] = await pair();
    const poller = new Poll();
    poller.register(client, POLLIN);
    poller.register(server.fileno(), POLLIN);
    poller.modify(client.fileno(), POLLOUT);
    poller.modify(server, POLLOUT);
    assert.deepEqual(await poller.poll(5), [
      [client, POLLOUT],
      [server.fileno(), POLLOUT],
    ]);
    poller.unregister(client.fileno());
    poller.unregister(server);
    assert.deepEqual(await poller.poll(0), []);
  },
);

socketTest('a poll() sees what another greenlet registers, changes and takes out', async () => {
  const [a, b] = [new Lamp(), new Lamp()];
  const poller = new Poll();
  poller.register(a, POLLIN);
  const polling = [1, 2].map(() => spawn(() => poller.poll(30)));
  await turns(1);
  poller.register(b, POLLIN);
  poller.unregister(a);
  assert.deepEqual([a.callbacks.size, b.callbacks.size], [0, 1]);
  b.show({ isWritable: true });
  await turns(1);
  assert.equal(polling[0]?.ready(), false);
  poller.modify(b, POLLOUT);
  await joinAll(polling, { raiseError: true });
  for (const one of polling) assert.deepEqual(one.value, [[b, POLLOUT]]);
  assert.deepEqual([a.callbacks.size, b.callbacks.size], [0, 0]);
});

socketTest('wrong arguments are refused at the call', () => {
  const poller = new Poll();
  const bad =
    (call: (...args: never[]) => unknown, ...args: unknown[]) =>
    () =>
      void Reflect.apply(call, poller, args);
  assert.throws(bad(poller.register, {}), /register\(fd\): expected a socket, a stream/);
  assert.throws(bad(poller.register, new Lamp(), -1), RangeError);
  assert.throws(bad(poller.register, new Lamp(), '1'), TypeError);
  assert.throws(bad(poller.modify, new Lamp(), 'x'), TypeError);
  assert.throws(bad(poller.poll, 'x'), TypeError);
  assert.throws(bad(poller.poll, NaN), RangeError);
});
