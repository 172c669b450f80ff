// A server that runs out of descriptors: in a process of its own, which may have few.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { entry } from '../support/program.ts';
import { Client } from './clients.ts';

const PROGRAM = `
import { StreamServer } from '${entry('server')}';
import { getHub } from '${entry()}';
process.on('unhandledRejection', (error) => { console.log('unhandled', error); process.exit(1); });
process.on('uncaughtException', (error) => { console.log('uncaught', error); process.exit(1); });
const server = new StreamServer('127.0.0.1:0', async (socket) => {
  await socket.sendAll('hello');
  while ((await socket.recv()).length > 0);
}, { backlog: 200 });
getHub().exceptionStream = { write: (text) => console.log('printed', JSON.stringify(text)) };
process.stdin.on('end', async () => console.log('killed', await server.stop({ timeout: 0 }))).resume();
await server.start();
console.log('port', server.serverPort);
`;

test('a server that is out of descriptors recovers, and serves those who come afterwards', async () => {
  const child = spawn(
    'bash',
    ['-c', 'ulimit -n 64; exec "$0" "$@"', process.execPath, '--input-type=module', '-e', PROGRAM],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined },
    },
  );
  let output = '';
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  try {
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    while (!output.includes('\n')) await delay(5);
    const port = Number(/port (\d+)/.exec(output)?.[1]);
    const crowd = Array.from({ length: 120 }, () => Client.start(port));
    // Each is served or cut.
    await Promise.all(
      crowd.map(async (client) => {
        await client.until('hello').catch(() => {});
        assert.ok(client.received === 'hello' || client.isEnded || client.error !== undefined);
      }),
    );
    const served = crowd.filter((client) => client.received === 'hello').length;
    assert.ok(served > 10 && served < 64, `${served} were served`);
    for (const client of crowd) client.socket.destroy();
    await Promise.all(crowd.map((client) => client.closed()));
    for (let n = 0; n < 5; n += 1) {
      const client = await latecomer(port);
      client.socket.end();
      await client.closed();
    }
    child.stdin.end();
    assert.equal(await ended, 0);
    assert.doesNotMatch(output, /unhandled|uncaught/);
    assert.match(output, /killed 0\n/);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
});

/** A client that is served, at the second attempt if the descriptors of the others are not closed yet. */
async function latecomer(port: number): Promise<Client> {
  for (let attempt = 0; ; attempt += 1) {
    const client = Client.start(port);
    await client.until('hello').catch(() => {});
    if (client.received === 'hello') return client;
    assert.ok(attempt < 50, 'the server does not serve any more');
    await delay(20);
  }
}
