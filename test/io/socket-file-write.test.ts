// Files over sockets: writing, closing, and what a file has to do with its socket.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { joinAll, spawn, withTimeout } from '../../src/index.ts';
import { type FileMode, MSG_WAITALL, type Socket, type SocketFileOptions } from '../../src/socket.ts';
import { failsWith, openSockets, receiveAll, socketTest, turns, until } from '../support/sockets.ts';

socketTest('write() collects until flush(), and answers how much it was given', async ({ pair }) => {
  const [client, server] = await pair();
  const file = client.makeFile('w');
  assert.equal(await file.write('hé'), 2);
  assert.equal(await file.write('llo\n'), 4);
  server.setTimeout(0.03);
  await assert.rejects(server.recv(), { name: 'timeout' });
  await file.flush();
  await file.flush();
  assert.equal(String(await server.recv()), 'héllo\n');
  await file.close();
});

socketTest('write() sends when as much as `buffering` is there; 0 sends each at once', async ({ pair }) => {
  const [client, server] = await pair();
  const file = client.makeFile('wb', { buffering: 4 });
  await file.write(Buffer.from('abc'));
  server.setTimeout(0.03);
  await assert.rejects(server.recv(), { name: 'timeout' });
  await file.write(new Uint8Array([100]));
  server.setTimeout(10);
  assert.equal(String(await server.recv(4, MSG_WAITALL)), 'abcd');
  await file.close();
  const direct = client.makeFile('w', { buffering: 0 });
  await direct.write('x');
  assert.equal(String(await server.recv()), 'x');
  await direct.close();
});

socketTest(
  'what the caller does with his array afterwards does not change what is sent',
  async ({ pair }) => {
    const [client, server] = await pair();
    const file = client.makeFile('wb');
    const array = new Uint8Array([1, 2, 3]);
    await file.write(array);
    array.fill(9);
    await file.close();
    assert.deepEqual([...(await server.recv())], [1, 2, 3]);
  },
);

socketTest(
  'writeLines() adds nothing; an encoding and a line end are used for writing too',
  async ({ pair }) => {
    const [client, server] = await pair();
    const file = client.makeFile('w', { encoding: 'latin1', newline: '\r\n' });
    await file.writeLines(['é\n', 'b', 'c\n']);
    await file.close();
    client.close();
    assert.equal((await receiveAll(server)).toString('latin1'), 'é\r\nbc\r\n');
  },
);

socketTest('a file for both directions', async ({ pair }) => {
  const [client, server] = await pair();
  const [left, right] = [client.makeFile('rw'), server.makeFile('rwb')];
  await left.write('ping\n');
  await left.flush();
  assert.equal(String(await right.readLine()), 'ping\n');
  await right.write(Buffer.from('pong\n'));
  await right.flush();
  assert.equal(await left.readLine(), 'pong\n');
  assert.deepEqual([left.readable(), left.writable()], [true, true]);
  await left.close();
  await right.close();
});

socketTest(
  'close() sends what is left; the peer receives the end when file and socket are closed',
  async ({ pair }) => {
    const [client, server] = await pair();
    const file = client.makeFile('rw');
    await file.write('last words');
    client.close();
    assert.equal(client.closed, true);
    await assert.rejects(client.recv(), failsWith('EBADF'));
    // The connection is the file's now.
    await server.sendAll('still there?\n');
    assert.equal(await file.readLine(), 'still there?\n');
    await file.close();
    await file.close();
    assert.equal(file.closed, true);
    assert.equal(String(await receiveAll(server)), 'last words');
  },
);

socketTest('close() of the socket wakes its own receiver, and not the reader of a file', async ({ pair }) => {
  const [client, server] = await pair();
  const twin = server.dup();
  const file = server.makeFile();
  const receiver = spawn(() => twin.recv().catch((error: unknown) => error));
  await turns();
  twin.close();
  assert.ok(failsWith('EBADF')(await receiver.get()));
  const reader = spawn(() => file.readLine());
  await turns();
  server.close();
  await client.sendAll('hello\n');
  assert.equal(await reader.get(), 'hello\n');
  await file.close();
});

socketTest('close() of a file wakes its reader', async ({ pair }) => {
  const [, server] = await pair();
  const file = server.makeFile();
  const reader = spawn(() => file.readLine().catch((error: unknown) => error));
  await turns();
  await file.close();
  assert.ok(failsWith('EBADF')(await reader.get()));
});

socketTest('wrong arguments are refused at the call, and leave nothing open', async ({ pair }) => {
  const [client] = await pair();
  const refused: [unknown, unknown][] = [
    ['x', undefined],
    ['', undefined],
    ['r', { encoding: 'klingon' }],
    ['rb', { encoding: 'utf8' }],
    ['rb', { newline: '' }],
    ['r', { newline: 'x' }],
    ['r', { buffering: 'lots' }],
    ['r', 5],
  ];
  for (const [mode, options] of refused)
    assert.throws(() => client.makeFile(mode as FileMode as 'r', options as SocketFileOptions), TypeError);
  const file = client.makeFile('rw');
  assert.throws(() => void file.write(Buffer.alloc(1)), TypeError);
  assert.throws(() => void file.read(-1), RangeError);
  assert.throws(() => void file.readLine(1.5), RangeError);
  await file.close();
  await assert.rejects(async () => await file.read(), /file is closed/);
  await assert.rejects(async () => await file.write('x'), /file is closed/);
  const writer = client.makeFile('w');
  await assert.rejects(async () => await writer.read(), /mode 'w'/);
  await writer.close();
  const reader = client.makeFile('r');
  await assert.rejects(async () => await reader.write('x'), /mode 'r'/);
  await reader.close();
  client.close();
  assert.throws(() => client.makeFile(), failsWith('EBADF'));
});

socketTest(
  'an interrupted flush keeps what it has not sent, and sends it next time',
  async ({ withPeer }) => {
    const [socket, peer] = await withPeer();
    const file = socket.makeFile('wb', { buffering: 1024 });
    const data = Buffer.alloc(24 * 1024 * 1024);
    for (let at = 0; at < data.length; at += 4) data.writeUInt32LE(at, at);
    await assert.rejects(
      withTimeout(0.05, () => file.write(data)),
      { name: 'Timeout' },
    );
    const killed = spawn(() => file.flush());
    await turns();
    await killed.kill();
    const rest = spawn(() => file.close());
    const parts: Buffer[] = [];
    peer.on('data', (part: Buffer) => parts.push(part)).resume();
    await rest.get();
    socket.close();
    await once(peer, 'end');
    assert.ok(Buffer.concat(parts).equals(data));
  },
);

socketTest('several greenlets write lines to one file; each line comes whole', async ({ pair }) => {
  const [client, server] = await pair();
  const file = client.makeFile('w', { buffering: 16 });
  const writers = Array.from({ length: 8 }, (_, writer) =>
    spawn(async () => {
      for (let index = 0; index < 50; index += 1) await file.write(`writer ${writer} line ${index}\n`);
    }),
  );
  const received = spawn(() => receiveAll(server));
  await joinAll(writers, { raiseError: true });
  await file.close();
  client.close();
  const lines = String(await received.get())
    .split('\n')
    .slice(0, -1);
  assert.equal(lines.length, 400);
  assert.ok(lines.every((line) => /^writer \d line \d+$/.test(line)));
  assert.equal(new Set(lines).size, 400);
});

socketTest(
  'a broken connection is told by flush() and by close(), which closes all the same',
  async ({ withPeer }) => {
    const [socket, peer] = await withPeer();
    const file = socket.makeFile('w');
    peer.resetAndDestroy();
    await assert.rejects(
      async () => {
        for (;;) {
          await file.write('x'.repeat(10_000));
          await turns(1);
        }
      },
      (error: unknown) => failsWith('ECONNRESET')(error),
    );
    const before = openSockets();
    await assert.rejects(file.close());
    socket.close();
    await until(() => openSockets() <= before);
  },
);

socketTest('`await using` closes a file, `using` a socket', async ({ pair }) => {
  const [client, server] = await pair();
  const use = async (socket: Socket): Promise<void> => {
    const file = socket.makeFile('w');
    await file.write('bye');
    await file[Symbol.asyncDispose]();
    socket[Symbol.dispose]();
    await socket[Symbol.asyncDispose]();
  };
  await use(client);
  assert.equal(client.closed, true);
  assert.equal(String(await receiveAll(server)), 'bye');
});
