/** Network interfaces and their numbers, and the name of this host. */
import { readFileSync, readdirSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { checkInteger, mismatch } from '../base/check.ts';
import { SocketError } from './errors.ts';

const FOLDER = '/sys/class/net';

/**
 * Number and name of each network interface, by number. Never parks. Where the system has no `/sys/class/net`, only
 * the interfaces with a link-local IPv6 address are known. Python: `socket.if_nameindex`.
 *
 * @throws {SocketError} `ENOTSUP`: this system does not tell
 * @example
 * ifNameIndex(); // [[1, 'lo'], [2, 'eth0']]
 */
export function ifNameIndex(): [index: number, name: string][] {
  const found = fromFolder() ?? fromAddresses();
  if (found.size === 0) {
    throw new SocketError('Cannot list the network interfaces: this system does not tell their numbers', {
      code: 'ENOTSUP',
      syscall: 'if_nameindex',
    });
  }
  return [...found]
    .map(([name, index]): [number, string] => [index, name])
    .sort(([one], [other]) => one - other);
}

/**
 * The number of a network interface. Never parks. Python: `socket.if_nametoindex`.
 *
 * @throws {SocketError} `ENODEV`: there is none of that name
 * @throws {TypeError} not a text
 */
export function ifNameToIndex(name: string): number {
  if (typeof name !== 'string')
    throw new TypeError(mismatch('ifNameToIndex(name)', 'the name of an interface', name));
  const index = findInterface(name);
  if (index !== undefined) return index;
  throw new SocketError(`Cannot find the network interface ${name}`, {
    code: 'ENODEV',
    syscall: 'if_nametoindex',
  });
}

/**
 * The name of the network interface with a number. Never parks. Python: `socket.if_indextoname`.
 *
 * @throws {SocketError} `ENXIO`: there is none of that number
 * @throws {TypeError | RangeError} not an integer of at least 0
 */
export function ifIndexToName(index: number): string {
  checkInteger(index, 'ifIndexToName(index)', 0);
  const name = findInterfaceName(index);
  if (name !== undefined) return name;
  throw new SocketError(`Cannot find a network interface with the number ${index}`, {
    code: 'ENXIO',
    syscall: 'if_indextoname',
  });
}

/** @internal The number of an interface, if there is one of that name. */
export function findInterface(name: string): number | undefined {
  return (fromFolder() ?? fromAddresses()).get(name);
}

/** @internal The name of an interface, if there is one of that number. */
export function findInterfaceName(index: number): string | undefined {
  for (const [name, number] of fromFolder() ?? fromAddresses()) if (number === index) return name;
  return undefined;
}

function fromFolder(): Map<string, number> | undefined {
  let names: string[];
  try {
    names = readdirSync(FOLDER);
  } catch {
    return undefined;
  }
  const found = new Map<string, number>();
  for (const name of names) {
    try {
      found.set(name, Number(readFileSync(`${FOLDER}/${name}/ifindex`, 'utf8')));
    } catch {
      // It went away meanwhile, or is no interface.
    }
  }
  return found;
}

function fromAddresses(): Map<string, number> {
  const found = new Map<string, number>();
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    for (const address of addresses) {
      if (address.family === 'IPv6' && address.scopeid > 0) found.set(name, address.scopeid);
    }
  }
  return found;
}

/** @internal Which families this host has an address of, beside loopback. */
export function usableFamilies(): { readonly four: boolean; readonly six: boolean } {
  const all = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
  const has = (family: string): boolean =>
    all.some((address) => !address.internal && address.family === family);
  return { four: has('IPv4'), six: has('IPv6') };
}

/** @internal True when `::1` can be reached. */
export function hasLoopback6(): boolean {
  return Object.values(networkInterfaces()).some((addresses = []) =>
    addresses.some(({ address }) => address === '::1'),
  );
}

/** The name of this host, as it knows itself. Never parks. Python: `socket.gethostname`. */
export function getHostName(): string {
  return hostname();
}
