/** What look-ups fail with: whatever Node reports, as one of the errors that Python has for it. */
import { nameErrorClass } from '../base/errors.ts';
import { GetAddrInfoError, HostError } from '../inet/errors.ts';
import { ADDR_INFO_CODES, HOST_CODES } from '../inet/resolve-codes.ts';

/** @internal A look-up that was ended, or never asked, by us. Has a code as Node's own errors have. */
export class LookUpFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
nameErrorClass(LookUpFailure, 'LookUpFailure', 'ECANCELLED');

/** What Node's errors of name look-ups carry. */
interface NodeFailure {
  readonly code?: unknown;
  readonly errno?: unknown;
}

/** libuv's number for "the name has no address", which Node calls ENOTFOUND like that for "no such name". */
const UV_EAI_NODATA = -3007;

/** The codes of c-ares, and those that Node makes of libuv's, as those of `getaddrinfo`. */
const BY_NODE: Readonly<Record<string, string>> = {
  ENOTFOUND: 'EAI_NONAME',
  ENONAME: 'EAI_NONAME',
  EBADNAME: 'EAI_NONAME',
  ENODATA: 'EAI_NODATA',
  ESERVFAIL: 'EAI_AGAIN',
  EREFUSED: 'EAI_AGAIN',
  ETIMEOUT: 'EAI_AGAIN',
  ECONNREFUSED: 'EAI_AGAIN',
  EOF: 'EAI_AGAIN',
  ENOMEM: 'EAI_MEMORY',
  ECANCELLED: 'EAI_CANCELED',
  EDESTRUCTION: 'EAI_CANCELED',
};

/** @internal The code of whatever Node reported. */
export function nodeCode(error: unknown): string {
  const { code } = (error ?? {}) as NodeFailure;
  return typeof code === 'string' ? code : '';
}

function addrInfoCode(error: unknown): string {
  const code = nodeCode(error);
  if (code === 'ENOTFOUND' && (error as NodeFailure).errno === UV_EAI_NODATA) return 'EAI_NODATA';
  return BY_NODE[code] ?? (code in ADDR_INFO_CODES ? code : 'EAI_FAIL');
}

/** @internal `code` is one of `EAI_...`; `detail` says what Node called it, where that says more. */
export function addrInfoError(
  code: string,
  what: string,
  detail?: string,
  cause?: unknown,
): GetAddrInfoError {
  const details = { code, syscall: 'getaddrinfo', address: what };
  const text = addrInfoText(code, what, detail);
  return new GetAddrInfoError(text, cause === undefined ? details : { ...details, cause });
}

/** @internal Why a name has no address. Errors of ours pass unchanged. */
export function toAddrInfoError(error: unknown, what: string): GetAddrInfoError {
  if (error instanceof GetAddrInfoError) return error;
  return addrInfoError(addrInfoCode(error), what, detailOf(error), error);
}

/** @internal The text of an error of this family. */
export function addrInfoText(code: string, what: string, detail?: string): string {
  const meaning = ADDR_INFO_CODES[code]?.[1] ?? 'unknown error';
  return `Cannot look up ${what}: ${meaning} (${code}${detail === undefined ? '' : `: ${detail}`})`;
}

/** @internal What lies behind the code, where that says more. */
export function detailOf(error: unknown): string | undefined {
  if (error instanceof LookUpFailure) return error.message;
  const code = nodeCode(error);
  return code === '' || code === 'ENOTFOUND' || code === addrInfoCode(error) ? undefined : code;
}

const HOST_CODE: Readonly<Record<string, string>> = {
  EAI_NONAME: 'HOST_NOT_FOUND',
  EAI_NODATA: 'NO_DATA',
  EAI_AGAIN: 'TRY_AGAIN',
};

/** @internal Why an address has no name. Errors of ours pass unchanged. */
export function toHostError(error: unknown, address: string): HostError {
  if (error instanceof HostError) return error;
  const code = HOST_CODE[addrInfoCode(error)] ?? 'NO_RECOVERY';
  return hostError(code, address, { cause: error, detail: detailOf(error) });
}

/** @internal `code` is one of `HOST_NOT_FOUND`, `TRY_AGAIN`, `NO_RECOVERY`, `NO_DATA`. */
export function hostError(
  code: string,
  address: string,
  { cause, detail }: { readonly cause?: unknown; readonly detail?: string | undefined } = {},
): HostError {
  const meaning = HOST_CODES[code]?.[1] ?? 'unknown error';
  const text = `Cannot find the name of ${address || 'nothing'}: ${meaning} (${code}${detail === undefined ? '' : `: ${detail}`})`;
  const details = { code, syscall: 'gethostbyaddr', address };
  return new HostError(text, cause === undefined ? details : { ...details, cause });
}
