// openssl s_client in front of our servers over TLS, and s_server's web page for our sockets. The handshakes
// themselves are the tests of test/tls.
import assert from 'node:assert/strict';
import { StreamServer } from '../../src/server.ts';
import { SHUT_WR, type Socket, createConnection } from '../../src/socket.ts';
import { CERT_REQUIRED, SSLSocket } from '../../src/ssl.ts';
import { certificatePair, certificatePath, clientContext } from '../support/certificates.ts';
import { FACES, clientTest, describer } from '../support/clients.ts';
import { until } from '../support/footprint.ts';
import { closedPort, receiveAll } from '../support/sockets.ts';

const trust = ['-CAfile', certificatePath('ca.pem'), '-verify_return_error', '-verify_hostname', 'localhost'];
const connectTo = (port: number | undefined, ...more: string[]): string[] => [
  's_client',
  '-connect',
  `127.0.0.1:${port}`,
  '-servername',
  'localhost',
  '-quiet',
  ...trust,
  ...more,
];

async function echo(socket: Socket): Promise<void> {
  for (let data = await socket.recv(); data.length > 0; data = await socket.recv())
    await socket.sendAll(data);
}

for (const face of FACES) {
  clientTest(['openssl'], `s_client sends many requests to a ${face} application at once`, async (world) => {
    const server = await world.serve(describer(face, certificatePair('server')));
    const speaker = world.start('openssl', connectTo(server.serverPort, '-ign_eof'));
    const middle = Array.from({ length: 20 }, (_, n) => `GET /${n} HTTP/1.1\r\nHost: a\r\n\r\n`);
    speaker.child.stdin.write(`${middle.join('')}GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    const { code, stdout, stderr } = await speaker.ended;
    assert.deepEqual(
      stdout.match(/GET \/\w+ 0/g),
      [...middle.keys()].map((n) => `GET /${n} 0`).concat('GET /last 0'),
    );
    // The server ended TLS before it ended the connection.
    assert.doesNotMatch(stderr, /unexpected eof/i);
    assert.equal(code, 0);
  });
}

for (const version of ['-tls1_2', '-tls1_3']) {
  clientTest(['openssl'], `s_client ${version} gets back what it says, a megabyte of it`, async (world) => {
    const server = await world.serve(new StreamServer('127.0.0.1:0', echo, certificatePair('server')));
    const text = `${'x'.repeat(99)}\n`.repeat(10_000);
    const speaker = world.start('openssl', connectTo(server.serverPort, version));
    speaker.child.stdin.write(`${text}end of it\n`);
    await speaker.said('end of it');
    speaker.child.kill('SIGTERM');
    const { stdout } = await speaker.ended;
    assert.ok(stdout === `${text}end of it\n`, `${stdout.length} bytes came back`);
    await until(() => server.active === 0, 'the end of the connection');
  });
}

clientTest(
  ['openssl'],
  's_client without a certificate is not let in where one is asked for',
  async (world) => {
    const seen: unknown[] = [];
    const server = await world.serve(
      new StreamServer(
        '127.0.0.1:0',
        async (socket) => {
          if (socket instanceof SSLSocket) seen.push(socket.getPeerCert()?.subject);
          await socket.sendAll('welcome\n');
        },
        { ...certificatePair('server'), certReqs: CERT_REQUIRED, caCerts: certificatePath('ca.pem') },
      ),
    );
    const [refused, welcome] = [
      await world.run('openssl', connectTo(server.serverPort, '-ign_eof')),
      await world.run(
        'openssl',
        connectTo(
          server.serverPort,
          '-ign_eof',
          '-cert',
          certificatePath('client.pem'),
          '-key',
          certificatePath('client.key'),
        ),
      ),
    ];
    assert.equal(refused.stdout, '');
    assert.match(refused.stderr, /certificate required/);
    assert.equal(welcome.stdout, 'welcome\n');
    assert.equal(seen.length, 1);
    assert.match(world.takePrinted(), /PEER_DID_NOT_RETURN_A_CERTIFICATE[^]*127\.0\.0\.1/);
  },
);

clientTest(['openssl'], 'our socket asks s_server for its page', async (world) => {
  const port = await closedPort();
  const files = ['-cert', certificatePath('server.pem'), '-key', certificatePath('server.key')];
  const server = world.start('openssl', ['s_server', '-accept', `127.0.0.1:${port}`, '-www', ...files]);
  await server.said('ACCEPT');
  const secure = await clientContext().wrapSocket(await createConnection(['127.0.0.1', port]), {
    serverHostname: 'localhost',
  });
  try {
    await secure.sendAll('GET / HTTP/1.0\r\n\r\n');
    const page = String(await receiveAll(secure));
    assert.match(page, /^HTTP\/1\.0 200 ok\r\n[^]*s_server[^]*<\/html>/i);
    secure.shutdown(SHUT_WR);
  } finally {
    secure.close();
  }
});
