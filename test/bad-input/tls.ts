// Rows for the subpath ssl.
import { Socket } from '../../src/socket.ts';
import {
  createDefaultContext,
  derCertToPemCert,
  getServerCertificate,
  pemCertToDerCert,
  PROTOCOL_TLS_SERVER,
  SSLContext,
  ssl,
  wrapSocket,
} from '../../src/ssl.ts';
import { type Refusal, type Rows, open, refuses } from './row.ts';
import * as not from './values.ts';

const anyError = open('an error takes any text and details');
const needsConnection = open('made by wrapSocket() alone, on a connection: see the tests of TLS');

const tcp = new Socket();
const context = new SSLContext();
const server = new SSLContext(PROTOCOL_TLS_SERVER);
const notPath = not.notString.filter((value) => typeof value !== 'object');

/** The options of a wrap that are looked at before the socket is. */
function wrapping(name: string, call: (sock: never, options: never) => unknown): Refusal[] {
  return [
    refuses(`${name}(sock)`, not.every, (bad) => call(bad, {} as never)),
    refuses(`${name}(options)`, not.notOptions, (bad) => call(tcp as never, bad)),
    ...['serverSide', 'doHandshakeOnConnect', 'suppressRaggedEofs'].map((option) =>
      refuses(`${name}({ ${option} })`, not.notFlag, (bad) => call(tcp as never, { [option]: bad } as never)),
    ),
  ];
}

/** An attribute of a context. */
function attribute(name: string, bad: readonly unknown[], set: (bad: never) => void): Refusal[] {
  return [refuses(name, bad, set)];
}

export const tlsRows: Rows = {
  'new SSLError': anyError,
  'new SSLCertVerificationError': anyError,
  'new SSLEOFError': anyError,
  'new SSLSyscallError': anyError,
  'new SSLWantReadError': anyError,
  'new SSLWantWriteError': anyError,
  'new SSLZeroReturnError': anyError,
  'new SSLContext': [
    refuses('SSLContext(protocol)', not.optional(not.notOneOf(16, 17)), (bad) => new SSLContext(bad)),
  ],
  'SSLContext#sniCallback=': attribute('sniCallback', not.optional(not.notFunction), (bad) => {
    server.sniCallback = bad;
  }),
  'SSLContext#setServernameCallback': [
    refuses('sniCallback', not.optional(not.notFunction), (bad) => server.setServernameCallback(bad)),
  ],
  'SSLContext#wrapSocket': wrapping('wrapSocket', (sock, options) => context.wrapSocket(sock, options)),
  'SSLContext#verifyMode=': attribute('verifyMode', not.notOneOf(0, 1, 2), (bad) => {
    server.verifyMode = bad;
  }),
  'SSLContext#checkHostname=': attribute('checkHostname', not.notBoolean, (bad) => {
    context.checkHostname = bad;
  }),
  'SSLContext#minimumVersion=': attribute('minimumVersion', not.notOneOf(-1), (bad) => {
    context.minimumVersion = bad;
  }),
  'SSLContext#maximumVersion=': attribute('maximumVersion', not.notOneOf(-1), (bad) => {
    context.maximumVersion = bad;
  }),
  'SSLContext#options=': attribute('options', not.notInteger(-Infinity), (bad) => {
    context.options = bad;
  }),
  'SSLContext#loadCertChain': [refuses('loadCertChain(chain)', notPath, (bad) => server.loadCertChain(bad))],
  'SSLContext#loadVerifyLocations': [
    refuses(
      'loadVerifyLocations(locations)',
      not.except((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
      (bad) => context.loadVerifyLocations(bad),
    ),
  ],
  'SSLContext#setCiphers': [refuses('setCiphers(ciphers)', not.notString, (bad) => context.setCiphers(bad))],
  'SSLContext#setEcdhCurve': [
    refuses('setEcdhCurve(curve)', not.notString, (bad) => context.setEcdhCurve(bad)),
  ],
  'SSLContext#loadDhParams': [
    refuses('loadDhParams(path)', not.notString, (bad) => context.loadDhParams(bad)),
  ],
  'SSLContext#setAlpnProtocols': [
    refuses('setAlpnProtocols(protocols)', not.every, (bad) => context.setAlpnProtocols(bad)),
  ],
  'SSLContext#getCaCerts': [refuses('getCaCerts(binaryForm)', not.notFlag, (bad) => context.getCaCerts(bad))],
  'SSLSocket#context=': needsConnection,
  'SSLSocket#read': needsConnection,
  'SSLSocket#write': needsConnection,
  'SSLSocket#connect': needsConnection,
  'SSLSocket#connectEx': needsConnection,
  'SSLSocket#getPeerCert': needsConnection,
  'SSLSocket#getChannelBinding': needsConnection,
  createDefaultContext: [
    refuses('createDefaultContext(purpose)', not.optional(not.every), (bad) => createDefaultContext(bad)),
    refuses('createDefaultContext(options)', not.notOptions, (bad) => createDefaultContext(undefined, bad)),
  ],
  derCertToPemCert: [refuses('derCertToPemCert(der)', not.every, (bad) => derCertToPemCert(bad))],
  pemCertToDerCert: [refuses('pemCertToDerCert(pem)', not.every, (bad) => pemCertToDerCert(bad))],
  getServerCertificate: [
    refuses(
      'getServerCertificate(address)',
      not.except((value) => Array.isArray(value) || value === ''),
      (bad) => getServerCertificate(bad),
    ),
    refuses('getServerCertificate(options)', not.notOptions, (bad) =>
      getServerCertificate(['localhost', 1], bad),
    ),
  ],
  ssl: [
    refuses('wrapSocket(sock)', not.every, (bad) => ssl(bad)),
    refuses('ssl(options)', not.notOptions, (bad) => ssl(tcp, undefined, undefined, bad)),
  ],
  wrapSocket: wrapping('wrapSocket', (sock, options) => wrapSocket(sock, options)),
};
