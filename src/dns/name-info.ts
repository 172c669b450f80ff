/** The parts of `getnameinfo` that need no look-up. */
import { hostname } from 'node:os';
import { checkInteger, mismatch } from '../base/check.ts';
import { type InetAddress, checkAddress } from '../inet/address.ts';
import { NI_DGRAM, NI_NAMEREQD, NI_NOFQDN, NI_NUMERICHOST, NI_NUMERICSERV } from '../inet/constants.ts';
import { findServiceName } from '../inet/services.ts';
import { addrInfoError } from './failures.ts';
import { type Found, readNumeric } from './numeric-host.ts';

// Internationalised names are taken as they are.
const NI_IDN = 32;
const KNOWN_FLAGS = NI_NUMERICHOST | NI_NUMERICSERV | NI_NOFQDN | NI_NAMEREQD | NI_DGRAM | NI_IDN;

/** @internal */
export function checkNameInfo(address: unknown, flags: unknown): { address: InetAddress; flags: number } {
  const where = 'getNameInfo(address)';
  if (!Array.isArray(address)) throw new TypeError(mismatch(where, '[host, port]', address));
  checkAddress(address, where);
  return {
    address: address as unknown as InetAddress,
    flags: flags === undefined ? 0 : checkInteger(flags, 'getNameInfo(flags)', 0),
  };
}

/** @internal The address, its host in numbers, and its service by name. @throws {GetAddrInfoError} */
export function readNameInfo(address: InetAddress, flags: number): { found: Found; service: string } {
  if ((flags & ~KNOWN_FLAGS) !== 0) throw addrInfoError('EAI_BADFLAGS', `flags ${flags}`);
  const [host, port, , scopeId = 0] = address;
  const found = readNumeric(host);
  if (found === undefined)
    throw addrInfoError('EAI_NONAME', `${host || 'a host without a name'}, which is no address`);
  const name =
    (flags & NI_NUMERICSERV) === 0
      ? findServiceName(port, (flags & NI_DGRAM) === 0 ? 'tcp' : 'udp')
      : undefined;
  return { found: scopeId === 0 ? found : { ...found, scopeId }, service: name ?? String(port) };
}

/** @internal The name of a host, without the domain if that is this host's own and NI_NOFQDN says so. */
export function shortName(name: string, flags: number): string {
  if ((flags & NI_NOFQDN) === 0) return name;
  const [, ...domain] = hostname().split('.');
  const end = `.${domain.join('.')}`;
  return domain.length > 0 && name.endsWith(end) ? name.slice(0, -end.length) : name;
}
