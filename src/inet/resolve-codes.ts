/** What name look-ups fail with: the names, their numbers, and what they mean. */
import * as constants from './constants.ts';

type Meaning = readonly [number: number, text: string];

/** @internal The codes of `getaddrinfo` and `getnameinfo`. */
export const ADDR_INFO_CODES: Readonly<Record<string, Meaning>> = {
  EAI_BADFLAGS: [constants.EAI_BADFLAGS, 'bad value for flags'],
  EAI_NONAME: [constants.EAI_NONAME, 'name or service not known'],
  EAI_AGAIN: [constants.EAI_AGAIN, 'temporary failure in name resolution'],
  EAI_FAIL: [constants.EAI_FAIL, 'non-recoverable failure in name resolution'],
  EAI_NODATA: [constants.EAI_NODATA, 'no address associated with the name'],
  EAI_FAMILY: [constants.EAI_FAMILY, 'address family not supported'],
  EAI_SOCKTYPE: [constants.EAI_SOCKTYPE, 'socket type not supported'],
  EAI_SERVICE: [constants.EAI_SERVICE, 'service not supported for this socket type'],
  EAI_ADDRFAMILY: [constants.EAI_ADDRFAMILY, 'the host has no address of this family'],
  EAI_MEMORY: [constants.EAI_MEMORY, 'out of memory'],
  EAI_SYSTEM: [constants.EAI_SYSTEM, 'error of the operating system'],
  EAI_OVERFLOW: [constants.EAI_OVERFLOW, 'the result is too long'],
  EAI_CANCELED: [-101, 'the look-up was cancelled'],
};

/** @internal The codes of look-ups from an address to a name. */
export const HOST_CODES: Readonly<Record<string, Meaning>> = {
  HOST_NOT_FOUND: [1, 'unknown host'],
  TRY_AGAIN: [2, 'temporary failure, try again'],
  NO_RECOVERY: [3, 'unknown server error'],
  NO_DATA: [4, 'the host is known and has no name'],
};
