/**
 * The errors of TLS, which are errors of sockets too:
 *
 *   SocketError ── SSLError ─┬─ SSLCertVerificationError   the other side's certificate was refused
 *                            ├─ SSLEOFError                the connection ended without the end of TLS
 *                            ├─ SSLZeroReturnError         TLS was ended, and the connection goes on
 *                            ├─ SSLWantReadError           without waiting, there is nothing to read
 *                            ├─ SSLWantWriteError          without waiting, nothing can be written
 *                            └─ SSLSyscallError            the connection failed below TLS
 */
import { nameErrorClass } from '../base/errors.ts';
import { SocketError, type SocketErrorDetails } from '../inet/errors.ts';
import {
  SSL_ERROR_EOF,
  SSL_ERROR_SSL,
  SSL_ERROR_SYSCALL,
  SSL_ERROR_WANT_READ,
  SSL_ERROR_WANT_WRITE,
  SSL_ERROR_ZERO_RETURN,
} from './constants.ts';

/** What is known of a failure of TLS. */
export interface SSLErrorDetails extends SocketErrorDetails {
  /** OpenSSL's name of the reason: `'WRONG_VERSION_NUMBER'`. */
  readonly reason?: string | undefined;
  /** The part of OpenSSL that failed: `'SSL'`, `'X509'`, `'PEM'`. */
  readonly library?: string | undefined;
}

/** TLS failed. `reason` tells what for. Python: `ssl.SSLError`. */
export class SSLError extends SocketError {
  /** The kind of the failure, one of `SSL_ERROR_...`. */
  override readonly errno: number | undefined;
  /** OpenSSL's name of the reason, such as `'WRONG_VERSION_NUMBER'`. */
  readonly reason: string | undefined;
  /** The part of OpenSSL that failed, such as `'SSL'` or `'X509'`. */
  readonly library: string | undefined;

  constructor(message: string, details: SSLErrorDetails = {}) {
    const { reason, library = reason === undefined ? undefined : 'SSL', code } = details;
    super(reason === undefined ? message : `[${library}: ${reason}] ${message}`, {
      ...details,
      code: code ?? (reason === undefined ? 'ERR_SSL' : `ERR_SSL_${reason}`),
    });
    this.errno = SSL_ERROR_SSL;
    this.reason = reason;
    this.library = library;
  }
}
nameErrorClass(SSLError, 'SSLError', 'ERR_SSL');

/** The other side's certificate was not accepted. Python: `ssl.SSLCertVerificationError`. */
export class SSLCertVerificationError extends SSLError {
  /** OpenSSL's number of the reason: 10 for a certificate that has expired, 62 for another host's. */
  readonly verifyCode: number;
  /** The reason in words. */
  readonly verifyMessage: string;

  constructor(verifyMessage: string, verifyCode: number, details: SSLErrorDetails = {}) {
    super(`certificate verify failed: ${verifyMessage}`, { reason: 'CERTIFICATE_VERIFY_FAILED', ...details });
    this.verifyCode = verifyCode;
    this.verifyMessage = verifyMessage;
  }
}
nameErrorClass(SSLCertVerificationError, 'SSLCertVerificationError', 'ERR_SSL_CERTIFICATE_VERIFY_FAILED');

/** The connection ended where TLS had not: what came may have been cut off. Python: `ssl.SSLEOFError`. */
export class SSLEOFError extends SSLError {
  override readonly errno: number;

  constructor(message = 'EOF occurred in violation of protocol', details: SSLErrorDetails = {}) {
    super(message, { reason: 'UNEXPECTED_EOF_WHILE_READING', ...details });
    this.errno = SSL_ERROR_EOF;
  }
}
nameErrorClass(SSLEOFError, 'SSLEOFError', 'ERR_SSL_UNEXPECTED_EOF_WHILE_READING');

/** TLS has been ended in an orderly way, the connection has not. Python: `ssl.SSLZeroReturnError`. */
export class SSLZeroReturnError extends SSLError {
  override readonly errno: number;

  constructor(message = 'TLS/SSL connection has been closed (EOF)', details: SSLErrorDetails = {}) {
    super(message, { code: 'ERR_SSL_ZERO_RETURN', ...details });
    this.errno = SSL_ERROR_ZERO_RETURN;
  }
}
nameErrorClass(SSLZeroReturnError, 'SSLZeroReturnError', 'ERR_SSL_ZERO_RETURN');

/** A call that may not wait needs bytes that have not come yet. Python: `ssl.SSLWantReadError`. */
export class SSLWantReadError extends SSLError {
  override readonly errno: number;

  constructor(message = 'The operation did not complete (read)', details: SSLErrorDetails = {}) {
    super(message, { code: 'EAGAIN', ...details });
    this.errno = SSL_ERROR_WANT_READ;
  }
}
nameErrorClass(SSLWantReadError, 'SSLWantReadError', 'EAGAIN');

/** A call that may not wait has bytes that the kernel does not take yet. Python: `ssl.SSLWantWriteError`. */
export class SSLWantWriteError extends SSLError {
  override readonly errno: number;

  constructor(message = 'The operation did not complete (write)', details: SSLErrorDetails = {}) {
    super(message, { code: 'EAGAIN', ...details });
    this.errno = SSL_ERROR_WANT_WRITE;
  }
}
nameErrorClass(SSLWantWriteError, 'SSLWantWriteError', 'EAGAIN');

/** The connection below TLS failed while TLS was at work. Python: `ssl.SSLSyscallError`. */
export class SSLSyscallError extends SSLError {
  override readonly errno: number;

  constructor(message: string, details: SSLErrorDetails = {}) {
    super(message, { code: 'ERR_SSL_SYSCALL', ...details });
    this.errno = SSL_ERROR_SYSCALL;
  }
}
nameErrorClass(SSLSyscallError, 'SSLSyscallError', 'ERR_SSL_SYSCALL');
