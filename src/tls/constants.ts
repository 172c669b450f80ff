/** The numbers and names of TLS that callers use, with the values that they have in Python and in OpenSSL. */
import { constants } from 'node:crypto';

// What is asked of the other side's certificate.
/** No certificate is asked for, and none is checked. */
export const CERT_NONE = 0;
/** A client's certificate is asked for, and checked if one comes. Of a server's, the same as CERT_REQUIRED. */
export const CERT_OPTIONAL = 1;
/** The other side must show a certificate that a trusted authority has signed. */
export const CERT_REQUIRED = 2;

/** What a certificate is asked for: none, one if there is one, or one in any case. */
export type VerifyMode = typeof CERT_NONE | typeof CERT_OPTIONAL | typeof CERT_REQUIRED;

// The side that a context is for.
/** A context for clients. */
export const PROTOCOL_TLS_CLIENT = 16;
/** A context for servers. */
export const PROTOCOL_TLS_SERVER = 17;

/** What a context is made for: `PROTOCOL_TLS_CLIENT` or `PROTOCOL_TLS_SERVER`. */
export type Protocol = typeof PROTOCOL_TLS_CLIENT | typeof PROTOCOL_TLS_SERVER;

/** What certificates are for: to be sure of a server, or of a client. Python: `ssl.Purpose`. */
export const Purpose: {
  readonly SERVER_AUTH: '1.3.6.1.5.5.7.3.1';
  readonly CLIENT_AUTH: '1.3.6.1.5.5.7.3.2';
} = Object.freeze({ SERVER_AUTH: '1.3.6.1.5.5.7.3.1', CLIENT_AUTH: '1.3.6.1.5.5.7.3.2' });
/** One of {@link Purpose}. */
// oxlint-disable-next-line typescript/no-redeclare -- the value and the type of one name, as an enum would have them
export type Purpose = (typeof Purpose)[keyof typeof Purpose];

/** Versions of the protocol, for `minimumVersion` and `maximumVersion`. Python: `ssl.TLSVersion`. */
export const TLSVersion: {
  readonly MINIMUM_SUPPORTED: -2;
  readonly TLSv1: 769;
  readonly TLSv1_1: 770;
  readonly TLSv1_2: 771;
  readonly TLSv1_3: 772;
  readonly MAXIMUM_SUPPORTED: -1;
} = Object.freeze({
  MINIMUM_SUPPORTED: -2,
  TLSv1: 769,
  TLSv1_1: 770,
  TLSv1_2: 771,
  TLSv1_3: 772,
  MAXIMUM_SUPPORTED: -1,
});
/** One of {@link TLSVersion}. */
// oxlint-disable-next-line typescript/no-redeclare -- the value and the type of one name, as an enum would have them
export type TLSVersion = (typeof TLSVersion)[keyof typeof TLSVersion];

// Options of a context: numbers that are combined with `|`.
/** OpenSSL's ways around the faults of other implementations. */
export const OP_ALL: number = constants.SSL_OP_ALL;
/** No SSL 2, which no OpenSSL of today speaks anyway. */
export const OP_NO_SSLv2: number = constants.SSL_OP_NO_SSLv2;
/** No SSL 3. */
export const OP_NO_SSLv3: number = constants.SSL_OP_NO_SSLv3;
/** No TLS 1.0. */
export const OP_NO_TLSv1: number = constants.SSL_OP_NO_TLSv1;
/** No TLS 1.1. */
export const OP_NO_TLSv1_1: number = constants.SSL_OP_NO_TLSv1_1;
/** No TLS 1.2. */
export const OP_NO_TLSv1_2: number = constants.SSL_OP_NO_TLSv1_2;
/** No TLS 1.3. */
export const OP_NO_TLSv1_3: number = constants.SSL_OP_NO_TLSv1_3 ?? 0x2000_0000;
/** The server's order of ciphers counts, not the client's. */
export const OP_CIPHER_SERVER_PREFERENCE: number = constants.SSL_OP_CIPHER_SERVER_PREFERENCE;
/** Nothing is compressed. */
export const OP_NO_COMPRESSION: number = constants.SSL_OP_NO_COMPRESSION;
/** The server gives out no session tickets. */
export const OP_NO_TICKET: number = constants.SSL_OP_NO_TICKET;
/** The other side may not begin a second handshake on the connection (TLS 1.2 and below). */
export const OP_NO_RENEGOTIATION: number = constants.SSL_OP_NO_RENEGOTIATION ?? 0x4000_0000;
/** Connects to servers that lack secure renegotiation. */
export const OP_LEGACY_SERVER_CONNECT: number = constants.SSL_OP_LEGACY_SERVER_CONNECT;
/** OpenSSL makes a new key for each exchange, whatever is said: 0, for programs that say it. */
export const OP_SINGLE_DH_USE = 0;
/** As {@link OP_SINGLE_DH_USE}. */
export const OP_SINGLE_ECDH_USE = 0;

// What this build can do.
/** The client can tell the server which host it means. */
export const HAS_SNI = true;
/** A protocol to speak can be agreed on in the handshake. */
export const HAS_ALPN = true;
/** The predecessor of ALPN is gone. */
export const HAS_NPN = false;
/** Keys can be exchanged over elliptic curves. */
export const HAS_ECDH = true;
/** The check of host names cannot be kept from a certificate's common name. */
export const HAS_NEVER_CHECK_COMMON_NAME = false;
/** SSL 2 is gone. */
export const HAS_SSLv2 = false;
/** SSL 3 is gone. */
export const HAS_SSLv3 = false;
/** TLS 1.0 can be spoken, if `minimumVersion` and the ciphers allow it. */
export const HAS_TLSv1 = true;
/** As {@link HAS_TLSv1}, for TLS 1.1. */
export const HAS_TLSv1_1 = true;
/** TLS 1.2 can be spoken. */
export const HAS_TLSv1_2 = true;
/** TLS 1.3 can be spoken. */
export const HAS_TLSv1_3 = true;
/** What `getChannelBinding` knows. */
export const CHANNEL_BINDING_TYPES: readonly string[] = Object.freeze(['tls-unique', 'tls-exporter']);

const [, major = '0', minor = '0', patch = '0'] = /^(\d+)\.(\d+)\.(\d+)/.exec(process.versions.openssl) ?? [];

/** The library that does the work, as text. */
export const OPENSSL_VERSION: string = `OpenSSL ${process.versions.openssl}`;
/** Its version: major, minor, fix, patch, status. */
export const OPENSSL_VERSION_INFO: readonly [number, number, number, number, number] = Object.freeze([
  Number(major),
  Number(minor),
  0,
  Number(patch),
  0,
]);
/** Its version as one number: `0x30000130` is 3.0.19. */
export const OPENSSL_VERSION_NUMBER: number =
  Number(major) * 0x1000_0000 + Number(minor) * 0x10_0000 + Number(patch) * 0x10;

// The kinds of `SSLError`: its `errno`.
/** TLS itself failed. */
export const SSL_ERROR_SSL = 1;
/** Nothing has come to be read. */
export const SSL_ERROR_WANT_READ = 2;
/** The kernel takes nothing at the moment. */
export const SSL_ERROR_WANT_WRITE = 3;
/** The connection below TLS failed. */
export const SSL_ERROR_SYSCALL = 5;
/** TLS was ended. */
export const SSL_ERROR_ZERO_RETURN = 6;
/** The connection ended where TLS had not. */
export const SSL_ERROR_EOF = 8;
