/** From an address with a host name to those that the system takes, by the resolver of the hub. */
import { isIP } from 'node:net';
import { getAddrInfo } from '../dns/look-up.ts';
import type { Address } from '../inet/address.ts';
import { AF_INET6, AF_UNIX, SOCK_STREAM } from '../inet/constants.ts';

/** @internal The address with a numeric host of the family; parks while a name is looked up. */
export async function resolveAddress(
  address: Address,
  family: number,
  type: number,
  isPassive = false,
): Promise<Address> {
  if (family === AF_UNIX || typeof address === 'string' || isNumeric(address[0])) return address;
  const [host, port, ...rest] = address;
  if (host === '') return [anyHost(family === AF_INET6, isPassive), port, ...rest];
  if (host === '<broadcast>') return ['255.255.255.255', port];
  const [first] = await getAddrInfo(host, port, { family, type });
  return first?.[4] ?? address;
}

/** @internal Every address of a host that a stream can connect to; parks while it is looked up. */
export async function resolveAll(address: Address): Promise<readonly Address[]> {
  if (typeof address === 'string' || isNumeric(address[0])) return [address];
  const [host, port] = address;
  const found = await getAddrInfo(host === '' ? undefined : host, port, { type: SOCK_STREAM });
  return found.map(([, , , , sockaddr]) => sockaddr);
}

function isNumeric(host: string): boolean {
  return isIP(host.split('%')[0] as string) !== 0;
}

function anyHost(isV6: boolean, isPassive: boolean): string {
  if (isPassive) return isV6 ? '::' : '0.0.0.0';
  return isV6 ? '::1' : '127.0.0.1';
}
