// Files over sockets: reading.
import assert from 'node:assert/strict';
import { sleep, spawn, withTimeout } from '../../src/index.ts';
import { type Socket, SocketFile, SocketTimeout } from '../../src/socket.ts';
import { failsWith, socketTest, turns } from '../support/sockets.ts';

/** Sends each part so that it arrives by itself. */
async function sendParts(socket: Socket, parts: readonly (string | Buffer)[]): Promise<void> {
  for (const part of parts) {
    await socket.sendAll(part);
    await sleep(0.005);
  }
}

socketTest('readLine() gives lines with their ends, then the rest, then nothing', async ({ pair }) => {
  const [client, server] = await pair();
  const file = server.makeFile();
  assert.ok(file instanceof SocketFile);
  assert.equal(file.mode, 'r');
  const reader = spawn(async () => [await file.readLine(), await file.readLine(), await file.readLine()]);
  await sendParts(client, ['on', 'e\ntw', 'o\nthr', 'ee']);
  client.close();
  assert.deepEqual(await reader.get(), ['one\n', 'two\n', 'three']);
  assert.equal(await file.readLine(), '');
  assert.equal(await file.readLine(), '');
  assert.equal(await file.read(), '');
  await file.close();
});

socketTest('readLine(limit) gives at most that much of a line', async ({ pair }) => {
  const [client, server] = await pair();
  await client.sendAll('abcdef\ngh\n');
  client.close();
  const text = server.makeFile();
  assert.equal(await text.readLine(0), '');
  assert.equal(await text.readLine(4), 'abcd');
  assert.equal(await text.readLine(4), 'ef\n');
  assert.equal(await text.readLine(100), 'gh\n');
  assert.equal(await text.readLine(100), '');
  await text.close();
});

socketTest('a limit is reached without a line end, and without waiting for more', async ({ pair }) => {
  const [client, server] = await pair();
  await client.sendAll('abcdef');
  const file = server.makeFile('rb');
  assert.equal(String(await file.readLine(3)), 'abc');
  assert.equal(String(await file.readLine(3)), 'def');
  await file.close();
});

socketTest('read(size) waits for all of it; read() for the end', async ({ pair }) => {
  const [client, server] = await pair();
  const file = server.makeFile('rb');
  const reader = spawn(() => file.read(6));
  await sendParts(client, ['ab', 'cd', 'efgh']);
  assert.equal(String(await reader.get()), 'abcdef');
  assert.equal((await file.read(0)).length, 0);
  const rest = spawn(() => file.read());
  await sendParts(client, ['ij', 'kl']);
  client.close();
  assert.equal(String(await rest.get()), 'ghijkl');
  assert.equal((await file.read(10)).length, 0);
  await file.close();
});

socketTest('readLines() gives all lines, or enough for a hint', async ({ pair }) => {
  const [client, server] = await pair();
  await client.sendAll('a\nb\nc\nd');
  client.close();
  const file = server.makeFile();
  assert.deepEqual(await file.readLines(3), ['a\n', 'b\n']);
  assert.deepEqual(await file.readLines(), ['c\n', 'd']);
  assert.deepEqual(await file.readLines(), []);
  await file.close();
});

socketTest('an iteration that was left early goes on where it was', async ({ pair }) => {
  const [client, server] = await pair();
  await client.sendAll('1\n2\n3\n4\n');
  client.close();
  const file = server.makeFile();
  const lines: string[] = [];
  for await (const line of file) {
    lines.push(line);
    if (line === '2\n') break;
  }
  assert.equal(await file.readLine(), '3\n');
  for await (const line of file) lines.push(line);
  assert.deepEqual(lines, ['1\n', '2\n', '4\n']);
  await file.close();
});

socketTest('characters that are split over packets come whole, in each encoding', async ({ pair }) => {
  const text = 'žluťý 🐎\nπ';
  for (const encoding of ['utf8', 'utf16le', 'latin1'] as const) {
    const [client, server] = await pair();
    const bytes = Buffer.from(text, encoding);
    const file = server.makeFile('r', { encoding });
    const reader = spawn(async () => (await file.readLine()) + (await file.read()));
    for (const byte of bytes) {
      await client.sendAll(Buffer.of(byte));
      await sleep(0);
    }
    client.close();
    assert.equal(await reader.get(), bytes.toString(encoding));
    await file.close();
  }
});

socketTest('a character that was cut by the end is read as U+FFFD', async ({ pair }) => {
  const [client, server] = await pair();
  await client.sendAll(Buffer.from([0x61, 0xc3]));
  client.close();
  const file = server.makeFile();
  assert.equal(await file.read(), 'a\ufffd');
  await file.close();
});

const newlines: [newline: '' | '\n' | '\r' | '\r\n' | undefined, lines: string[]][] = [
  [undefined, ['a\n', 'b\n', 'c\n', 'd\n', '\n', 'e']],
  ['', ['a\n', 'b\r\n', 'c\r', 'd\r\n', '\r', 'e']],
  ['\n', ['a\n', 'b\r\n', 'c\rd\r\n', '\re']],
  ['\r', ['a\nb\r', '\nc\r', 'd\r', '\n\r', 'e']],
  ['\r\n', ['a\nb\r\n', 'c\rd\r\n', '\re']],
];
for (const [newline, lines] of newlines) {
  socketTest(
    `lines as newline: ${JSON.stringify(newline)} has them, wherever they are cut`,
    async ({ pair }) => {
      const bytes = 'a\nb\r\nc\rd\r\n\re';
      for (const parts of [[bytes], bytes.split(''), ['a\nb\r', '\nc\rd', '\r', '\n\r', 'e']]) {
        const [client, server] = await pair();
        const file = server.makeFile('r', { newline });
        const reader = spawn(() => file.readLines());
        for (const part of parts) {
          await client.sendAll(part);
          await sleep(0.001);
        }
        client.close();
        assert.deepEqual(await reader.get(), lines);
        await file.close();
      }
    },
  );
}

socketTest('binary files leave bytes and line ends alone', async ({ pair }) => {
  const [client, server] = await pair();
  await client.sendAll(Buffer.from([0xff, 13, 10, 0, 10, 0x80]));
  client.close();
  const file = server.makeFile('rb');
  assert.deepEqual(await file.readLine(), Buffer.from([0xff, 13, 10]));
  assert.deepEqual(await file.readLines(), [Buffer.from([0, 10]), Buffer.from([0x80])]);
  assert.equal((await file.read()).length, 0);
  await file.close();
});

socketTest('a reader that is killed or timed out has taken nothing', async ({ pair }) => {
  const [client, server] = await pair();
  const file = server.makeFile();
  await client.sendAll('half a ');
  await assert.rejects(
    withTimeout(0.02, () => file.readLine()),
    { name: 'Timeout' },
  );
  await client.sendAll('line, ');
  const killed = spawn(() => file.readLine());
  await turns();
  await killed.kill();
  const reader = spawn(() => file.read(100));
  await turns();
  await reader.kill();
  await client.sendAll('and the rest\n');
  assert.equal(await file.readLine(), 'half a line, and the rest\n');
  await file.close();
});

socketTest(
  'the timeout of the socket holds for its files, and they can be read afterwards',
  async ({ pair }) => {
    const [client, server] = await pair();
    server.setTimeout(0.02);
    const file = server.makeFile();
    await client.sendAll('slow');
    await assert.rejects(file.readLine(), SocketTimeout);
    await client.sendAll('poke\n');
    assert.equal(await file.readLine(), 'slowpoke\n');
    await file.close();
  },
);

socketTest('a line of many megabytes is read in a moment', async ({ pair }) => {
  for (const mode of ['r', 'rb'] as const) {
    const [client, server] = await pair();
    const sender = spawn(async () => {
      await client.sendAll(Buffer.alloc(64 * 1024 * 1024, 'x'));
      await client.sendAll('\nnext\n');
      client.close();
    });
    const file = mode === 'r' ? server.makeFile('r') : server.makeFile('rb');
    const started = performance.now();
    assert.equal((await file.readLine()).length, 64 * 1024 * 1024 + 1);
    assert.equal(String(await file.readLine()), 'next\n');
    // Seconds where each new packet has the whole line copied.
    assert.ok(performance.now() - started < 15_000);
    await sender.get();
    await file.close();
    server.close();
  }
});

socketTest('a reset reaches the reader as the error it is', async ({ withPeer }) => {
  const [socket, peer] = await withPeer();
  const file = socket.makeFile();
  const reader = spawn(() => file.readLine().catch((error: unknown) => error));
  await turns();
  peer.resetAndDestroy();
  assert.ok(failsWith('ECONNRESET')(await reader.get()));
  await file.close();
});
