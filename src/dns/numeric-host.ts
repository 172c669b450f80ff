/** Hosts that are addresses: they need no look-up. */
import { AF_INET, AF_INET6 } from '../inet/constants.ts';
import { findInterface, findInterfaceName } from '../inet/interfaces.ts';
import { formatIPv4, formatIPv6, mappedIPv4, parseIPv6, parseLooseIPv4 } from '../inet/ip-text.ts';
import { addrInfoError } from './failures.ts';

/** @internal An address, and for IPv6 the number of the interface it belongs to. */
export interface Found {
  readonly family: number;
  readonly host: string;
  readonly scopeId: number;
}

/** @internal What stands in the place of a name, if it is an address. */
export function readNumeric(host: string): Found | undefined {
  const four = parseLooseIPv4(host);
  if (four !== undefined) return { family: AF_INET, host: formatIPv4(four), scopeId: 0 };
  const [address, zone] = host.split('%', 2) as [string, string | undefined];
  const six = parseIPv6(address);
  if (six === undefined) return undefined;
  const scopeId = zone === undefined ? 0 : readZone(zone, six);
  if (scopeId === undefined) throw addrInfoError('EAI_NONAME', host);
  return { family: AF_INET6, host: formatIPv6(six), scopeId };
}

/** The names of interfaces mean something to link-local addresses alone; numbers to all. */
function readZone(zone: string, six: Uint8Array): number | undefined {
  const byName = isLinkLocal(six) ? findInterface(zone) : undefined;
  if (byName !== undefined) return byName;
  return /^\d{1,9}$/.test(zone) ? Number(zone) : undefined;
}

/** fe80::/10, and multicast on the link. */
function isLinkLocal(six: Uint8Array): boolean {
  const [first = 0, second = 0] = six;
  return (first === 0xfe && (second & 0xc0) === 0x80) || (first === 0xff && (second & 0x0f) === 2);
}

/** @internal The IPv4 address in an IPv6 one of the form `::ffff:a.b.c.d`. */
export function unmapped(found: Found): Found | undefined {
  const six = found.family === AF_INET6 ? parseIPv6(found.host) : undefined;
  const four = six === undefined ? undefined : mappedIPv4(six);
  return four === undefined ? undefined : { family: AF_INET, host: formatIPv4(four), scopeId: 0 };
}

/** @internal An IPv4 address as an IPv6 one. */
export function mapped({ host }: Found): Found {
  return { family: AF_INET6, host: `::ffff:${host}`, scopeId: 0 };
}

/** @internal The address as text, with its interface. */
export function withZone({ family, host, scopeId }: Found): string {
  if (family !== AF_INET6 || scopeId === 0) return host;
  const six = parseIPv6(host);
  const name = six !== undefined && isLinkLocal(six) ? findInterfaceName(scopeId) : undefined;
  return `${host}%${name ?? scopeId}`;
}
