// select() over sockets: ready at once, ready later, killed, timed out; what it answers, and what it leaves.
import assert from 'node:assert/strict';
import { type Greenlet, Timeout, joinAll, killAll, sleep, spawn, withTimeout } from '../../src/index.ts';
import { error as SelectError, select } from '../../src/select.ts';
import { SHUT_WR, SOCK_DGRAM, AF_INET, Socket, SocketError, socketPair } from '../../src/socket.ts';
import { countWatchers, Lamp } from '../support/readiness.ts';
import { failsWith, portOf, socketTest, turns, until } from '../support/sockets.ts';

socketTest('select() answers at once what is ready, in the order of each list', async ({ pair }) => {
  const [a, b] = await pair();
  const [c, d] = await pair();
  await Promise.all([b.sendAll('1'), d.sendAll('2')]);
  for (const socket of [a, c]) await select([socket], [], [], 30);
  const counts = [a, b, c, d].map(countWatchers);
  const [readable, writable, failed] = await select([d, c, b, a], [b, a], [a, b], 5);
  assert.deepEqual([readable, writable, failed], [[c, a], [b, a], []]);
  assert.deepEqual(
    counts.map((count) => count()),
    [0, 0, 0, 0],
  );
});

socketTest('select() parks until something is ready', async ({ pair }) => {
  const [client, server] = await pair();
  const count = countWatchers(server);
  const selecting = spawn(() => select([client, server], [], [], 30));
  await turns();
  assert.deepEqual([selecting.ready(), count()], [false, 1]);
  await client.sendAll('late');
  assert.deepEqual(await selecting.get(), [[server], [], []]);
  assert.equal(count(), 0);
  assert.equal(String(await server.recv()), 'late');
});

socketTest('select() answers three empty lists when its time is up', async ({ pair }) => {
  const [client, server] = await pair();
  const count = countWatchers(server);
  assert.deepEqual(await select([client, server], [], [server], 0.02), [[], [], []]);
  assert.deepEqual(await select([server], [], [], new Timeout(0.02)), [[], [], []]);
  assert.equal(count(), 0);
  await client.sendAll('usable');
  assert.equal(String(await server.recv()), 'usable');
});

socketTest('a select() that is killed, or under a Timeout that fires, leaves nothing', async ({ pair }) => {
  const [client, server] = await pair();
  const count = countWatchers(server);
  const selecting = spawn(() => select([server], [], []));
  await turns();
  await selecting.kill();
  assert.deepEqual([selecting.successful(), count()], [true, 0]);
  assert.equal(await withTimeout(0.02, () => select([server], [], []), { timeoutValue: 'late' }), 'late');
  assert.equal(count(), 0);
  await client.sendAll('usable');
  assert.deepEqual((await select([server], [], [], 30))[0], [server]);
});

socketTest('select() with a timeout of 0 looks once, after the others had a turn', async ({ pair }) => {
  const [client, server] = await pair();
  await client.sendAll('there');
  const marks: string[] = [];
  const other = spawn(() => marks.push('other'));
  assert.deepEqual(await select([], [], [], 0), [[], [], []]);
  assert.deepEqual(marks, ['other']);
  await other.join();
  // Nobody has read yet: it is in the kernel that the bytes are.
  await until(() => (server.stream?.readableLength ?? 0) === 0);
  assert.deepEqual(await select([server], [server], [], 0), [[server], [server], []]);
  await server.recv();
  assert.deepEqual(await select([server], [], [], 0), [[], [], []]);
});

socketTest('what is ready is ready again and again, as long as nobody takes it', async ({ pair }) => {
  const [client, server] = await pair();
  await client.sendAll('ab');
  for (let time = 0; time < 3; time += 1) assert.deepEqual((await select([server], [], [], 30))[0], [server]);
  await server.recv(1);
  assert.deepEqual((await select([server], [], [], 30))[0], [server]);
  await server.recv(1);
  assert.deepEqual((await select([server], [], [], 0.02))[0], []);
  client.shutdown(SHUT_WR);
  for (let time = 0; time < 3; time += 1) assert.deepEqual((await select([server], [], [], 30))[0], [server]);
  assert.equal((await server.recv()).length, 0);
});

socketTest('one greenlet selects on what another receives from', async ({ pair }) => {
  const [client, server] = await pair();
  const receiving = spawn(() => server.recv());
  await turns();
  const selecting = spawn(() => select([server], [], [], 30));
  await turns();
  await client.sendAll('first');
  assert.equal(String(await receiving.get()), 'first');
  await turns();
  assert.equal(selecting.ready(), false, 'what the other one took is not there any more');
  await client.sendAll('second');
  assert.deepEqual((await selecting.get())[0], [server]);
  assert.equal(String(await server.recv()), 'second');
});

socketTest('many greenlets select on one socket, and each hears of it', async ({ pair }) => {
  const [client, server] = await pair();
  const count = countWatchers(server);
  const all = Array.from({ length: 200 }, () => spawn(() => select([server], [], [], 30)));
  const doomed = Array.from({ length: 50 }, () => spawn(() => select([server], [], [])));
  await turns();
  assert.equal(count(), 250);
  await killAll(doomed);
  assert.equal(count(), 200);
  await client.sendAll('x');
  await joinAll(all, { raiseError: true });
  for (const one of all) assert.deepEqual((one.value as unknown[][])[0], [server]);
  assert.equal(count(), 0);
});

socketTest('a thousand sockets in one select()', async ({ keep }) => {
  const pairs: (readonly [Socket, Socket])[] = [];
  for (let number = 0; number < 1000; number += 1) {
    const [left, right] = await socketPair();
    pairs.push([keep(left), keep(right)]);
  }
  const readers = pairs.map(([left]) => left);
  const selecting = spawn(() => select(readers, [], [], 60));
  await turns();
  assert.equal(selecting.ready(), false);
  const [chosen, peer] = pairs[777] as [Socket, Socket];
  await peer.sendAll('x');
  assert.deepEqual((await selecting.get())[0], [chosen]);
  await Promise.all(pairs.map(([, right]) => right.sendAll('y')));
  const pending = new Set(readers);
  while (pending.size > 0) {
    const [ready] = await select([...pending], [], [], 60);
    for (const one of ready) {
      await one.recv();
      pending.delete(one);
    }
  }
});

socketTest('a socket that sends more than fits is writable when the peer has read', async ({ pair }) => {
  const [client, server] = await pair();
  const sending = spawn(() => client.sendAll(Buffer.alloc(16 * 1024 * 1024)));
  await until(() => !client.watchable.isWritable);
  await turns();
  assert.deepEqual(await select([], [client], [], 0.02), [[], [], []]);
  const selecting = spawn(() => select([], [client], [], 30));
  for (let got = 0; got < 16 * 1024 * 1024;) got += (await server.recv(1 << 20)).length;
  await sending.get();
  assert.deepEqual((await selecting.get())[1], [client]);
});

socketTest('a listening socket is readable when a client waits, and never writable', async (world) => {
  const listener = await world.listening();
  const selecting = spawn(() => select([listener], [listener], [], 30));
  await turns();
  assert.equal(selecting.ready(), false);
  const client = world.keep(new Socket());
  await client.connect(listener.getSockName());
  assert.deepEqual(await selecting.get(), [[listener], [], []]);
  world.keep((await listener.accept())[0]);
  assert.deepEqual(await select([listener], [], [], 0.02), [[], [], []]);
});

socketTest('a datagram socket is readable when a datagram is there', async ({ keep }) => {
  const [a, b] = [0, 1].map(() => keep(new Socket(AF_INET, SOCK_DGRAM))) as [Socket, Socket];
  // Not bound yet: it can send, and hears nothing.
  assert.deepEqual(await select([a], [a], [], 5), [[], [a], []]);
  const early = spawn(() => select([a], [], [], 30));
  await turns();
  await a.bind(['127.0.0.1', 0]);
  assert.deepEqual(await select([a], [], [], 0.02), [[], [], []]);
  await b.sendTo('hi', a.getSockName());
  assert.deepEqual((await select([b, a], [], [], 30))[0], [a]);
  assert.deepEqual((await early.get())[0], [a]);
  assert.equal(String((await a.recvFrom())[0]), 'hi');
});

socketTest('a reset is told in all three lists, and raised by the next call', async ({ withPeer }) => {
  const [socket, peer] = await withPeer();
  const selecting = spawn(() => select([socket], [], [socket], 30));
  await turns();
  peer.resetAndDestroy();
  assert.deepEqual(await selecting.get(), [[socket], [], [socket]]);
  assert.deepEqual(await select([socket], [socket], [socket], 5), [[socket], [socket], [socket]]);
  await assert.rejects(socket.recv(), failsWith('ECONNRESET'));
});

socketTest('a socket that is closed, or closed meanwhile, raises EBADF', async ({ pair, listening }) => {
  const [client] = await pair();
  for (const socket of [client, await listening(), new Socket(AF_INET, SOCK_DGRAM)]) {
    const selecting = assert.rejects(select([socket], [], []), failsWith('EBADF'));
    await turns();
    socket.close();
    await selecting;
    assert.throws(() => void select([socket], [], []), failsWith('EBADF'));
  }
});

socketTest('a socket that is not connected has hung up; while it connects it is not ready', async (world) => {
  const idle = world.keep(new Socket());
  assert.deepEqual(await select([idle], [idle], [idle], 5), [[idle], [idle], []]);
  const listener = await world.listening();
  const client = world.keep(new Socket());
  const connecting = client.connect(['127.0.0.1', portOf(listener)]);
  assert.deepEqual([client.watchable.isReadable, client.watchable.isWritable], [false, false]);
  assert.deepEqual(await select([], [client], [], 30), [[], [client], []]);
  await connecting;
  world.keep((await listener.accept())[0]);
  assert.deepEqual(await select([client], [client], [], 5), [[], [client], []]);
});

socketTest('select() takes a Watchable of the user, and watches it only while it waits', async () => {
  const lamp = new Lamp();
  const selecting = spawn(() => select([lamp], [lamp], [lamp], 30));
  await turns();
  assert.equal(lamp.callbacks.size, 3);
  lamp.show({ hasFailed: true });
  assert.deepEqual(await selecting.get(), [[], [], [lamp]]);
  assert.equal(lamp.callbacks.size, 0);
});

socketTest('a loop of select() on what is always ready keeps nobody from running', async ({ pair }) => {
  const [client, server] = await pair();
  let isOver = false;
  const busy: Greenlet<number> = spawn(async () => {
    for (let rounds = 0; ; rounds += 1) {
      if (isOver) return rounds;
      await select([], [client], []);
    }
  });
  spawn(async () => {
    await sleep(0.01);
    await client.sendAll('through');
  });
  assert.equal(String(await server.recv()), 'through');
  isOver = true;
  assert.ok((await busy.get()) > 1);
});

socketTest('wrong arguments are refused at the call', async ({ pair }) => {
  const [client] = await pair();
  const bad =
    (...lists: unknown[]) =>
    () =>
      void Reflect.apply(select, undefined, lists);
  assert.throws(bad(client, [], []), TypeError);
  assert.throws(bad([], [], undefined), /select\(xlist\): expected an iterable/);
  assert.throws(bad([client, {}], [], []), /select\(rlist\[1\]\): expected a socket, a stream/);
  assert.throws(bad([1.5], [], []), TypeError);
  assert.throws(bad([], [], [], -1), RangeError);
  assert.throws(bad([], [], [], '1'), TypeError);
  assert.equal(SelectError, SocketError);
  const generator = (function* () {
    yield client;
  })();
  assert.deepEqual((await select([], generator, new Set([client])))[1], [client]);
});
