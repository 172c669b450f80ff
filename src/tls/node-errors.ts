/** From what Node reports of TLS to errors of ours. */
import { SocketError, toSocketError } from '../inet/errors.ts';
import { SSLCertVerificationError, SSLEOFError, SSLError } from './errors.ts';

/** What Node's errors of TLS carry. */
interface NodeError extends Error {
  readonly code?: string;
  /** Of OpenSSL: the part that failed, as in `'SSL routines'`. */
  readonly library?: string;
  /** Of OpenSSL: the reason in words. Of Node's check of the host name: what did not fit. */
  readonly reason?: string;
  /** The host that a certificate is not for. */
  readonly host?: string;
}

/** The reasons why a certificate is refused: Node's name, OpenSSL's number and words. */
const VERIFY_REASONS: Readonly<Record<string, readonly [code: number, message: string]>> = {
  UNABLE_TO_GET_ISSUER_CERT: [2, 'unable to get issuer certificate'],
  UNABLE_TO_GET_CRL: [3, 'unable to get certificate CRL'],
  UNABLE_TO_DECRYPT_CERT_SIGNATURE: [4, "unable to decrypt certificate's signature"],
  UNABLE_TO_DECRYPT_CRL_SIGNATURE: [5, "unable to decrypt CRL's signature"],
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: [6, 'unable to decode issuer public key'],
  CERT_SIGNATURE_FAILURE: [7, 'certificate signature failure'],
  CRL_SIGNATURE_FAILURE: [8, 'CRL signature failure'],
  CERT_NOT_YET_VALID: [9, 'certificate is not yet valid'],
  CERT_HAS_EXPIRED: [10, 'certificate has expired'],
  CRL_NOT_YET_VALID: [11, 'CRL is not yet valid'],
  CRL_HAS_EXPIRED: [12, 'CRL has expired'],
  ERROR_IN_CERT_NOT_BEFORE_FIELD: [13, "format error in certificate's notBefore field"],
  ERROR_IN_CERT_NOT_AFTER_FIELD: [14, "format error in certificate's notAfter field"],
  ERROR_IN_CRL_LAST_UPDATE_FIELD: [15, "format error in CRL's lastUpdate field"],
  ERROR_IN_CRL_NEXT_UPDATE_FIELD: [16, "format error in CRL's nextUpdate field"],
  OUT_OF_MEM: [17, 'out of memory'],
  DEPTH_ZERO_SELF_SIGNED_CERT: [18, 'self-signed certificate'],
  SELF_SIGNED_CERT_IN_CHAIN: [19, 'self-signed certificate in certificate chain'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [20, 'unable to get local issuer certificate'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [21, 'unable to verify the first certificate'],
  CERT_CHAIN_TOO_LONG: [22, 'certificate chain too long'],
  CERT_REVOKED: [23, 'certificate revoked'],
  INVALID_CA: [24, 'invalid CA certificate'],
  PATH_LENGTH_EXCEEDED: [25, 'path length constraint exceeded'],
  INVALID_PURPOSE: [26, 'unsuitable certificate purpose'],
  CERT_UNTRUSTED: [27, 'certificate not trusted'],
  CERT_REJECTED: [28, 'certificate rejected'],
  HOSTNAME_MISMATCH: [62, 'hostname mismatch'],
};

const ALTNAME_INVALID = 'ERR_TLS_CERT_ALTNAME_INVALID';
const HOSTNAME_MISMATCH = 62;
const IP_ADDRESS_MISMATCH = 64;

/** The libraries of OpenSSL whose own name does not begin with what they are called in errors. */
const LIBRARIES: Readonly<Record<string, string>> = {
  'digital envelope routines': 'EVP',
  'elliptic curve routines': 'EC',
  'Diffie-Hellman routines': 'DH',
};

/** @internal Whatever Node reported of a TLS connection, as an error of ours. Errors of ours pass unchanged. */
export function toTLSError(error: unknown, syscall: string): SocketError {
  if (error instanceof SocketError || !(error instanceof Error)) return toSocketError(error, syscall);
  const { code } = error as NodeError;
  if (code === undefined) return toSocketError(error, syscall);
  if (code === ALTNAME_INVALID || code in VERIFY_REASONS) return verificationError(error);
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT' || code === 'ERR_STREAM_PREMATURE_CLOSE') return endedEarly(error);
  if (isOfOpenSSL(error)) return openSSLError(error);
  return code.startsWith('ERR_TLS')
    ? new SSLError(error.message, { code, library: 'SSL', cause: error })
    : toSocketError(error, syscall);
}

/** @internal The connection ended before the handshake was over. */
export function endedEarly(cause?: unknown): SSLEOFError {
  return new SSLEOFError('EOF occurred in violation of protocol', { cause });
}

/** @internal Why a certificate was refused. */
export function verificationError(cause: Error): SSLCertVerificationError {
  const { code = '', host } = cause as NodeError;
  const details = { code, cause };
  if (code === ALTNAME_INVALID) {
    const isAddress = /^[\d.]+$|:/.test(host ?? '');
    return new SSLCertVerificationError(
      `${isAddress ? 'IP address' : 'Hostname'} mismatch, certificate is not valid for '${host ?? ''}'`,
      isAddress ? IP_ADDRESS_MISMATCH : HOSTNAME_MISMATCH,
      details,
    );
  }
  const [number, message] = VERIFY_REASONS[code] ?? [1, cause.message];
  return new SSLCertVerificationError(message, number, details);
}

function isOfOpenSSL(error: NodeError): boolean {
  return (
    /^ERR_(OSSL|SSL)_/.test(error.code ?? '') || (error.library !== undefined && error.reason !== undefined)
  );
}

function openSSLError(cause: NodeError): SSLError {
  const { code = '', library: name = 'SSL routines', reason: words = cause.message } = cause;
  const library = LIBRARIES[name] ?? (name.split(' ')[0] as string).toUpperCase();
  const reason = words
    .toUpperCase()
    .replaceAll(/[^A-Z0-9/]+/g, '_')
    // Newer versions of OpenSSL name the alerts of SSL 3 and of TLS in one.
    .replace(/^SSL\/TLS_ALERT_/, 'SSLV3_ALERT_');
  if (reason === 'UNEXPECTED_EOF_WHILE_READING') return endedEarly(cause);
  return new SSLError(words, { reason, library, code: codeOf(code, library, reason), cause });
}

/** Node's code, or the one that it has in other versions of Node. */
function codeOf(code: string, library: string, reason: string): string {
  const prefix = code.startsWith('ERR_OSSL_') && library !== 'SSL' ? `ERR_OSSL_${library}` : 'ERR_SSL';
  return code === '' || code.includes('/') ? `${prefix}_${reason}` : code;
}
