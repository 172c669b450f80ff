// Readiness of Node's own streams: nothing is taken out of them, and they are as before when the wait is over.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as net from 'node:net';
import { PassThrough, Readable, Writable } from 'node:stream';
import { ConcurrentObjectUseError } from '../../src/exceptions.ts';
import { spawn } from '../../src/index.ts';
import { select } from '../../src/select.ts';
import { waitRead, waitWrite } from '../../src/socket.ts';
import { listenersOf, runWithPipes } from '../support/readiness.ts';
import { entry } from '../support/program.ts';
import { portOf, socketTest, turns } from '../support/sockets.ts';

function source(): Readable {
  return new Readable({ read() {} });
}

/** A stream that takes nothing until `release` is called. */
function slow(): { sink: Writable; release: () => void } {
  const callbacks: (() => void)[] = [];
  const sink = new Writable({
    highWaterMark: 4,
    write: (_chunk, _encoding, done) => void callbacks.push(done),
  });
  const release = (): void => {
    for (const done of callbacks.splice(0)) done();
  };
  return { sink, release };
}

socketTest('a Readable is ready when it holds data, which stay in it', async () => {
  const stream = source();
  const before = listenersOf(stream);
  const selecting = spawn(() => select([stream], [], [], 30));
  await turns();
  assert.equal(selecting.ready(), false);
  stream.push('abc');
  assert.deepEqual((await selecting.get())[0], [stream]);
  await turns(1);
  assert.deepEqual([stream.readableLength, stream.readableFlowing], [3, null]);
  assert.deepEqual((await select([stream], [], [], 30))[0], [stream]);
  assert.deepEqual(listenersOf(stream), before);
  assert.equal(String(stream.read()), 'abc');
  assert.deepEqual(await select([stream], [], [], 0), [[], [], []]);
});

socketTest('a Readable can be read in every way after a wait, however it ended', async () => {
  for (const end of ['ready', 'killed', 'timed out']) {
    const stream = source();
    const before = listenersOf(stream);
    const waiting = spawn(async () => {
      if (end === 'timed out') await select([stream], [], [], 0.01);
      else await waitRead(stream);
    });
    await turns(1);
    if (end === 'ready') stream.push('a');
    if (end === 'killed') await waiting.kill();
    await waiting.get();
    assert.deepEqual(listenersOf(stream), before, end);
    await turns(1);
    stream.push('b');
    stream.push(null);
    let text = '';
    stream.on('data', (part) => (text += String(part)));
    await once(stream, 'end');
    assert.equal(text, end === 'ready' ? 'ab' : 'b');
  }
});

socketTest('a stream that was paused is paused afterwards', async () => {
  const stream = source();
  stream.pause();
  await select([stream], [], [], 0.01);
  await turns(1);
  assert.equal(stream.isPaused(), true);
  let isFlowing = false;
  stream.on('data', () => (isFlowing = true));
  stream.push('x');
  await turns();
  assert.equal(isFlowing, false);
  stream.resume();
  await turns();
  assert.equal(isFlowing, true);
});

socketTest('a stream that flows cannot be waited for', async () => {
  const stream = source();
  stream.on('data', () => {});
  const before = listenersOf(stream);
  await assert.rejects(select([stream], [], []), ConcurrentObjectUseError);
  await assert.rejects(waitRead(stream), /it is flowing, and its 'data' listeners take all/);
  assert.deepEqual(listenersOf(stream), before);
  // The rest of the lists was watched already.
  const other = source();
  await assert.rejects(select([other, stream], [], []), ConcurrentObjectUseError);
  assert.deepEqual(listenersOf(other), {});
});

socketTest('the end of a Readable is readable, and stays so', async () => {
  const stream = source();
  const selecting = spawn(() => select([stream], [], [stream], 30));
  await turns();
  stream.push(null);
  assert.deepEqual(await selecting.get(), [[stream], [], []]);
  assert.equal(stream.read(), null);
  await once(stream, 'end');
  await turns();
  assert.deepEqual(await select([stream], [], [stream], 5), [[stream], [], []]);
});

socketTest('an error of a stream is readiness, told in xlist too, and crashes nothing', async () => {
  const stream = new PassThrough();
  const selecting = spawn(() => select([stream], [], [stream], 30));
  await turns();
  stream.destroy(new Error('broken'));
  assert.deepEqual(await selecting.get(), [[stream], [], [stream]]);
  assert.deepEqual(await select([stream], [stream], [stream], 5), [[stream], [stream], [stream]]);
});

socketTest('a Writable is ready unless it waits for its drain', async () => {
  const { sink, release } = slow();
  const before = listenersOf(sink);
  assert.deepEqual(await select([], [sink], [], 5), [[], [sink], []]);
  sink.write('12345678');
  assert.deepEqual(await select([], [sink], [], 0.01), [[], [], []]);
  const waiting = spawn(() => waitWrite(sink, { timeout: 30 }));
  await turns();
  assert.equal(waiting.ready(), false);
  release();
  await waiting.get();
  assert.deepEqual(listenersOf(sink), before);
  assert.throws(() => void select([sink as unknown as Readable], [], []), /a readable stream/);
  sink.end();
  assert.deepEqual((await select([], [sink], [], 5))[1], [sink]);
});

socketTest('a bare net.Socket: connecting, data, the end', async (world) => {
  const listener = await world.listening();
  const stream = world.keep(net.connect(portOf(listener), '127.0.0.1'));
  const before = listenersOf(stream);
  assert.deepEqual((await select([stream], [stream], [], 30))[1], [stream]);
  assert.deepEqual(listenersOf(stream), before);
  const peer = world.keep((await listener.accept())[0]);
  const waiting = spawn(() => waitRead(stream, { timeout: 30 }));
  await turns();
  assert.equal(waiting.ready(), false);
  await peer.sendAll('hello');
  await waiting.get();
  assert.equal(String(stream.read()), 'hello');
  peer.close();
  await waitRead(stream, { timeout: 30 });
});

socketTest('the stream of one of our sockets is that socket', async ({ pair }) => {
  const [client, server] = await pair();
  await client.sendAll('x');
  const stream = server.stream as net.Socket;
  assert.deepEqual((await select([stream], [stream], [], 30))[1], [stream]);
  await waitRead(stream, { timeout: 30 });
  assert.equal(String(await server.recv()), 'x');
});

socketTest('two waits on one stream share its listeners', async () => {
  const stream = source();
  const waits = [1, 2, 3].map(() => spawn(() => waitRead(stream)));
  await turns();
  assert.equal(stream.listenerCount('readable'), 1);
  await waits[0]?.kill();
  assert.equal(stream.listenerCount('readable'), 1);
  stream.push('x');
  for (const wait of waits) await wait.get();
  assert.deepEqual(listenersOf(stream), {});
});

socketTest('select() on a stream that a for await loop reads', async () => {
  const stream = source();
  const chunks: string[] = [];
  const reading = spawn(async () => {
    for await (const chunk of stream) chunks.push(String(chunk));
  });
  await turns();
  const selecting = spawn(() => select([stream], [], [], 30));
  await turns();
  stream.push('one');
  await turns();
  stream.push(null);
  assert.deepEqual((await selecting.get())[0], [stream]);
  await reading.get();
  assert.deepEqual(chunks, ['one']);
});

socketTest('a wait for process.stdin does not keep the process alive afterwards', async () => {
  const program = `
    import { select } from ${JSON.stringify(entry('select'))};
    import { waitRead } from ${JSON.stringify(entry('socket'))};
    import { sleep } from ${JSON.stringify(entry())};
    console.log(JSON.stringify((await select([process.stdin], [], [], 0.05))[0].length));
    console.log(JSON.stringify((await select([0], [process.stdout, 1, 2], [], 0.05)).map((list) => list.length)));
    await waitRead(0, { timeout: 0.05 }).catch((error) => console.log(error.name));
  `;
  const ended = await runWithPipes(program);
  assert.deepEqual(ended, { code: 0, stdout: '0\n[0,3,0]\ntimeout\n', stderr: '' });
});

socketTest('process.stdin is ready when something comes, and is read as ever', async () => {
  const program = `
    import { select } from ${JSON.stringify(entry('select'))};
    console.log('ready');
    const [ready] = await select([process.stdin], [], [], 20);
    console.log(ready[0] === process.stdin, String(process.stdin.read()));
    process.stdin.on('data', (data) => {
      console.log(String(data));
      process.stdin.unref();
    });
    console.log('listening');
  `;
  const ended = await runWithPipes(program, async ({ stdin, printed }) => {
    await printed('ready');
    stdin.write('first');
    await printed('listening');
    stdin.write('second');
  });
  assert.deepEqual(ended, { code: 0, stdout: 'ready\ntrue first\nlistening\nsecond\n', stderr: '' });
});
