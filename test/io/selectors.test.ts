// Selectors: keys, and the waits.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { Timeout, spawn } from '../../src/index.ts';
import {
  DefaultSelector,
  EVENT_READ,
  EVENT_WRITE,
  GeventSelector,
  KeyError,
  type SelectorKey,
} from '../../src/selectors.ts';
import { Socket, SocketError } from '../../src/socket.ts';
import { Lamp, countWatchers } from '../support/readiness.ts';
import { failsWith, socketTest, turns } from '../support/sockets.ts';

socketTest('register() answers a key, which getKey() and getMap() find again', async ({ pair }) => {
  const [client, server] = await pair();
  const selector = new DefaultSelector<string>();
  const key = selector.register(client, EVENT_READ, 'mine');
  assert.deepEqual(key, { fileobj: client, fd: client.fileno(), events: EVENT_READ, data: 'mine' });
  assert.ok(Object.isFrozen(key));
  assert.equal(selector.getKey(client), key);
  assert.equal(selector.getKey(client.fileno()), key);
  assert.throws(() => selector.getKey(server), KeyError);
  assert.throws(() => selector.register(client, EVENT_WRITE), KeyError);
  assert.throws(() => selector.register(client.fileno(), EVENT_WRITE), /it is registered already/);
  const other = selector.register(new Lamp(), EVENT_WRITE);
  assert.deepEqual([other.fd, other.data], [-1, undefined]);
  assert.deepEqual(
    [...(selector.getMap() ?? [])],
    [
      [client, key],
      [other.fileobj, other],
    ],
  );
  assert.equal(selector.unregister(client), key);
  assert.throws(() => selector.unregister(client), KeyError);
  assert.equal(selector.getMap()?.size, 1);
  assert.equal(GeventSelector, DefaultSelector);
  selector.close();
});

socketTest('select() answers the keys that are ready, with the events that hold', async ({ pair }) => {
  const [client, server] = await pair();
  const selector = new DefaultSelector();
  const a = selector.register(server, EVENT_READ);
  const b = selector.register(client, EVENT_READ | EVENT_WRITE);
  const count = countWatchers(server);
  assert.deepEqual(await selector.select(), [[b, EVENT_WRITE]]);
  selector.unregister(client);
  const selecting = spawn(() => selector.select(30));
  await turns();
  assert.deepEqual([selecting.ready(), count()], [false, 1]);
  await client.sendAll('x');
  assert.deepEqual(await selecting.get(), [[a, EVENT_READ]]);
  assert.deepEqual(await selector.select(0), [[a, EVENT_READ]]);
  await server.recv();
  assert.deepEqual(await selector.select(0), []);
  assert.equal(count(), 0);
});

socketTest('select() ends empty when its time is up; a negative time is none', async ({ pair }) => {
  const [, server] = await pair();
  const selector = new DefaultSelector();
  selector.register(server, EVENT_READ);
  const count = countWatchers(server);
  for (const time of [0.01, 0, -1, new Timeout(0.01)]) assert.deepEqual(await selector.select(time), []);
  const endless = spawn(() => selector.select());
  await turns();
  assert.deepEqual([endless.ready(), count()], [false, 1]);
  await endless.kill();
  assert.equal(count(), 0);
});

socketTest('modify() changes events and data, also for a select() that runs', async () => {
  const lamp = new Lamp();
  const selector = new DefaultSelector<number>();
  selector.register(lamp, EVENT_READ, 1);
  const selecting = spawn(() => selector.select(30));
  await turns(1);
  lamp.show({ isWritable: true });
  await turns(1);
  assert.equal(selecting.ready(), false);
  const key = selector.modify(lamp, EVENT_WRITE, 2);
  assert.deepEqual(key, { fileobj: lamp, fd: -1, events: EVENT_WRITE, data: 2 });
  assert.deepEqual(await selecting.get(), [[key, EVENT_WRITE]]);
  assert.throws(() => selector.modify(new Lamp(), EVENT_READ), KeyError);
});

socketTest('a select() sees what another greenlet registers and takes out', async () => {
  const [a, b] = [new Lamp(), new Lamp()];
  const selector = new DefaultSelector();
  const selecting = spawn(() => selector.select(30));
  await turns(1);
  selector.register(a, EVENT_READ);
  const key = selector.register(b, EVENT_READ);
  selector.unregister(a);
  assert.deepEqual([a.callbacks.size, b.callbacks.size], [0, 1]);
  a.show({ isReadable: true });
  b.show({ isReadable: true });
  assert.deepEqual(await selecting.get(), [[key, EVENT_READ]]);
  assert.equal(b.callbacks.size, 0);
});

socketTest(
  'what was closed or has failed is ready for all it was registered for',
  async ({ pair, withPeer }) => {
    const [client] = await pair();
    const [socket, peer] = await withPeer();
    const stream = new PassThrough();
    const selector = new DefaultSelector();
    const keys = [client, socket, stream].map((one) => selector.register(one, EVENT_READ));
    for (const [index, end] of [
      () => client.close(),
      () => peer.resetAndDestroy(),
      () => stream.destroy(),
    ].entries()) {
      const selecting = spawn(() => selector.select(30));
      await turns();
      assert.equal(selecting.ready(), false);
      end();
      assert.deepEqual(await selecting.get(), [[keys[index], EVENT_READ]]);
      assert.equal(selector.unregister((keys[index] as SelectorKey).fileobj), keys[index]);
    }
    assert.throws(() => selector.register(client, EVENT_READ), failsWith('EBADF'));
  },
);

socketTest('close() takes everything out, and ends a select() that runs', async ({ pair }) => {
  const [client, server] = await pair();
  const count = countWatchers(server);
  const selector = new DefaultSelector();
  selector.register(server, EVENT_READ);
  const selecting = assert.rejects(selector.select(), failsWith('EBADF'));
  await turns();
  selector.close();
  selector.close();
  await selecting;
  assert.equal(count(), 0);
  assert.equal(selector.getMap(), undefined);
  assert.throws(() => void selector.select(), SocketError);
  assert.throws(() => selector.register(client, EVENT_READ), SocketError);
  assert.throws(() => selector.getKey(client), SocketError);
  assert.equal(String(selector), '<GeventSelector closed>');
  await client.sendAll('usable');
  assert.equal(String(await server.recv()), 'usable');
});

socketTest('an echo server of one greenlet, by a selector', async ({ keep, listening }) => {
  const listener = await listening();
  const selector = new DefaultSelector<(socket: Socket) => Promise<void>>();
  const echo = async (socket: Socket): Promise<void> => {
    const data = await socket.recv();
    if (data.length > 0) return await socket.sendAll(data);
    selector.unregister(socket);
    socket.close();
  };
  selector.register(listener, EVENT_READ, async () => {
    selector.register((await listener.accept())[0], EVENT_READ, echo);
  });
  const server = spawn(async () => {
    for (;;) for (const [key] of await selector.select()) await key.data(key.fileobj as Socket);
  });
  const clients = Array.from({ length: 20 }, (_, number) =>
    spawn(async () => {
      const client = keep(new Socket());
      await client.connect(listener.getSockName());
      for (let round = 0; round < 5; round += 1) {
        const text = `${number}:${round}`;
        await client.sendAll(text);
        assert.equal(String(await client.recv()), text);
      }
      client.close();
    }),
  );
  for (const client of clients) await client.get();
  while ((selector.getMap()?.size ?? 0) > 1) await turns();
  await server.kill();
  selector.close();
});

socketTest('wrong arguments are refused at the call', () => {
  const selector = new DefaultSelector();
  const bad =
    (call: (...args: never[]) => unknown, ...args: unknown[]) =>
    () =>
      void Reflect.apply(call, selector, args);
  for (const events of [0, 4, 'r', undefined]) {
    assert.throws(
      bad(selector.register, new Lamp(), events),
      /register\(events\): expected EVENT_READ, EVENT_WRITE/,
    );
  }
  assert.throws(bad(selector.register, {}, EVENT_READ), TypeError);
  assert.throws(bad(selector.select, 'x'), TypeError);
  assert.throws(bad(selector.select, NaN), RangeError);
  assert.equal(String(selector), '<GeventSelector of 0>');
});
