// Resets, broken pipes, streams that somebody else destroys, and a process that has no descriptors left.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { sleep, spawn } from '../../src/index.ts';
import { MSG_WAITALL, SHUT_WR, SOL_SOCKET, SO_ERROR, SO_LINGER } from '../../src/socket.ts';
import { entry, runProgram } from '../support/program.ts';
import { failsWith, receiveAll, socketTest, turns, until } from '../support/sockets.ts';

const HUGE = Buffer.alloc(64 * 1024 * 1024, 'h');

socketTest('a reset wakes the receiver with ECONNRESET, and stays', async ({ withPeer }) => {
  const [socket, peer] = await withPeer();
  const receiver = spawn(() => socket.recv().catch((error: unknown) => error));
  await turns();
  peer.resetAndDestroy();
  assert.ok(failsWith('ECONNRESET')(await receiver.get()));
  await assert.rejects(socket.recv(), failsWith('ECONNRESET'));
  await assert.rejects(socket.sendAll('x'), failsWith('ECONNRESET'));
  await assert.rejects(socket.send('x'), failsWith('ECONNRESET'));
  assert.throws(() => socket.shutdown(SHUT_WR), failsWith('ENOTCONN'));
  assert.equal(socket.getSockOpt(SOL_SOCKET, SO_ERROR), 104);
});

socketTest('a reset wakes the sender', async ({ withPeer }) => {
  const [socket, peer] = await withPeer();
  const sender = spawn(() => socket.sendAll(HUGE).catch((error: unknown) => error));
  await turns();
  assert.equal(sender.ready(), false);
  peer.resetAndDestroy();
  assert.ok(failsWith('ECONNRESET')(await sender.get()));
});

socketTest('a reset between calls is told by the next one', async ({ withPeer }) => {
  for (const call of ['recv', 'send', 'sendAll'] as const) {
    const [socket, peer] = await withPeer();
    peer.resetAndDestroy();
    await once(peer, 'close');
    await turns();
    await assert.rejects(call === 'recv' ? socket.recv() : socket[call]('x'), failsWith('ECONNRESET'));
  }
});

socketTest('what came before a reset is received first, the reset then', async ({ withPeer }) => {
  for (const isReading of [true, false]) {
    const [socket, peer] = await withPeer();
    const first = isReading ? spawn(() => socket.recv(1)) : undefined;
    await turns();
    peer.write('some data');
    await turns(10);
    peer.resetAndDestroy();
    await turns(10);
    let text = String((await first?.get()) ?? '');
    text += String(await socket.recv(100, MSG_WAITALL));
    assert.equal(text, 'some data');
    await assert.rejects(socket.recv(), failsWith('ECONNRESET'));
  }
});

socketTest(
  'a connection that breaks while more was there than anybody received does not look complete',
  async ({ withPeer }) => {
    const [socket, peer] = await withPeer();
    await new Promise((resolve) => peer.write(Buffer.alloc(1024 * 1024, 'b'), resolve));
    await socket.recv(1);
    await turns(10);
    peer.resetAndDestroy();
    await turns(10);
    await assert.rejects(receiveAll(socket), failsWith('ECONNRESET'));
  },
);

socketTest('the end is the end, whatever becomes of what is sent afterwards', async ({ withPeer }) => {
  const [socket, peer] = await withPeer();
  peer.end('all');
  assert.equal(String(await receiveAll(socket)), 'all');
  peer.destroy();
  await once(peer, 'close');
  await assert.rejects(
    async () => {
      for (;;) {
        await socket.sendAll('into the void');
        await sleep(0.005);
      }
    },
    (error: unknown) => ['EPIPE', 'ECONNRESET'].includes((error as { code: string }).code),
  );
  assert.equal((await socket.recv()).length, 0);
  assert.equal((await socket.recv()).length, 0);
});

socketTest('SO_LINGER of zero resets on close()', async ({ withPeer }) => {
  const [socket, peer] = await withPeer();
  const failed = once(peer, 'error') as Promise<[NodeJS.ErrnoException]>;
  peer.resume();
  socket.setSockOpt(SOL_SOCKET, SO_LINGER, [1, 0]);
  socket.close();
  assert.equal((await failed)[0].code, 'ECONNRESET');
});

socketTest(
  'a stream that somebody else destroys wakes everybody with ECONNABORTED, or its error',
  async ({ withPeer }) => {
    for (const reason of [undefined, Object.assign(new Error('odd'), { code: 'EODD' })]) {
      const [socket] = await withPeer();
      const receiver = spawn(() => socket.recv().catch((error: unknown) => error));
      const sender = spawn(() => socket.sendAll(HUGE).catch((error: unknown) => error));
      await turns();
      socket.stream?.destroy(reason);
      for (const greenlet of [receiver, sender])
        assert.equal(((await greenlet.get()) as { code: string }).code, reason?.code ?? 'ECONNABORTED');
      await assert.rejects(socket.sendAll('x'));
    }
  },
);

socketTest('many resets at random moments: each side is told, nothing is left', async ({ pair }) => {
  for (let round = 0; round < 40; round += 1) {
    const [client, server] = await pair();
    client.setSockOpt(SOL_SOCKET, SO_LINGER, [1, 0]);
    const outcomes = [
      spawn(() => receiveAll(server).catch((error: unknown) => error)),
      spawn(() => server.sendAll(HUGE).catch((error: unknown) => error)),
    ];
    const talker = spawn(() => client.sendAll(HUGE).catch((error: unknown) => error));
    await sleep((round % 7) / 1000);
    client.close();
    for (const outcome of outcomes) {
      const { code } = (await outcome.get()) as { code?: string };
      assert.ok(code === 'ECONNRESET' || code === 'EPIPE', `${code} in round ${round}`);
    }
    assert.ok(failsWith('EBADF')(await talker.get()));
    server.close();
  }
});

socketTest(
  'without descriptors connect() raises EMFILE, clients are turned away, and all works again later',
  async () => {
    if (process.platform === 'win32' || 'Bun' in globalThis) return;
    const program = `
    import { once } from 'node:events';
    import { openSync, closeSync } from 'node:fs';
    import { connect } from 'node:net';
    import { spawn, sleep } from ${JSON.stringify(entry())};
    import { Socket } from ${JSON.stringify(entry('socket'))};
    const listener = new Socket();
    await listener.bind(['127.0.0.1', 0]);
    await listener.listen();
    const acceptor = spawn(() => listener.accept());
    await sleep(0.01);
    const taken = [];
    try { for (;;) taken.push(openSync('/dev/null')); } catch (error) { console.log(error.code); }
    const other = new Socket();
    console.log(await other.connect(listener.getSockName()).catch((error) => error.code));
    // One for the client; there is none for the server's side.
    closeSync(taken.pop());
    const client = connect(listener.getSockName()[1], '127.0.0.1').on('error', () => {}).resume();
    await once(client, 'close');
    for (const fd of taken) closeSync(fd);
    await other.connect(listener.getSockName());
    const [server] = await acceptor.get();
    await server.sendAll('works');
    console.log(String(await other.recv()));
    process.exit();`;
    const command = `ulimit -n 256; exec "$0" --input-type=module -e "$1"`;
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', command, process.execPath, program], {
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
      timeout: 20_000,
    });
    assert.deepEqual(stdout.trim().split('\n'), ['EMFILE', 'EMFILE', 'works']);
  },
);

socketTest(
  "a process whose sockets are all unref'ed ends; LoopExit tells main if it waits for one",
  async () => {
    const start = `
    import { spawn, sleep } from ${JSON.stringify(entry())};
    import { Socket, socketPair, AF_INET, SOCK_DGRAM } from ${JSON.stringify(entry('socket'))};
    const listener = new Socket();
    listener.ref = false;
    await listener.bind(['127.0.0.1', 0]);
    await listener.listen();
    const [left, right] = await socketPair(AF_INET);
    const udp = new Socket(AF_INET, SOCK_DGRAM);
    await udp.bind(['127.0.0.1', 0]);`;
    const ends = await runProgram(`${start}
    for (const socket of [left, right, udp]) { socket.ref = false; if (socket.ref) throw new Error('ref'); }
    spawn(() => listener.accept()); spawn(() => left.recv()); spawn(() => udp.recv());
    await sleep(0.01);
    console.log('main is through');`);
    assert.deepEqual([ends.code, ends.stdout, ends.stderr], [0, 'main is through\n', '']);
    const waits = await runProgram(`${start}
    udp.close();
    right.ref = false; left.ref = false;
    await left.recv().catch((error) => console.log(error.name));`);
    assert.equal(waits.stdout, 'LoopExit\n');
    const alive = await runProgram(`${start}
    udp.close(); left.ref = false;
    spawn(async () => console.log(String(await right.recv())));
    setTimeout(() => { left.ref = true; void left.sendAll('kept alive').then(() => left.close()); }, 100).unref();
    await sleep(0);`);
    assert.equal(alive.stdout, 'kept alive\n');
  },
);

socketTest('a stream is taken over as it is: connected, and of bytes', async ({ withPeer, keep }) => {
  const { Socket } = await import('../../src/socket.ts');
  const { Duplex, PassThrough } = await import('node:stream');
  const [, peer] = await withPeer();
  for (const odd of [
    undefined,
    {},
    5,
    new Duplex({ objectMode: true }),
    new PassThrough({ encoding: 'utf8' }),
  ])
    assert.throws(() => Socket.fromStream(odd as never), /fromStream\(stream\)/);
  peer.destroy();
  assert.throws(() => Socket.fromStream(peer), failsWith('ENOTCONN'));
  const echo = keep(Socket.fromStream(new PassThrough()));
  await echo.sendAll('round');
  assert.equal(String(await echo.recv()), 'round');
  await until(() => peer.destroyed);
});
