// Descriptors that are bare numbers: whose they are, how they are watched, and which are refused.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { spawn } from '../../src/index.ts';
import { select } from '../../src/select.ts';
import { fromFd, waitRead, waitWrite } from '../../src/socket.ts';
import { entry } from '../support/program.ts';
import { runWithPipes } from '../support/readiness.ts';
import { failsWith, portOf, socketTest, turns } from '../support/sockets.ts';

const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** Both ends of a FIFO, as numbers. */
function fifo(): { reading: number; writing: number } {
  const folder = mkdtempSync(join(tmpdir(), 'gevent-fifo-'));
  try {
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    return {
      reading: openSync(path, O_RDONLY | O_NONBLOCK),
      writing: openSync(path, O_WRONLY | O_NONBLOCK),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const onPosix = { skip: process.platform === 'win32' };

socketTest('the number of an open socket of ours stands for that socket', async ({ pair }) => {
  const [client, server] = await pair();
  const number = server.fileno();
  assert.ok(number > 2);
  const selecting = spawn(() => select([number], [number], [number], 30));
  assert.deepEqual(await selecting.get(), [[], [number], []]);
  const waiting = spawn(() => waitRead(number, { timeout: 30 }));
  await turns();
  await client.sendAll('x');
  await waiting.get();
  assert.deepEqual((await select([{ fileno: () => number }], [], [], 5))[0].length, 1);
  assert.equal(String(await server.recv()), 'x');
  assert.equal(fromFd(number), server);
  server.close();
  assert.throws(() => void select([number], [], []), failsWith('EBADF'));
});

socketTest("the number of a stream of Node's stands for that stream", async (world) => {
  const listener = await world.listening();
  const stream = world.keep(net.connect(portOf(listener), '127.0.0.1'));
  const peer = world.keep((await listener.accept())[0]);
  await waitWrite(stream);
  const { fd } = (stream as unknown as { _handle: { fd: number } })._handle;
  const selecting = spawn(() => select([fd], [], [], 30));
  await turns();
  await peer.sendAll('x');
  assert.deepEqual((await selecting.get())[0], [fd]);
  assert.equal(String(stream.read()), 'x');
  assert.throws(() => fromFd(fd), failsWith('EEXIST'));
});

test('a FIFO is ready when something is in it, which fromFd() reads', onPosix, async () => {
  const { reading, writing } = fifo();
  assert.deepEqual(await select([reading], [], [], 0.02), [[], [], []]);
  const selecting = spawn(() => select([reading], [], [], 30));
  await turns();
  writeSync(writing, 'hello');
  assert.deepEqual((await selecting.get())[0], [reading]);
  assert.deepEqual((await select([reading], [], [], 5))[0], [reading]);
  const socket = fromFd(reading);
  assert.equal(fromFd(reading), socket);
  assert.equal(String(await socket.recv()), 'hello');
  closeSync(writing);
  await waitRead(reading, { timeout: 30 });
  assert.equal((await socket.recv()).length, 0);
  socket.close();
  assert.throws(() => void select([reading], [], []), failsWith('EBADF'));
});

test('the writing end of a FIFO is writable until it is full', onPosix, async () => {
  const { reading, writing } = fifo();
  assert.deepEqual(await select([], [writing], [], 5), [[], [writing], []]);
  const [sender, receiver] = [fromFd(writing), fromFd(reading)];
  const size = 1 << 20;
  const sending = spawn(() => sender.sendAll(Buffer.alloc(size)));
  await turns();
  assert.deepEqual(await select([], [writing], [], 0.02), [[], [], []]);
  for (let got = 0; got < size;) got += (await receiver.recv(size)).length;
  await waitWrite(writing, { timeout: 30 });
  await sending.get();
  sender.close();
  receiver.close();
});

test('a terminal is watched', { skip: process.platform !== 'linux' }, async () => {
  // The controlling side of a new terminal is a terminal itself.
  const fd = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY);
  assert.deepEqual(await select([fd], [], [], 0.02), [[], [], []]);
  assert.deepEqual(await select([], [fd], [], 5), [[], [fd], []]);
  fromFd(fd).close();
});

test('what nobody can wait for is refused, with the reason', async () => {
  const file = openSync(process.execPath, 'r');
  const folder = openSync('.', 'r');
  const device = openSync('/dev/null', 'r');
  const refuse = (fd: number, code: string, text: RegExp): void => {
    assert.throws(() => void select([fd], [], []), failsWith(code));
    assert.throws(() => void waitRead(fd), text);
    assert.throws(() => fromFd(fd), text);
  };
  refuse(file, 'EPERM', new RegExp(`descriptor ${file}: it is a regular file, for which nobody has to wait`));
  refuse(folder, 'EPERM', /a directory/);
  refuse(device, 'EPERM', /a device/);
  for (const fd of [file, folder, device]) closeSync(fd);
  refuse(file, 'EBADF', /it is not open \(EBADF\)/);
  refuse(-1, 'EBADF', /descriptor -1: no descriptor has that number/);
  assert.throws(() => void select([0.5], [], []), TypeError);
  assert.throws(
    () => void select([{ fileno: () => 'x' } as never], [], []),
    /the fileno\(\) of select\(rlist\[0\]\)/,
  );
});

test('a socket that the process inherited is watched, read and written', async () => {
  const program = `
    import { select } from ${JSON.stringify(entry('select'))};
    import { fromFd } from ${JSON.stringify(entry('socket'))};
    console.log(JSON.stringify(await select([3], [3], [], 20)));
    console.log(JSON.stringify(await select([3], [], [], 20)));
    const socket = fromFd(3);
    console.log(String(await socket.recv()));
    await socket.sendAll('answer');
    console.log(JSON.stringify((await select([3], [], [], 20))[0]), (await socket.recv()).length);
  `;
  let answer = '';
  const ended = await runWithPipes(program, async ({ third, printed }) => {
    await printed('[[],[3],[]]');
    third.write('question');
    third.on('data', (data) => {
      answer += String(data);
      third.end();
    });
  });
  assert.deepEqual(ended, { code: 0, stdout: '[[],[3],[]]\n[[3],[],[]]\nquestion\n[3] 0\n', stderr: '' });
  assert.equal(answer, 'answer');
});

test('a number that was waited for does not keep the process alive, a wait for it does', async () => {
  const program = `
    import { select } from ${JSON.stringify(entry('select'))};
    import { waitRead } from ${JSON.stringify(entry('socket'))};
    import { spawn } from ${JSON.stringify(entry())};
    await select([3], [], [], 0.02);
    console.log('waiting');
    const first = spawn(() => waitRead(3));
    const second = spawn(() => waitRead(3, { timeout: 0.02 }).catch((error) => console.log(error.name)));
    await second.join();
    await first.join();
    console.log('ready');
  `;
  const ended = await runWithPipes(program, async ({ third, printed }) => {
    await printed('timeout');
    third.write('x');
  });
  assert.deepEqual(ended, { code: 0, stdout: 'waiting\ntimeout\nready\n', stderr: '' });
});

test('fromFd(0) is standard input as a socket', async () => {
  const program = `
    import { fromFd } from ${JSON.stringify(entry('socket'))};
    import { select } from ${JSON.stringify(entry('select'))};
    const socket = fromFd(0);
    const file = socket.makeFile('r');
    for await (const line of file) {
      console.log('line', line.trim());
      if (line === 'end\\n') break;
    }
    console.log((await select([0], [], [], 0.02))[0].length);
    await file.close();
    socket.close();
  `;
  const ended = await runWithPipes(program, ({ stdin }) => stdin.write('one\ntwo\nend\n'));
  assert.deepEqual(ended, { code: 0, stdout: 'line one\nline two\nline end\n0\n', stderr: '' });
});
