// Data over a connected socket: recv and send in their forms, the ends of the stream, both directions at once.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { ConcurrentObjectUseError } from '../../src/exceptions.ts';
import { joinAll, sleep, spawn } from '../../src/index.ts';
import { MSG_DONTWAIT, MSG_PEEK, MSG_WAITALL, SHUT_RD, SHUT_RDWR, SHUT_WR } from '../../src/socket.ts';
import { failsWith, receiveAll, socketTest, turns, until } from '../support/sockets.ts';

socketTest('recv() gives what is there at once, up to the size asked for', async ({ pair }) => {
  const [client, server] = await pair();
  await client.sendAll('hello world');
  assert.equal(String(await server.recv(5)), 'hello');
  assert.equal(String(await server.recv(100)), ' world');
});

socketTest('recv() parks until something comes', async ({ pair }) => {
  const [client, server] = await pair();
  const receiver = spawn(() => server.recv());
  await turns();
  assert.equal(receiver.ready(), false);
  await client.sendAll('late');
  assert.equal(String(await receiver.get()), 'late');
});

socketTest('recv() gives an empty buffer after the peer has ended, again and again', async ({ pair }) => {
  const [client, server] = await pair();
  await client.sendAll('last');
  client.close();
  assert.equal(String(await server.recv()), 'last');
  for (let time = 0; time < 3; time += 1) assert.equal((await server.recv()).length, 0);
  assert.equal((await server.recv(10, MSG_WAITALL)).length, 0);
  assert.equal((await server.recv(10, MSG_PEEK)).length, 0);
});

socketTest('recv(0) gives an empty buffer and takes nothing', async ({ pair }) => {
  const [client, server] = await pair();
  assert.equal((await server.recv(0)).length, 0);
  await client.sendAll('x');
  assert.equal((await server.recv(0)).length, 0);
  assert.equal(String(await server.recv()), 'x');
});

socketTest('recv() with MSG_PEEK leaves the bytes there', async ({ pair }) => {
  const [client, server] = await pair();
  await client.sendAll('abc');
  assert.equal(String(await server.recv(2, MSG_PEEK)), 'ab');
  assert.equal(String(await server.recv(100, MSG_PEEK)), 'abc');
  assert.equal(String(await server.recv(100)), 'abc');
});

socketTest(
  'recv() with MSG_WAITALL gives all it was asked for, or what came before the end',
  async ({ pair }) => {
    const [client, server] = await pair();
    const receiver = spawn(() => server.recv(6, MSG_WAITALL));
    for (const part of ['ab', 'cd', 'efgh']) {
      await client.sendAll(part);
      await turns();
    }
    assert.equal(String(await receiver.get()), 'abcdef');
    client.close();
    assert.equal(String(await server.recv(100, MSG_WAITALL)), 'gh');
  },
);

socketTest('recv() with MSG_DONTWAIT raises EAGAIN, and gives what has come', async ({ pair }) => {
  const [client, server] = await pair();
  await assert.rejects(server.recv(10, MSG_DONTWAIT), failsWith('EAGAIN'));
  await client.sendAll('abc');
  await server.recv(1, MSG_PEEK);
  assert.equal(String(await server.recv(10, MSG_DONTWAIT | MSG_WAITALL)), 'abc');
  await assert.rejects(server.recv(10, MSG_DONTWAIT), failsWith('EAGAIN'));
});

socketTest('recvInto() fills a buffer, and says how far', async ({ pair }) => {
  const [client, server] = await pair();
  await client.sendAll('abcdef');
  const buffer = new Uint8Array(4);
  assert.equal(await server.recvInto(buffer, 2), 2);
  assert.deepEqual([...buffer], [97, 98, 0, 0]);
  assert.equal(await server.recvInto(buffer), 4);
  assert.equal(Buffer.from(buffer).toString(), 'cdef');
  client.close();
  assert.equal(await server.recvInto(buffer), 0);
  assert.throws(() => server.recvInto(buffer, 5), RangeError);
});

socketTest(
  'recvFrom() of a stream gives the bytes and the peer, after the end of both sides too',
  async ({ pair }) => {
    const [client, server] = await pair();
    const name = client.getSockName();
    await client.sendAll('abc');
    assert.deepEqual(await server.recvFrom(2), [Buffer.from('ab'), name]);
    server.shutdown(SHUT_WR);
    client.shutdown(SHUT_WR);
    await server.recv(1, MSG_PEEK);
    await turns();
    assert.deepEqual(await server.recvFrom(), [Buffer.from('c'), name]);
    assert.deepEqual((await server.recvFrom())[0], Buffer.alloc(0));
  },
);

socketTest('send() answers how much it took, and takes views and text', async ({ pair }) => {
  const [client, server] = await pair();
  assert.equal(await client.send('héé'), 5);
  assert.equal(await client.send(new Uint8Array([1, 2, 3]).subarray(1)), 2);
  assert.equal(await client.send(new DataView(new ArrayBuffer(4), 1, 2)), 2);
  assert.equal(await client.send(new ArrayBuffer(1)), 1);
  assert.equal(await client.send(''), 0);
  await client.sendAll('');
  assert.equal((await server.recv(10, MSG_WAITALL)).toString('hex'), '68c3a9c3a9020300' + '0000');
});

socketTest('a megabyte goes through send(), a piece at a time', async ({ pair }) => {
  const [client, server] = await pair();
  const data = Buffer.alloc(1024 * 1024, 'abcdefg');
  const sender = spawn(async () => {
    for (let at = 0; at < data.length;) at += await client.send(data.subarray(at));
    client.close();
  });
  assert.ok((await receiveAll(server)).equals(data));
  await sender.get();
});

socketTest('both directions carry data at once', async ({ pair }) => {
  const [client, server] = await pair();
  const data = Buffer.alloc(3 * 1024 * 1024, 'xyz');
  const talk = async (socket: typeof client): Promise<Buffer> => {
    const sender = spawn(async () => {
      await socket.sendAll(data);
      socket.shutdown(SHUT_WR);
    });
    const got = await receiveAll(socket);
    await sender.get();
    return got;
  };
  const talks = [spawn(talk, client), spawn(talk, server)];
  await joinAll(talks, { raiseError: true });
  for (const one of talks) assert.ok(data.equals(await one.get()));
});

socketTest('after SHUT_WR the peer receives the end, and this side still receives', async ({ pair }) => {
  const [client, server] = await pair();
  await client.sendAll('question');
  client.shutdown(SHUT_WR);
  client.shutdown(SHUT_WR);
  assert.equal(String(await receiveAll(server)), 'question');
  await assert.rejects(client.sendAll('more'), failsWith('EPIPE'));
  await assert.rejects(client.send('more'), failsWith('EPIPE'));
  await server.sendAll('answer');
  server.close();
  assert.equal(String(await receiveAll(client)), 'answer');
});

socketTest('after the end of the peer this side still sends', async ({ withPeer }) => {
  const [socket, peer] = await withPeer();
  peer.end('bye');
  assert.equal(String(await receiveAll(socket)), 'bye');
  await sleep(0.02);
  await socket.sendAll('and you');
  peer.resume();
  const [data] = (await once(peer, 'data')) as [Buffer];
  assert.equal(String(data), 'and you');
  assert.equal((await socket.recv()).length, 0);
});

socketTest('SHUT_RD wakes the receiver with the end; sending goes on', async ({ pair }) => {
  const [client, server] = await pair();
  const receiver = spawn(() => server.recv());
  await turns();
  server.shutdown(SHUT_RD);
  assert.equal((await receiver.get()).length, 0);
  await client.sendAll('unheard');
  assert.equal((await server.recv()).length, 0);
  await server.sendAll('still here');
  assert.equal(String(await client.recv()), 'still here');
});

socketTest('SHUT_RDWR ends both directions', async ({ pair }) => {
  const [client, server] = await pair();
  server.shutdown(SHUT_RDWR);
  assert.equal((await server.recv()).length, 0);
  await assert.rejects(server.sendAll('x'), failsWith('EPIPE'));
  assert.equal((await client.recv()).length, 0);
});

socketTest('the name of this end is known after both sides have ended, until close()', async ({ pair }) => {
  const [client, server] = await pair();
  const name = client.getSockName();
  const serverName = server.getSockName();
  client.shutdown(SHUT_WR);
  await receiveAll(server);
  server.shutdown(SHUT_WR);
  await receiveAll(client);
  await turns();
  assert.deepEqual(client.getSockName(), name);
  assert.deepEqual(server.getSockName(), serverName);
  client.close();
  assert.throws(() => client.getSockName(), failsWith('EBADF'));
});

socketTest('the second receiver gets ConcurrentObjectUseError, the first is unharmed', async ({ pair }) => {
  const [client, server] = await pair();
  const first = spawn(() => server.recv());
  await turns();
  await assert.rejects(server.recv(), ConcurrentObjectUseError);
  await assert.rejects(server.recv(10, MSG_PEEK), ConcurrentObjectUseError);
  await client.sendAll('for the first');
  assert.equal(String(await first.get()), 'for the first');
});

socketTest('a receiver that was woken and has not run yet keeps its claim', async ({ withPeer }) => {
  const [socket, peer] = await withPeer();
  const first = spawn(() => socket.recv());
  await turns();
  const outcomes: unknown[] = [];
  // In the turn in which the data comes, before the greenlet that it wakes.
  socket.stream?.prependListener('data', () => {
    spawn(() => socket.recv().catch((error: unknown) => outcomes.push(error)));
  });
  peer.write('data');
  assert.equal(String(await first.get()), 'data');
  await until(() => outcomes.length === 1);
  assert.ok(outcomes[0] instanceof ConcurrentObjectUseError);
});

socketTest('the second sender gets ConcurrentObjectUseError, the first is unharmed', async ({ pair }) => {
  const [client, server] = await pair();
  const data = Buffer.alloc(20 * 1024 * 1024, 'first');
  const first = spawn(async () => {
    await client.sendAll(data);
    client.shutdown(SHUT_WR);
  });
  await turns();
  await assert.rejects(client.sendAll('x'), ConcurrentObjectUseError);
  await assert.rejects(client.send('x'), ConcurrentObjectUseError);
  const second = spawn(async () => {
    const outcomes = new Set<string>();
    while (!first.ready()) {
      outcomes.add(
        await client.sendAll('second').then(
          () => 'sent',
          (error: Error) => error.name,
        ),
      );
      await sleep(0);
    }
    return [...outcomes];
  });
  assert.ok((await receiveAll(server)).equals(data));
  await first.get();
  assert.deepEqual(await second.get(), ['ConcurrentObjectUseError']);
});
