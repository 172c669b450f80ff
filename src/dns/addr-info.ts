/** The parts of `getaddrinfo` that need no look-up: what was asked for, and how the answer is put together. */
import { checkInteger, checkOptions, mismatch } from '../base/check.ts';
import { checkPort, type InetAddress } from '../inet/address.ts';
import * as constants from '../inet/constants.ts';
import { hasLoopback6, usableFamilies } from '../inet/interfaces.ts';
import { type Endpoint, endpointsOf } from './addr-info-kinds.ts';
import { addrInfoError } from './failures.ts';
import { isSix } from './host-entry.ts';
import { type Found, mapped, readNumeric, unmapped } from './numeric-host.ts';

const { AF_INET, AF_INET6, AF_UNSPEC } = constants;
const { AI_ADDRCONFIG, AI_ALL, AI_CANONNAME, AI_NUMERICHOST, AI_NUMERICSERV, AI_PASSIVE, AI_V4MAPPED } =
  constants;
// The flags of internationalised names are taken, and change nothing: such names are always encoded.
const AI_IDN = 0x40 | 0x80 | 0x100 | 0x200;
const KNOWN_FLAGS =
  AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG | AI_NUMERICSERV | AI_IDN;

/** One way to reach a host: what to make a socket with, its official name (or ''), and what to connect it to. */
export type AddrInfo = readonly [
  family: number,
  type: number,
  proto: number,
  canonName: string,
  address: InetAddress,
];

/** What `getAddrInfo` is to answer; 0 is anything. */
export interface AddrInfoHints {
  /** `AF_INET` or `AF_INET6`. */
  readonly family?: number | undefined;
  /** `SOCK_STREAM`, `SOCK_DGRAM` or `SOCK_RAW`. */
  readonly type?: number | undefined;
  /** `IPPROTO_TCP` or `IPPROTO_UDP`. */
  readonly proto?: number | undefined;
  /** `AI_...` flags, added up. */
  readonly flags?: number | undefined;
}

/** @internal The question, its arguments checked. */
export interface AddrInfoQuestion {
  readonly host: string | undefined;
  readonly port: number | string | undefined;
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  readonly flags: number;
}

/** @internal The name of a host. */
export function checkHost(value: unknown, name: string): asserts value is string {
  if (typeof value !== 'string') throw new TypeError(mismatch(name, 'a host name or address', value));
  if (value.includes('\0')) throw new TypeError(mismatch(name, 'a host without NUL characters', value));
}

/** @internal Checks the arguments of `getAddrInfo`, in either of its two forms. */
export function checkAddrInfo(
  host: unknown,
  port: unknown,
  hints: unknown,
  further: { readonly type: unknown; readonly proto: unknown; readonly flags: unknown },
): AddrInfoQuestion {
  if (host !== undefined) checkHost(host, 'getAddrInfo(host)');
  if (port !== undefined && typeof port !== 'string') {
    if (typeof port !== 'number')
      throw new TypeError(mismatch('getAddrInfo(port)', 'a port number or the name of a service', port));
    checkPort(port, 'getAddrInfo(port)');
  }
  const isFamily = hints === undefined || typeof hints === 'number';
  if (!isFamily) checkOptions(hints, 'getAddrInfo(hints)');
  const { family, type, proto, flags } = isFamily ? { family: hints, ...further } : (hints as AddrInfoHints);
  const integer = (value: unknown, name: string): number =>
    value === undefined
      ? 0
      : checkInteger(value, isFamily ? `getAddrInfo(${name})` : `getAddrInfo({ ${name} })`, 0);
  return {
    host,
    port,
    family: integer(family, 'family'),
    type: integer(type, 'type'),
    proto: integer(proto, 'proto'),
    flags: integer(flags, 'flags'),
  };
}

/** @internal What is left to do after what needs no look-up. */
export interface AddrInfoRequest {
  /** The name to look up; undefined when `found` is the answer. */
  readonly host: string | undefined;
  /** Of which family: 0, 4 or 6. */
  readonly family: 0 | 4 | 6;
  readonly found: readonly Found[];
  readonly canonName: string;
  readonly endpoints: readonly Endpoint[];
  readonly flags: number;
}

/** @internal @throws {GetAddrInfoError} what was asked for cannot be */
export function prepare(question: AddrInfoQuestion): AddrInfoRequest {
  const { flags } = question;
  const host = question.host === '*' ? undefined : question.host;
  const port = question.port === '*' || question.port === '' ? undefined : question.port;
  if (host === undefined && port === undefined)
    throw addrInfoError('EAI_NONAME', 'neither a host nor a port');
  const isKnown = (flags & ~KNOWN_FLAGS) === 0 && (host !== undefined || (flags & AI_CANONNAME) === 0);
  if (!isKnown) throw addrInfoError('EAI_BADFLAGS', `flags ${flags}`);
  const family = familyFor(question.family, flags);
  const endpoints = endpointsOf(port, question, (flags & AI_NUMERICSERV) !== 0);
  const found = host === undefined ? ownAddresses(family, flags) : numericAddress(host, family, flags);
  if (found === undefined && (host === '' || (flags & AI_NUMERICHOST) !== 0)) {
    throw addrInfoError('EAI_NONAME', host === '' ? 'a host without a name' : String(host));
  }
  const isMapping = family === AF_INET6 && (flags & AI_V4MAPPED) !== 0;
  return {
    host: found === undefined ? host : undefined,
    family: family === AF_UNSPEC || isMapping ? 0 : family === AF_INET ? 4 : 6,
    found: found ?? [],
    canonName: (flags & AI_CANONNAME) === 0 ? '' : (host ?? ''),
    endpoints,
    flags: isMapping ? flags : flags & ~AI_V4MAPPED,
  };
}

/** The family asked for, narrowed to what this host has addresses of where AI_ADDRCONFIG says so. */
function familyFor(family: number, flags: number): number {
  if (family !== AF_UNSPEC && family !== AF_INET && family !== AF_INET6) {
    throw addrInfoError('EAI_FAMILY', `address family ${family}`);
  }
  if ((flags & AI_ADDRCONFIG) === 0) return family;
  const { four, six } = usableFamilies();
  if (four === six) return family;
  const usable = four ? AF_INET : AF_INET6;
  if (family !== AF_UNSPEC && family !== usable)
    throw addrInfoError('EAI_NONAME', `address family ${family}`);
  return usable;
}

/** What no host stands for: this one, or with AI_PASSIVE every address of it. */
function ownAddresses(family: number, flags: number): readonly Found[] {
  const isPassive = (flags & AI_PASSIVE) !== 0;
  const four = { family: AF_INET, host: isPassive ? '0.0.0.0' : '127.0.0.1', scopeId: 0 };
  const six = { family: AF_INET6, host: isPassive ? '::' : '::1', scopeId: 0 };
  if (family !== AF_UNSPEC) return [family === AF_INET ? four : six];
  return isPassive || !hasLoopback6() ? [four, six] : [six, four];
}

function numericAddress(host: string, family: number, flags: number): readonly Found[] | undefined {
  const found = readNumeric(host);
  if (found === undefined || family === AF_UNSPEC || family === found.family) return found && [found];
  const other =
    family === AF_INET ? unmapped(found) : (flags & AI_V4MAPPED) === 0 ? undefined : mapped(found);
  if (other === undefined) throw addrInfoError('EAI_ADDRFAMILY', host);
  return [other];
}

/** @internal The addresses that a look-up found, as they are to be answered. */
export function toFound(addresses: readonly string[], flags: number): readonly Found[] {
  const all = addresses.map((host) => ({ family: isSix(host) ? AF_INET6 : AF_INET, host, scopeId: 0 }));
  if ((flags & AI_V4MAPPED) === 0) return all;
  const six = all.filter(({ family }) => family === AF_INET6);
  if (six.length > 0 && (flags & AI_ALL) === 0) return six;
  return [...six, ...all.filter(({ family }) => family === AF_INET).map(mapped)];
}

/** @internal Each address with each kind of socket; the official name stands in the first alone. */
export function combine(
  found: readonly Found[],
  endpoints: readonly Endpoint[],
  canonName: string,
): AddrInfo[] {
  const results: AddrInfo[] = [];
  for (const { family, host, scopeId } of found) {
    for (const { type, proto, port } of endpoints) {
      const address: InetAddress = family === AF_INET6 ? [host, port, 0, scopeId] : [host, port];
      results.push([family, type, proto, results.length === 0 ? canonName : '', address]);
    }
  }
  return results;
}
