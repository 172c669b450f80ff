/** Names and addresses of hosts, as Python's socket module looks them up, by the resolver of the hub. */
import { isInterrupt } from '../base/errors.ts';
import type { InetAddress } from '../inet/address.ts';
import { SocketError } from '../inet/errors.ts';
import { getHostName } from '../inet/interfaces.ts';
import { type AddrInfo, type AddrInfoHints, checkHost } from './addr-info.ts';
import { getResolver } from './current-resolver.ts';
import type { HostTriple } from './host-entry.ts';

/**
 * Every way to reach a host: for each of its addresses, and each kind of socket, what to make a socket with and what
 * to connect it to. Parks while the name is looked up; an address needs no look-up. gevent: `socket.getaddrinfo`.
 *
 * @param host a name or an address; undefined: this host, or every address of it with AI_PASSIVE
 * @param port a port, the name of a service such as `'http'`, or undefined for 0
 * @param hints `AF_INET` or `AF_INET6`, and then `type`, `proto` and `flags` one by one; or all four in an object
 * @throws {GetAddrInfoError} no such host, service or combination; its `code` says which: `'EAI_NONAME'`, ...
 * @throws {TypeError | RangeError} not a host, not a port, not integers
 * @example
 * const ways = await getAddrInfo('localhost', 80, { type: SOCK_STREAM });
 * // [[10, 1, 6, '', ['::1', 80, 0, 0]], [2, 1, 6, '', ['127.0.0.1', 80]]]
 */
export function getAddrInfo(
  host: string | undefined,
  port: number | string | undefined,
  hints?: number | AddrInfoHints,
  type?: number,
  proto?: number,
  flags?: number,
): Promise<AddrInfo[]> {
  return getResolver().getAddrInfo(host, port, hints, type, proto, flags);
}

/**
 * The first IPv4 address of a host. An address is answered as it is, `''` by `'0.0.0.0'`. Parks while the name is
 * looked up. gevent: `socket.gethostbyname`.
 *
 * @throws {GetAddrInfoError} the host has no IPv4 address
 * @throws {TypeError} not a name
 * @example
 * const address = await getHostByName('localhost'); // '127.0.0.1'
 */
export function getHostByName(host: string): Promise<string> {
  return getResolver().getHostByName(host);
}

/**
 * `[hostname, aliases, addresses]` of a host: its official name, its other names, and all its IPv4 addresses. Parks
 * while the name is looked up. gevent: `socket.gethostbyname_ex`.
 *
 * @throws {GetAddrInfoError} the host has no IPv4 address
 * @throws {TypeError} not a name
 */
export function getHostByNameEx(host: string): Promise<HostTriple> {
  return getResolver().getHostByNameEx(host);
}

/**
 * `[hostname, aliases, addresses]` of the host that has an address, which may be given by name. Parks while it is
 * looked up. gevent: `socket.gethostbyaddr`.
 *
 * @throws {HostError} the address has no name
 * @throws {GetAddrInfoError} a name was given, and it has no address
 * @throws {TypeError} not an address
 */
export function getHostByAddr(address: string): Promise<HostTriple> {
  return getResolver().getHostByAddr(address);
}

/**
 * `[host, service]` of an address, both by name where they have one. Parks while the name is looked up.
 * gevent: `socket.getnameinfo`.
 *
 * @param address `[host, port]`, the host in numbers
 * @param flags `NI_...` flags, added up
 * @throws {GetAddrInfoError} the host is a name, or has none and NI_NAMEREQD was given
 * @throws {TypeError | RangeError} not an address, not flags
 * @example
 * await getNameInfo(['127.0.0.1', 80]); // ['localhost', 'http']
 */
export function getNameInfo(address: InetAddress, flags?: number): Promise<[host: string, service: string]> {
  return getResolver().getNameInfo(address, flags);
}

/**
 * The full name of a host: the first of its names with a dot in it, or the name as it was given when it is not known.
 * Without a name, that of this host. Parks while it is looked up. gevent: `socket.getfqdn`.
 *
 * @throws {TypeError} not a name
 */
export function getFqdn(name = ''): Promise<string> {
  checkHost(name, 'getFqdn(name)');
  return fullName(name.trim());
}

async function fullName(given: string): Promise<string> {
  const name = given === '' || given === '0.0.0.0' || given === '::' ? getHostName() : given;
  try {
    const [hostname, aliases] = await getHostByAddr(name);
    return [hostname, ...aliases].find((one) => one.includes('.')) ?? hostname;
  } catch (error) {
    if (isInterrupt(error) || !(error instanceof SocketError)) throw error;
    return name;
  }
}
