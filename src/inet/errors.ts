/**
 * The errors of the network: one family under {@link SocketError}, as Python's `socket.error` is one.
 *
 *   SocketError ─┬─ SocketTimeout        `socket.timeout`, "timed out"
 *                ├─ GetAddrInfoError     `socket.gaierror`: a name, or a service, that is not found
 *                └─ HostError            `socket.herror`: an address without a name
 *
 * What Node reports is turned into one of these where it enters the library, with the original as its `cause`.
 */
import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { nameErrorClass } from '../base/errors.ts';
import { ADDR_INFO_CODES, HOST_CODES } from './resolve-codes.ts';

/** What is known of the operation that failed. */
export interface SocketErrorDetails extends ErrorOptions {
  /** The name of the error: `'ECONNRESET'`. */
  readonly code?: string | undefined;
  /** What was tried: `'connect'`, `'read'`, `'sendto'`. */
  readonly syscall?: string | undefined;
  /** With whom. */
  readonly address?: string | undefined;
  readonly port?: number | undefined;
}

const NUMBERS: Readonly<Record<string, number>> = constants.errno;

/** An operation on a socket failed. gevent: `socket.error`. */
export class SocketError extends Error {
  /** The name of the error, such as `'ECONNRESET'`; tells errors apart. */
  readonly code: string;
  /** Its number on this system (positive, as in Python), where it has one. */
  readonly errno: number | undefined;
  /** What was tried, such as `'connect'` or `'read'`. */
  readonly syscall: string | undefined;
  /** The address it was tried with, where there is one. */
  declare readonly address?: string;
  declare readonly port?: number;

  constructor(message: string, details: SocketErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = details.code ?? 'GEVENT_SOCKET';
    this.errno = NUMBERS[this.code];
    this.syscall = details.syscall;
    if (details.address !== undefined) this.address = details.address;
    if (details.port !== undefined) this.port = details.port;
  }
}
nameErrorClass(SocketError, 'SocketError', 'GEVENT_SOCKET');

/** An operation on a socket took longer than its timeout. Python: `socket.timeout`. */
export class SocketTimeout extends SocketError {
  constructor(message = 'timed out', details: SocketErrorDetails = {}) {
    super(message, { code: 'ETIMEDOUT', ...details });
  }
}
nameErrorClass(SocketTimeout, 'timeout', 'ETIMEDOUT');

/** A host name or a service could not be resolved; `code` is one of `EAI_...`. Python: `socket.gaierror`. */
export class GetAddrInfoError extends SocketError {
  /** The number of the code: negative, -2 for `'EAI_NONAME'`. */
  override readonly errno: number | undefined;

  constructor(message: string, details: SocketErrorDetails = {}) {
    super(message, { code: 'EAI_FAIL', ...details });
    this.errno = ADDR_INFO_CODES[this.code]?.[0];
  }
}
nameErrorClass(GetAddrInfoError, 'gaierror', 'EAI_FAIL');

/** An address has no host name. Python: `socket.herror`. */
export class HostError extends SocketError {
  /** The number of the code: 1 for `'HOST_NOT_FOUND'`. */
  override readonly errno: number | undefined;

  constructor(message: string, details: SocketErrorDetails = {}) {
    super(message, { code: 'HOST_NOT_FOUND', ...details });
    this.errno = HOST_CODES[this.code]?.[0];
  }
}
nameErrorClass(HostError, 'herror', 'HOST_NOT_FOUND');

/** What Node's errors of sockets, pipes and name look-ups carry. */
interface SystemError extends Error {
  readonly code?: string;
  readonly errno?: number;
  readonly syscall?: string;
  readonly address?: string;
  readonly port?: number;
}

let descriptions: ReadonlyMap<string, string> | undefined;

/** What an error's name means: "connection reset by peer". */
function describeCode(code: string): string | undefined {
  descriptions ??= new Map([...getSystemErrorMap().values()] as [string, string][]);
  return descriptions.get(code);
}

/** @internal An error of the network with the text of its code. */
export function systemError(code: string, syscall: string, details: SocketErrorDetails = {}): SocketError {
  const meaning = describeCode(code);
  return new SocketError(`Cannot ${syscall}: ${meaning === undefined ? code : `${meaning} (${code})`}`, {
    ...details,
    code,
    syscall,
  });
}

/** @internal Whatever Node reported, as an error of ours. Errors of ours pass unchanged. */
export function toSocketError(error: unknown, syscall: string): SocketError {
  if (error instanceof SocketError) return error;
  if (!(error instanceof Error))
    return new SocketError(`Cannot ${syscall}: ${String(error)}`, { syscall, cause: error });
  const { code, address, port, syscall: tried = syscall } = error as SystemError;
  const details = { code, syscall: tried, address, port, cause: error };
  if (code === undefined || describeCode(code) === undefined)
    return new SocketError(`Cannot ${tried}: ${error.message}`, details);
  const where = address === undefined ? '' : ` ${address}${port === undefined ? '' : `:${port}`}`;
  return new SocketError(`Cannot ${tried}${where}: ${describeCode(code)} (${code})`, details);
}
