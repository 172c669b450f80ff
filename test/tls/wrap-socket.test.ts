// wrapSocket() by keywords, and what it refuses before anything has happened.
import assert from 'node:assert/strict';
import { AF_INET, SOCK_DGRAM, Socket, socketPair } from '../../src/socket.ts';
import {
  CERT_NONE,
  SSLCertVerificationError,
  SSLContext,
  type SSLSocket,
  TLSVersion,
  type WrapSocketOptions,
  getServerCertificate,
  ssl,
  wrapSocket,
} from '../../src/ssl.ts';
import { authority, certificatePair, certificatePath, serverContext } from '../support/certificates.ts';
import { type World, failsWith, socketTest } from '../support/sockets.ts';

const files = { certfile: certificatePath('server.pem'), keyfile: certificatePath('server.key') };
const asClient = { serverHostname: 'localhost', caCerts: certificatePath('ca.pem') };

async function both(
  { pair, keep }: World,
  client: (sock: Socket) => Promise<SSLSocket>,
  server: WrapSocketOptions = {},
): Promise<[SSLSocket, SSLSocket]> {
  const [ours, theirs] = await pair();
  const ends = await Promise.allSettled([
    client(ours),
    wrapSocket(theirs, { serverSide: true, ...files, ...server }),
  ]);
  const [one, other] = ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return keep(end.value);
  });
  return [one as SSLSocket, other as SSLSocket];
}

socketTest('certificates and trust come from files, or as text', async (world) => {
  for (const options of [
    asClient,
    { serverHostname: 'localhost', ca: authority },
    { serverHostname: 'localhost', ca: [Buffer.from(authority)] },
  ]) {
    for (const server of [{}, { ...certificatePair('server'), certfile: undefined, keyfile: undefined }]) {
      const [client, secured] = await both(world, (sock) => wrapSocket(sock, options), server);
      await client.sendAll('x');
      assert.equal(String(await secured.recv()), 'x');
      assert.equal(client.serverHostname, 'localhost');
    }
  }
});

socketTest('versions, ciphers and protocols are keywords too', async (world) => {
  const options = {
    ...asClient,
    maximumVersion: TLSVersion.TLSv1_2,
    alpnProtocols: ['h2'],
    ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  };
  const [client] = await both(world, (sock) => wrapSocket(sock, options), { alpnProtocols: ['h2'] });
  assert.deepEqual(client.cipher(), ['ECDHE-ECDSA-AES256-GCM-SHA384', 'TLSv1.2', 256]);
  assert.equal(client.selectedAlpnProtocol(), 'h2');
});

socketTest('ssl() is wrapSocket() with the files in the places that 0.13 had', async (world) => {
  const [client] = await both(world, (sock) => ssl(sock, undefined, undefined, asClient));
  await client.write('x');
  const known = (sock: Socket): Promise<SSLSocket> =>
    ssl(sock, certificatePath('client.key'), certificatePath('client.pem'), asClient);
  const [, server] = await both(world, known, { certReqs: 2, ca: authority });
  assert.equal((server.getPeerCert() as { version: number }).version, 3);
  await assert.rejects(
    both(world, (sock) => ssl(sock, undefined, undefined, { serverHostname: 'localhost' })),
    SSLCertVerificationError,
  );
  const [anybody] = await both(world, (sock) => ssl(sock, undefined, undefined, { certReqs: CERT_NONE }));
  assert.deepEqual(anybody.getPeerCert(), {});
});

socketTest('a Unix-domain socket carries TLS as well', async ({ keep }) => {
  const [ours, theirs] = await socketPair();
  const ends = await Promise.all([
    wrapSocket(ours, asClient),
    wrapSocket(theirs, { serverSide: true, sslContext: serverContext() }),
  ]);
  for (const end of ends) keep(end);
  await ends[0].sendAll('x');
  assert.equal(String(await ends[1].recv()), 'x');
});

socketTest('wrong options are refused at the call, and the socket is as it was', async ({ pair }) => {
  const [sock, peer] = await pair();
  const wrong: readonly [options: unknown, message: RegExp][] = [
    [{}, /serverHostname.*expected the name of the host.*checkHostname off/],
    [{ serverSide: true }, /a server needs a certificate/],
    [{ serverHostname: '' }, /serverHostname/],
    [{ serverHostname: 'a b' }, /serverHostname/],
    [{ ...asClient, serverHostname: 5 }, /serverHostname/],
    [{ ...asClient, serverSide: 'yes' }, /serverSide/],
    [{ ...asClient, doHandshakeOnConnect: 1 }, /doHandshakeOnConnect/],
    [{ ...asClient, suppressRaggedEofs: 1 }, /suppressRaggedEofs/],
    [{ ...asClient, certReqs: 9 }, /certReqs/],
    [{ ...asClient, checkHostname: 9 }, /checkHostname/],
    [{ ...asClient, certReqs: CERT_NONE, checkHostname: true }, /CERT_NONE/],
    [{ ...asClient, ca: [] }, /ca/],
    [{ ...asClient, ca: 5 }, /ca/],
    [{ ...asClient, keyfile: files.keyfile }, /without its certificate/],
    [{ ...asClient, session: {} }, /session/],
    [{ ...asClient, sslContext: new SSLContext() }, /everything is in sslContext/],
    [{ sslContext: new SSLContext(), serverSide: true }, /PROTOCOL_TLS_CLIENT/],
    [{ sslContext: serverContext(), serverHostname: 'x' }, /PROTOCOL_TLS_SERVER/],
    [{ sslContext: serverContext(), serverSide: true, serverHostname: 'x' }, /only a client/],
    [5, /options/],
  ];
  for (const [options, message] of wrong) {
    assert.throws(
      () => wrapSocket(sock, options as WrapSocketOptions),
      (error) => (error instanceof TypeError || error instanceof RangeError) && message.test(error.message),
      JSON.stringify(options),
    );
  }
  assert.throws(() => wrapSocket({} as Socket, asClient), TypeError);
  assert.throws(() => ssl(sock), /serverHostname/);
  assert.equal(sock.closed, false);
  await sock.sendAll('still plain');
  assert.equal(String(await peer.recv()), 'still plain');
  sock.close();
  assert.throws(() => wrapSocket(sock, asClient), failsWith('EBADF'));
  const datagrams = new Socket(AF_INET, SOCK_DGRAM);
  assert.throws(() => wrapSocket(datagrams, asClient), /stream/);
  datagrams.close();
});

socketTest('a socket that was wrapped as a server does not connect', async () => {
  const sock = await wrapSocket(new Socket(), { serverSide: true, ...files });
  assert.throws(() => sock.connect(['127.0.0.1', 1]), TypeError);
  sock.close();
});

socketTest('a connection that is refused leaves nothing open', async () => {
  const sock = await wrapSocket(new Socket(), asClient);
  await assert.rejects(sock.connect(['127.0.0.1', 1]), failsWith('ECONNREFUSED'));
  assert.equal((await sock.connectEx(['127.0.0.1', 1])) > 0, true);
  sock.close();
});

socketTest('getServerCertificate() wants an address', async () => {
  assert.throws(() => getServerCertificate('/a/path' as never), TypeError);
  assert.throws(() => getServerCertificate(['localhost', 0]), RangeError);
  assert.throws(() => getServerCertificate(['localhost', 1], 5 as never), TypeError);
  await assert.rejects(getServerCertificate(['127.0.0.1', 1]), failsWith('ECONNREFUSED'));
});

socketTest('TLS goes over TLS', async (world) => {
  const [outer, peer] = await both(world, (sock) => wrapSocket(sock, asClient));
  const ends = await Promise.all([
    wrapSocket(outer, asClient),
    wrapSocket(peer, { serverSide: true, ...files }),
  ]);
  for (const end of ends) world.keep(end);
  await ends[0].sendAll('twice');
  assert.equal(String(await ends[1].recv()), 'twice');
  const [back, front] = await Promise.all(ends.map((end) => end.unwrap()));
  await world.keep(back as Socket).sendAll('once');
  assert.equal(String(await world.keep(front as Socket).recv()), 'once');
});
