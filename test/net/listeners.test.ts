import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { parseAddress } from '../../src/baseserver.ts';
import { DatagramServer, StreamServer } from '../../src/server.ts';
import { AF_INET, AF_INET6, AF_UNIX, Socket, createServer } from '../../src/socket.ts';
import { Client, serverTest } from './clients.ts';

const hello = (socket: Socket): Promise<void> => socket.sendAll('hello');

async function greet(where: Parameters<typeof Client.connect>[0]): Promise<string> {
  return (await Client.connect(where)).rest();
}

serverTest('a listener is [host, port], a text, or a port', async () => {
  for (const listener of [['127.0.0.1', 0], '127.0.0.1:0', ':0', 0, ['', 0], ['localhost', 0]] as const) {
    const server = new StreamServer(listener, hello);
    await server.start();
    assert.equal(server.family, AF_INET);
    assert.equal(await greet(server.serverPort), 'hello');
    await server.stop();
  }
  assert.deepEqual(parseAddress('[::1]:80'), ['::1', 80]);
});

serverTest('an IPv6 address serves IPv6', async () => {
  const server = new StreamServer('[::1]:0', (socket, address) => socket.sendAll(JSON.stringify(address)));
  await server.start();
  assert.equal(server.family, AF_INET6);
  assert.deepEqual([server.serverHost, server.address.length], ['::1', 4]);
  const client = await Client.connect({ host: '::1', port: server.serverPort as number });
  const { port } = client.socket.address() as { port: number };
  assert.deepEqual(JSON.parse(await client.rest()), ['::1', port, 0, 0]);
  await server.stop();
});

serverTest('the IPv6 address of all interfaces serves IPv4 too, unless ipv6Only', async () => {
  const seen: unknown[] = [];
  const server = new StreamServer('[::]:0', (_socket, address) => void seen.push(address[0]));
  await server.start();
  await greet({ host: '::1', port: server.serverPort as number });
  await greet({ host: '127.0.0.1', port: server.serverPort as number });
  assert.deepEqual(seen, ['::1', '::ffff:127.0.0.1']);
  await server.stop();
  const narrow = new StreamServer('[::]:0', hello, { ipv6Only: true });
  await narrow.start();
  await assert.rejects(greet(narrow.serverPort), { code: 'ECONNREFUSED' });
  assert.equal(await greet({ host: '::1', port: narrow.serverPort as number }), 'hello');
  await narrow.stop();
});

serverTest('a path is a Unix-domain socket, gone when the server has stopped', async ({ path }) => {
  const where = await path();
  const server = new StreamServer(where, (socket, address) => socket.sendAll(JSON.stringify(address)));
  await server.start();
  assert.deepEqual(
    [server.family, server.address, server.serverHost, server.serverPort],
    [AF_UNIX, where, undefined, undefined],
  );
  assert.equal(await greet(where), '""');
  await server.stop();
  assert.equal(existsSync(where), false);
  await server.start();
  assert.equal(await greet(where), '""');
  await server.stop();
});

serverTest('the file of a Unix-domain socket has the mode that was asked for', async ({ path }) => {
  const umask = process.umask();
  for (const mode of [0o600, 0o660, 0o777]) {
    const where = await path();
    const server = new StreamServer(where, hello, { mode });
    await server.start();
    assert.equal(statSync(where).mode & 0o777, mode);
    assert.equal(process.umask(), umask);
    assert.equal(await greet(where), 'hello');
    await server.stop();
  }
});

serverTest(
  'a file that was left behind is named in the error, one that is in use is not',
  async ({ path }) => {
    const where = await path();
    const program = `require('node:net').createServer().listen(${JSON.stringify(where)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await promisify(execFile)(process.execPath, ['-e', program]).catch(() => {});
    assert.ok(existsSync(where));
    const server = new StreamServer(where, hello);
    await assert.rejects(server.start(), (error: Error & { code: string }) => {
      assert.equal(error.code, 'EADDRINUSE');
      assert.match(error.message, /left behind/);
      return true;
    });
    assert.equal(server.started, false);
    const other = await path();
    const first = new StreamServer(other, hello);
    await first.start();
    const second = new StreamServer(other, hello);
    await assert.rejects(second.start(), (error: Error) => !error.message.includes('left behind'));
    assert.equal(await greet(other), 'hello');
    await first.stop();
    const file = await path();
    writeFileSync(file, '');
    await assert.rejects(
      new StreamServer(file, hello).start(),
      (error: Error & { code: string }) => error.code === 'EADDRINUSE' && !error.message.includes('left'),
    );
  },
);

serverTest('a socket that listens is used as it is, and closed by stop()', async () => {
  const socket = await createServer(['127.0.0.1', 0]);
  const [, port] = socket.getSockName() as [string, number];
  const server = new StreamServer(socket, hello);
  assert.deepEqual([server.serverPort, server.socket, server.closed], [port, socket, false]);
  await server.start();
  assert.equal(await greet(port), 'hello');
  await server.stop();
  assert.equal(socket.closed, true);
  await assert.rejects(server.start(), {
    code: 'EBADF',
    message: /socket that it was given has been closed/,
  });
  assert.equal(server.started, false);
  server.setListener(['127.0.0.1', port]);
  await server.start();
  assert.equal(await greet(port), 'hello');
  assert.throws(() => server.setListener(['127.0.0.1', 0]), { code: 'EISCONN' });
  await server.stop();
});

serverTest('a socket that was closed before start() is an error, and the server is not started', async () => {
  const socket = await createServer(['127.0.0.1', 0]);
  const server = new StreamServer(socket, hello);
  socket.close();
  await assert.rejects(server.start(), { code: 'EBADF', message: /has been closed/ });
  assert.deepEqual([server.started, server.closed], [false, true]);
});

serverTest('two servers may share one listening socket by way of dup()', async () => {
  const socket = await createServer(['127.0.0.1', 0]);
  const [, port] = socket.getSockName() as [string, number];
  const servers = [new StreamServer(socket.dup(), hello), new StreamServer(socket, hello)];
  for (const server of servers) await server.start();
  for (let n = 0; n < 4; n += 1) assert.equal(await greet(port), 'hello');
  await servers[0]?.stop();
  assert.equal(await greet(port), 'hello');
  await servers[1]?.stop();
  await assert.rejects(greet(port), { code: 'ECONNREFUSED' });
});

serverTest('getListener() makes the socket, and a subclass may make another', async () => {
  const socket = await StreamServer.getListener('127.0.0.1:0', { backlog: 3 });
  assert.ok(socket instanceof Socket);
  socket.close();
  const made: unknown[] = [];
  class Counting extends StreamServer {
    static override getListener(...args: Parameters<typeof StreamServer.getListener>): Promise<Socket> {
      made.push(args[0], args[1]?.backlog);
      return super.getListener(...args);
    }
  }
  const server = new Counting('127.0.0.1:0', hello, { backlog: 7 });
  await server.initSocket();
  assert.deepEqual([server.closed, server.started], [false, false]);
  await server.initSocket();
  await server.start();
  assert.equal(await greet(server.serverPort), 'hello');
  assert.deepEqual(made, [['127.0.0.1', 0], 7]);
  await server.stop();
});

serverTest('more clients than the backlog are refused while none is taken', async () => {
  const server = new StreamServer('127.0.0.1:0', hello, { backlog: 2 });
  await server.start();
  server.stopAccepting();
  const clients = [1, 2, 3, 4].map(() => Client.start(server.serverPort));
  const [first, second, ...late] = clients as [Client, Client, Client, Client];
  for (const client of late) await client.closed();
  server.startAccepting();
  assert.deepEqual([await first.rest(), await second.rest()], ['hello', 'hello']);
  await server.stop();
});

serverTest('wrong arguments are refused at the call', async () => {
  const bound = new Socket();
  const listening = await createServer(['127.0.0.1', 0]);
  const make =
    (...args: unknown[]) =>
    () =>
      new StreamServer(...(args as [0, () => void]));
  for (const listener of [undefined, null, {}, '', 'host', '127.0.0.1:x', [1, 2], bound, true])
    assert.throws(make(listener, hello), TypeError);
  for (const listener of [70_000, '127.0.0.1:70000', -1, 1.5])
    assert.throws(make(listener, hello), RangeError);
  for (const handle of [undefined, null, 5, 'text']) assert.throws(make(0, handle, {}), TypeError);
  for (const spawn of ['x', {}, true, [], new Map()]) assert.throws(make(0, hello, { spawn }), TypeError);
  for (const spawn of [0, -1, 1.5, NaN]) assert.throws(make(0, hello, { spawn }), RangeError);
  for (const options of [5, 'x', null, []]) assert.throws(make(0, hello, options), TypeError);
  for (const name of ['maxAccept', 'minDelay', 'maxDelay', 'stopTimeout', 'backlog', 'mode', 'ipv6Only'])
    assert.throws(make(0, hello, { [name]: 'x' }), TypeError, name);
  for (const bad of [{ maxAccept: 0 }, { backlog: 0 }, { mode: 0o1000 }, { minDelay: NaN }])
    assert.throws(make(0, hello, bad), RangeError);
  assert.throws(make(listening, hello, { backlog: 5 }), /backlog.*listens already/);
  assert.throws(make(0, hello, { reuseAddr: false }), /SO_REUSEADDR/);
  const server = new StreamServer(0, hello);
  assert.throws(() => server.stop('x' as never), TypeError);
  assert.throws(() => server.stop({ timeout: 'x' as never }), TypeError);
  assert.throws(() => server.serveForever({ stopTimeout: 'x' as never }), TypeError);
  assert.throws(() => server.setSpawn('x' as never), TypeError);
  assert.throws(() => server.setHandle(5 as never), TypeError);
  assert.throws(() => server.setListener('x'), TypeError);
  server.maxAccept = 0;
  assert.throws(() => server.start(), RangeError);
  assert.throws(() => new DatagramServer('/tmp/path', () => {}), TypeError);
  assert.throws(() => new DatagramServer(listening, () => {}), TypeError);
  listening.close();
});

serverTest('a server can be reached by nc, where it is installed', async () => {
  const server = new StreamServer('127.0.0.1:0', async (socket) => {
    for await (const line of socket.makeFile('r')) await socket.sendAll(line.toUpperCase());
  });
  await server.start();
  const run = promisify(execFile);
  const nc = await run('sh', ['-c', `printf 'one\\ntwo\\n' | nc -N 127.0.0.1 ${server.serverPort}`]).catch(
    () => undefined,
  );
  if (nc !== undefined) assert.equal(nc.stdout, 'ONE\nTWO\n');
  const socket = connect(server.serverPort as number, '127.0.0.1');
  socket.destroy();
  await server.stop();
});
