// What a context holds, and what it refuses.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as ssl from '../../src/ssl.ts';
import { SSLContext, createDefaultContext } from '../../src/ssl.ts';
import {
  authority,
  certificatePair,
  certificatePath,
  certificateText,
  clientContext,
  serverContext,
} from '../support/certificates.ts';

function failsWithReason(library: string, reason: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ssl.SSLError, String(error));
    assert.equal(error.library, library);
    assert.equal(error.reason, reason);
    return true;
  };
}

test('a client checks certificates and host names from the start, a server asks for none', () => {
  const client = new SSLContext();
  assert.equal(client.protocol, ssl.PROTOCOL_TLS_CLIENT);
  assert.equal(client.verifyMode, ssl.CERT_REQUIRED);
  assert.equal(client.checkHostname, true);
  const server = new SSLContext(ssl.PROTOCOL_TLS_SERVER);
  assert.equal(server.verifyMode, ssl.CERT_NONE);
  assert.equal(server.checkHostname, false);
  assert.equal(String(server), '<SSLContext for a server>');
  for (const context of [client, server]) {
    assert.equal(context.minimumVersion, ssl.TLSVersion.TLSv1_2);
    assert.equal(context.options & ssl.OP_NO_RENEGOTIATION, ssl.OP_NO_RENEGOTIATION);
  }
  assert.throws(() => new SSLContext(2 as never), TypeError);
});

test('verifyMode and checkHostname cannot contradict each other', () => {
  const context = new SSLContext();
  assert.throws(() => {
    context.verifyMode = ssl.CERT_NONE;
  }, RangeError);
  context.checkHostname = false;
  context.verifyMode = ssl.CERT_NONE;
  context.checkHostname = true;
  assert.equal(context.verifyMode, ssl.CERT_REQUIRED);
  assert.throws(() => {
    context.verifyMode = 3 as never;
  }, TypeError);
  assert.throws(() => {
    context.checkHostname = 1 as never;
  }, TypeError);
});

test('createDefaultContext() trusts the authorities given, or else those of the system', () => {
  const given = createDefaultContext(ssl.Purpose.SERVER_AUTH, { cadata: authority });
  assert.deepEqual(given.certStoreStats(), { x509: 1, x509Ca: 1, crl: 0 });
  assert.deepEqual(given.getCaCerts(true), [new X509Certificate(authority).raw]);
  assert.deepEqual(given.getCaCerts()[0]?.subject, [
    [['organizationName', 'gevent-ts']],
    [['commonName', 'Test authority']],
  ]);
  assert.equal(createDefaultContext(ssl.Purpose.CLIENT_AUTH).verifyMode, ssl.CERT_NONE);
  assert.equal(createDefaultContext().verifyMode, ssl.CERT_REQUIRED);
  assert.throws(() => createDefaultContext('x' as never), TypeError);
  assert.throws(() => createDefaultContext(undefined, 5 as never), TypeError);
});

test('authorities come from a file, from a folder as OpenSSL names its files, from text, and from bytes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gevent-tls-'));
  try {
    writeFileSync(join(folder, '9d66eef0.0'), authority);
    writeFileSync(join(folder, '9d66eef0.r0'), certificateText('ca.crl'));
    writeFileSync(join(folder, 'readme'), 'not a certificate');
    for (const [locations, crl] of [
      [{ cafile: certificatePath('ca.pem') }, 0],
      [{ capath: folder }, 1],
      [{ cadata: authority }, 0],
      [{ cadata: Buffer.from(authority) }, 0],
      [{ cadata: ssl.pemCertToDerCert(authority) }, 0],
    ] as const) {
      const context = new SSLContext();
      context.loadVerifyLocations(locations);
      assert.deepEqual(context.certStoreStats(), { x509: 1, x509Ca: 1, crl });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what is no certificate is refused at once', () => {
  const context = new SSLContext();
  assert.throws(() => context.loadVerifyLocations({}), TypeError);
  assert.throws(() => context.loadVerifyLocations({ cafile: 5 as never }), TypeError);
  assert.throws(() => context.loadVerifyLocations({ cafile: '/does/not/exist' }), { code: 'ENOENT' });
  assert.throws(() => context.loadVerifyLocations({ capath: '/does/not/exist' }), { code: 'ENOENT' });
  const none = failsWithReason('X509', 'NO_CERTIFICATE_OR_CRL_FOUND');
  assert.throws(() => context.loadVerifyLocations({ cadata: 'nothing' }), none);
  assert.throws(() => context.loadVerifyLocations({ cadata: Buffer.from([1, 2, 3]) }), none);
  assert.throws(() => context.loadVerifyLocations({ cafile: certificatePath('server.key') }), none);
  const broken = authority.replace(/\n[A-Za-z0-9+/]{10}/, '\nAAAAAAAAAA');
  assert.throws(() => context.loadVerifyLocations({ cadata: broken }), none);
  assert.deepEqual(context.certStoreStats(), { x509: 0, x509Ca: 0, crl: 0 });
});

test('a certificate is loaded with its key, from files or as text; what does not fit is refused', () => {
  const context = new SSLContext(ssl.PROTOCOL_TLS_SERVER);
  const cert = certificatePath('server.pem');
  context.loadCertChain(cert, certificatePath('server.key'));
  context.loadCertChain(certificatePair('server'));
  context.loadCertChain({ cert: certificateText('server.pem') + certificateText('server.key') });
  for (const password of ['secret', () => 'secret']) {
    context.loadCertChain(cert, certificatePath('server-encrypted.key'), password);
  }
  assert.throws(
    () => context.loadCertChain(cert, certificatePath('client.key')),
    failsWithReason('X509', 'KEY_VALUES_MISMATCH'),
  );
  assert.throws(
    () => context.loadCertChain(cert, certificatePath('server-encrypted.key'), 'wrong'),
    ssl.SSLError,
  );
  assert.throws(() => context.loadCertChain(cert, certificatePath('server-encrypted.key')), ssl.SSLError);
  assert.throws(() => context.loadCertChain(cert), ssl.SSLError);
  assert.throws(() => context.loadCertChain(cert, '/does/not/exist'), { code: 'ENOENT' });
  assert.throws(() => context.loadCertChain(undefined as never), TypeError);
  assert.throws(() => context.loadCertChain({ cert: 5 as never }), TypeError);
  assert.throws(() => context.loadCertChain(cert, certificatePath('server.key'), 5 as never), TypeError);
});

test('ciphers are named by OpenSSL; those of TLS 1.3 stay unless they are named', () => {
  const context = clientContext();
  assert.ok(context.getCiphers().length > 5);
  context.setCiphers('ECDHE-ECDSA-AES128-GCM-SHA256');
  const names = context.getCiphers().map(({ name }) => name);
  assert.ok(names.includes('TLS_AES_256_GCM_SHA384'));
  assert.deepEqual(
    context.getCiphers().filter(({ name }) => !name.startsWith('TLS_')),
    [{ name: 'ECDHE-ECDSA-AES128-GCM-SHA256', strengthBits: 128 }],
  );
  context.setCiphers('TLS_AES_128_GCM_SHA256:HIGH');
  assert.deepEqual(context.getCiphers(), [{ name: 'TLS_AES_128_GCM_SHA256', strengthBits: 128 }]);
  assert.throws(() => context.setCiphers('NOSUCHCIPHER'), failsWithReason('SSL', 'NO_CIPHER_MATCH'));
  assert.throws(() => context.setCiphers(5 as never), TypeError);
});

test('versions, protocols, curves and options are checked where they are set', () => {
  const context = serverContext();
  context.maximumVersion = ssl.TLSVersion.TLSv1_2;
  context.minimumVersion = ssl.TLSVersion.MINIMUM_SUPPORTED;
  context.options |= ssl.OP_NO_TICKET;
  assert.ok(context.options > 0);
  context.setEcdhCurve('P-256');
  context.setAlpnProtocols([]);
  assert.throws(() => {
    context.minimumVersion = 5 as never;
  }, TypeError);
  assert.throws(() => {
    context.options = 'all' as never;
  }, TypeError);
  assert.throws(() => context.setEcdhCurve('no-such-curve'), ssl.SSLError);
  assert.throws(() => context.setAlpnProtocols(['']), TypeError);
  assert.throws(() => context.setAlpnProtocols('h2' as never), TypeError);
  assert.throws(() => context.loadDhParams('/does/not/exist'), { code: 'ENOENT' });
});

test('PEM and DER are two forms of one certificate', () => {
  const der = ssl.pemCertToDerCert(authority);
  assert.deepEqual(der, new X509Certificate(authority).raw);
  assert.equal(ssl.derCertToPemCert(der).trim(), authority.trim());
  assert.throws(() => ssl.pemCertToDerCert('nothing'), TypeError);
  assert.throws(() => ssl.derCertToPemCert('nothing' as never), TypeError);
});

test('the numbers are those of Python', () => {
  assert.deepEqual([ssl.CERT_NONE, ssl.CERT_OPTIONAL, ssl.CERT_REQUIRED], [0, 1, 2]);
  assert.deepEqual([ssl.PROTOCOL_TLS_CLIENT, ssl.PROTOCOL_TLS_SERVER], [16, 17]);
  assert.deepEqual([ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], [0x303, 0x304]);
  assert.match(ssl.OPENSSL_VERSION, /^OpenSSL 3\./);
  assert.equal(ssl.OPENSSL_VERSION_INFO[0], 3);
  assert.ok(ssl.OPENSSL_VERSION_NUMBER >= 0x3000_0000);
  assert.equal(ssl.sslerror, ssl.SSLError);
  assert.equal(ssl.CertificateError, ssl.SSLCertVerificationError);
  assert.ok(ssl.HAS_SNI && ssl.HAS_ALPN && ssl.HAS_TLSv1_3);
});

test('getDefaultVerifyPaths() names what the environment names', () => {
  const { opensslCafileEnv, opensslCapathEnv } = ssl.getDefaultVerifyPaths();
  assert.deepEqual([opensslCafileEnv, opensslCapathEnv], ['SSL_CERT_FILE', 'SSL_CERT_DIR']);
});
