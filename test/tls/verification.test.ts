// Who is trusted, and who is not: servers by their clients, and clients by their servers.
import assert from 'node:assert/strict';
import { spawn } from '../../src/index.ts';
import {
  CERT_NONE,
  CERT_OPTIONAL,
  CERT_REQUIRED,
  CertificateError,
  SSLCertVerificationError,
  SSLContext,
  type SSLError,
} from '../../src/ssl.ts';
import {
  type CertificateName,
  certificatePath,
  clientContext,
  securePair,
  serverContext,
} from '../support/certificates.ts';
import { type World, socketTest } from '../support/sockets.ts';

/** How both ends of a handshake ended. */
async function outcomes(
  { pair, keep }: World,
  client: SSLContext,
  server: SSLContext,
  serverHostname: string | undefined = 'localhost',
): Promise<[client: unknown, server: unknown]> {
  const [ours, theirs] = await pair();
  const ends = await Promise.all([
    client.wrapSocket(ours, { serverHostname }).then(keep, (error: unknown) => error),
    server.wrapSocket(theirs, { serverSide: true }).then(keep, (error: unknown) => error),
  ]);
  assert.equal(ours.closed, true);
  assert.equal(theirs.closed, true);
  return ends;
}

function assertRefused(error: unknown, code: string, verifyCode: number, verifyMessage: string): void {
  if (!(error instanceof SSLCertVerificationError)) throw error;
  assert.ok(error instanceof CertificateError);
  assert.equal(error.name, 'SSLCertVerificationError');
  assert.equal(error.reason, 'CERTIFICATE_VERIFY_FAILED');
  assert.equal(error.library, 'SSL');
  assert.equal(error.code, code);
  assert.equal(error.verifyCode, verifyCode);
  assert.equal(error.verifyMessage, verifyMessage);
  assert.equal(error.message, `[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: ${verifyMessage}`);
}

const refused: readonly [CertificateName, code: string, number: number, message: string][] = [
  ['expired', 'CERT_HAS_EXPIRED', 10, 'certificate has expired'],
  ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT', 18, 'self-signed certificate'],
  [
    'other',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    62,
    "Hostname mismatch, certificate is not valid for 'localhost'",
  ],
  ['stranger', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 21, 'unable to verify the first certificate'],
];
for (const [name, code, number, message] of refused) {
  socketTest(`a client refuses a server's certificate: ${message}`, async (world) => {
    const [client] = await outcomes(world, clientContext(), serverContext(name));
    assertRefused(client, code, number, message);
  });
}

socketTest('the certificate must be for the address, where that is what was asked for', async (world) => {
  const [good] = await outcomes(world, clientContext(), serverContext(), '127.0.0.1');
  assert.ok(!(good instanceof Error), String(good));
  const [bad] = await outcomes(world, clientContext(), serverContext(), '127.0.0.2');
  assertRefused(
    bad,
    'ERR_TLS_CERT_ALTNAME_INVALID',
    64,
    "IP address mismatch, certificate is not valid for '127.0.0.2'",
  );
});

socketTest('one label of a name may be left open by the certificate', async (world) => {
  const [good] = await outcomes(world, clientContext(), serverContext(), 'one.many.test');
  assert.ok(!(good instanceof Error), String(good));
  const [bad] = await outcomes(world, clientContext(), serverContext(), 'a.b.many.test');
  assert.ok(bad instanceof SSLCertVerificationError);
});

socketTest('a client that trusts nobody refuses everybody', async (world) => {
  const [client] = await outcomes(world, new SSLContext(), serverContext());
  assert.ok(client instanceof SSLCertVerificationError, String(client));
  assert.match(client.code, /^UNABLE_TO_/);
});

socketTest('a revoked certificate is refused once the list is loaded', async (world) => {
  const client = clientContext();
  const [before] = await outcomes(world, client, serverContext('revoked'));
  assert.ok(!(before instanceof Error), String(before));
  client.loadVerifyLocations({ cafile: certificatePath('ca.crl') });
  assert.deepEqual(client.certStoreStats(), { x509: 1, x509Ca: 1, crl: 1 });
  const [after] = await outcomes(world, client, serverContext('revoked'));
  assertRefused(after, 'CERT_REVOKED', 23, 'certificate revoked');
});

socketTest('without checkHostname any host will do, without verifying any certificate', async (world) => {
  const noHost = clientContext();
  noHost.checkHostname = false;
  for (const host of ['localhost', undefined]) {
    const [client] = await outcomes(world, noHost, serverContext('other'), host);
    assert.ok(!(client instanceof Error), String(client));
  }
  const [stillChecked] = await outcomes(world, noHost, serverContext('self-signed'));
  assert.ok(stillChecked instanceof SSLCertVerificationError);
  noHost.verifyMode = CERT_NONE;
  for (const name of ['self-signed', 'expired', 'stranger'] as const) {
    const [client] = await outcomes(world, noHost, serverContext(name), undefined);
    assert.ok(!(client instanceof Error), String(client));
  }
});

socketTest('the host is checked when a session is resumed, too', async (world) => {
  const client = clientContext();
  const server = serverContext('other');
  client.checkHostname = false;
  const [first, peer] = await securePair(world, {
    client,
    server,
    clientOptions: { serverHostname: 'other.test' },
  });
  await peer.sendAll('x');
  await first.recv();
  assert.ok(first.session);
  client.checkHostname = true;
  const [plain, theirs] = await world.pair();
  const accepting = spawn(() =>
    server.wrapSocket(theirs, { serverSide: true }).then(world.keep, (error: unknown) => error),
  );
  const wrapping = client.wrapSocket(plain, { serverHostname: 'localhost', session: first.session });
  await assert.rejects(wrapping, SSLCertVerificationError);
  await accepting.join();
});

function demanding(mode: typeof CERT_OPTIONAL | typeof CERT_REQUIRED): SSLContext {
  const server = serverContext();
  server.loadVerifyLocations({ cafile: certificatePath('ca.pem') });
  server.verifyMode = mode;
  return server;
}

function showing(name: CertificateName): SSLContext {
  const client = clientContext();
  client.loadCertChain(certificatePath(`${name}.pem`), certificatePath(`${name}.key`));
  return client;
}

for (const mode of [CERT_OPTIONAL, CERT_REQUIRED] as const) {
  socketTest(`a client's certificate is accepted with mode ${mode} if it is good`, async (world) => {
    const [client, server] = await securePair(world, { client: showing('client'), server: demanding(mode) });
    assert.deepEqual((server.getPeerCert() as { subject: unknown }).subject, [
      [['organizationName', 'gevent-ts']],
      [['commonName', 'client']],
    ]);
    await client.sendAll('x');
    assert.equal(String(await server.recv()), 'x');
  });

  socketTest(`a client's certificate of a strange authority is refused with mode ${mode}`, async (world) => {
    const [, server] = await outcomes(world, showing('stranger'), demanding(mode));
    assertRefused(server, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 21, 'unable to verify the first certificate');
  });
}

socketTest(
  'a client without a certificate is let in with CERT_OPTIONAL, and refused with CERT_REQUIRED',
  async (world) => {
    const [, server] = await securePair(world, { server: demanding(CERT_OPTIONAL) });
    assert.equal(server.getPeerCert(), undefined);
    const [, refusal] = await outcomes(world, clientContext(), demanding(CERT_REQUIRED));
    assert.equal((refusal as SSLError).reason, 'PEER_DID_NOT_RETURN_A_CERTIFICATE');
  },
);

socketTest('a server is no client: its certificate does not do for one', async (world) => {
  const [, server] = await outcomes(world, showing('server'), demanding(CERT_REQUIRED));
  assertRefused(server, 'INVALID_PURPOSE', 26, 'unsuitable certificate purpose');
});
