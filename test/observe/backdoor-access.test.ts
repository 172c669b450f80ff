import assert from 'node:assert/strict';
import { chmodSync, statSync } from 'node:fs';
import { BackdoorServer } from '../../src/backdoor.ts';
import { createServer } from '../../src/socket.ts';
import { certificatePath } from '../support/certificates.ts';
import { Client, serverTest } from '../net/clients.ts';

const OTHERS = /other machines.*127\.0\.0\.1.*unsafe: true/;

serverTest('a backdoor listens on loopback alone', async () => {
  for (const listener of [
    '0.0.0.0:0',
    ':0',
    0,
    '[::]:0',
    ['', 0],
    ['10.1.2.3', 0],
    ['example.org', 0],
  ] as const)
    assert.throws(() => new BackdoorServer(listener), OTHERS);
  for (const listener of ['127.0.0.1:0', '127.3.2.1:0', '[::1]:0', ['localhost', 0]] as const) {
    const server = new BackdoorServer(listener);
    await server.start();
    assert.throws(() => server.setListener('0.0.0.0:0'), OTHERS);
    await server.stop();
  }
  const listening = await createServer(['0.0.0.0', 0]);
  assert.throws(() => new BackdoorServer(listening), OTHERS);
  listening.close();
});

serverTest('with { unsafe: true } it listens anywhere', async () => {
  const server = new BackdoorServer('0.0.0.0:0', { unsafe: true });
  await server.start();
  const client = await Client.connect(server.serverPort);
  await client.until('>>> ');
  await server.stop();
  await client.closed();
});

serverTest('the file of a Unix-domain socket is the own user’s alone', async ({ path }) => {
  const where = await path();
  const server = new BackdoorServer(where, { banner: 'Welcome' });
  await server.start();
  assert.equal(statSync(where).mode & 0o777, 0o600);
  const client = await Client.connect(where);
  await client.until('Welcome\n>>> ');
  await server.stop();
  await client.closed();
  server.setListener(['127.0.0.1', 0]);
  server.setListener(where);
  await server.start();
  assert.equal(statSync(where).mode & 0o777, 0o600);
  await server.stop();
  assert.throws(() => new BackdoorServer(where, { mode: 0o660 }), /other users.*unsafe: true/);
  assert.throws(() => new BackdoorServer('\0name'), /every user.*unsafe: true/);
});

serverTest('a Unix-domain socket that listens already must be private too', async ({ path }) => {
  const where = await path();
  const socket = await createServer(where);
  chmodSync(where, 0o666);
  assert.throws(() => new BackdoorServer(socket), /other users/);
  chmodSync(where, 0o600);
  const server = new BackdoorServer(socket);
  await server.start();
  const client = await Client.connect(where);
  await client.until('>>> ');
  await server.stop();
  await client.closed();
});

serverTest('a web page cannot talk to it', async () => {
  const marks: string[] = [];
  const server = new BackdoorServer('127.0.0.1:0', { locals: { marks } });
  await server.start();
  const client = await Client.connect(server.serverPort);
  client.send('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 18\r\n\r\nmarks.push("evil")\r\n');
  assert.match(await client.rest(), /not an HTTP server/);
  assert.deepEqual(marks, []);
  await server.stop();
});

serverTest('with a token, nobody gets in without', async () => {
  const server = new BackdoorServer('127.0.0.1:0', { token: 'open sesame', banner: 'Welcome' });
  await server.start();
  for (const guess of ['open', '', 'open sesame!', 'x'.repeat(100_000)]) {
    const client = await Client.connect(server.serverPort);
    client.send(`${guess}\n1 + 1\n`);
    assert.equal(await client.rest(), 'token: That is not the token.\n');
  }
  const endless = await Client.connect(server.serverPort);
  endless.socket.on('error', () => {}).write('x'.repeat(10_000));
  await endless.closed();
  const client = await Client.connect(server.serverPort);
  await client.send('open sesame\n1 + 1\n').until('token: Welcome\n>>> 2\n');
  await server.stop();
  await client.closed();
});

serverTest('it may speak TLS', async () => {
  const { connect } = await import('node:tls');
  const server = new BackdoorServer('127.0.0.1:0', {
    certfile: certificatePath('server.pem'),
    keyfile: certificatePath('server.key'),
  });
  await server.start();
  const client = connect({ port: server.serverPort ?? 0, host: '127.0.0.1', rejectUnauthorized: false });
  client.setEncoding('utf8').write('20 + 22\nquit()\n');
  let received = '';
  for await (const text of client) received += text;
  assert.match(received, />>> 42\n>>> $/);
  await server.stop();
});

serverTest('wrong arguments are refused by the constructor', async () => {
  const make = (options: object) => () => new BackdoorServer('127.0.0.1:0', options);
  for (const bad of [
    { banner: 5 },
    { token: 5 },
    { unsafe: 1 },
    { locals: 5 },
    { locals: null },
    { spawn: 'x' },
  ])
    assert.throws(make(bad), TypeError);
  assert.throws(() => new BackdoorServer('127.0.0.1:0', null as never), TypeError);
  assert.throws(() => new BackdoorServer(undefined as never), TypeError);
});
