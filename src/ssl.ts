/** TLS, with the names of Python's ssl module. gevent: `gevent.ssl`. @module gevent-ts/ssl */
export { SSLContext, type ServerNameCallback, createDefaultContext } from './tls/ssl-context.ts';
export { SSLSocket, SSLSocket as SSLObject } from './tls/ssl-socket.ts';
export { SSLSession } from './tls/ssl-session.ts';
export {
  type ServerCertificateOptions,
  type WrapSocketOptions,
  getServerCertificate,
  ssl,
  ssl as wrapSsl,
  wrapSocket,
} from './tls/wrap-socket.ts';
export type { WrapOptions } from './tls/wrap-options.ts';
export type { Pem, TLSOptions } from './tls/tls-options.ts';
export type { TLSServerOptions } from './tls/server-side.ts';
export type { SessionStats } from './tls/context-settings.ts';
export type { CertificateChain, Password } from './tls/certificate-chain.ts';
export type { CertStoreStats } from './tls/trust-store.ts';
export { type DefaultVerifyPaths, type TrustOptions, getDefaultVerifyPaths } from './tls/trust.ts';
export type { Cipher, CipherInfo } from './tls/ciphers.ts';
export {
  type DistinguishedName,
  type PeerCertificate,
  derCertToPemCert,
  pemCertToDerCert,
} from './tls/certificate.ts';
export {
  SSLCertVerificationError,
  SSLCertVerificationError as CertificateError,
  SSLEOFError,
  SSLError,
  SSLError as sslerror,
  type SSLErrorDetails,
  SSLSyscallError,
  SSLWantReadError,
  SSLWantWriteError,
  SSLZeroReturnError,
} from './tls/errors.ts';
export {
  CERT_NONE,
  CERT_OPTIONAL,
  CERT_REQUIRED,
  CHANNEL_BINDING_TYPES,
  HAS_ALPN,
  HAS_ECDH,
  HAS_NEVER_CHECK_COMMON_NAME,
  HAS_NPN,
  HAS_SNI,
  HAS_SSLv2,
  HAS_SSLv3,
  HAS_TLSv1,
  HAS_TLSv1_1,
  HAS_TLSv1_2,
  HAS_TLSv1_3,
  OPENSSL_VERSION,
  OPENSSL_VERSION_INFO,
  OPENSSL_VERSION_NUMBER,
  OP_ALL,
  OP_CIPHER_SERVER_PREFERENCE,
  OP_LEGACY_SERVER_CONNECT,
  OP_NO_COMPRESSION,
  OP_NO_RENEGOTIATION,
  OP_NO_SSLv2,
  OP_NO_SSLv3,
  OP_NO_TICKET,
  OP_NO_TLSv1,
  OP_NO_TLSv1_1,
  OP_NO_TLSv1_2,
  OP_NO_TLSv1_3,
  OP_SINGLE_DH_USE,
  OP_SINGLE_ECDH_USE,
  PROTOCOL_TLS_CLIENT,
  PROTOCOL_TLS_SERVER,
  Purpose,
  SSL_ERROR_EOF,
  SSL_ERROR_SSL,
  SSL_ERROR_SYSCALL,
  SSL_ERROR_WANT_READ,
  SSL_ERROR_WANT_WRITE,
  SSL_ERROR_ZERO_RETURN,
  TLSVersion,
} from './tls/constants.ts';
export type { Protocol, VerifyMode } from './tls/constants.ts';
