/** From an address with a host name to one that the system takes. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { interruptible } from '../core/interruptible.ts';
import type { Address } from '../inet/address.ts';
import { AF_INET6, AF_UNIX } from '../inet/constants.ts';

/** @internal The address with a numeric host of the family; parks while a name is looked up. */
export async function resolveAddress(
  address: Address,
  family: number,
  _type: number,
  isPassive = false,
): Promise<Address> {
  if (family === AF_UNIX || typeof address === 'string') return address;
  const [host, port, ...rest] = address;
  if (isIP(host.split('%')[0] as string) !== 0) return address;
  const isV6 = family === AF_INET6;
  if (host === '') return [anyHost(isV6, isPassive), port, ...rest];
  if (host === '<broadcast>') return ['255.255.255.255', port];
  const found = await interruptible(lookup(host, isV6 ? 6 : 4));
  return [found.address, port, ...rest];
}

function anyHost(isV6: boolean, isPassive: boolean): string {
  if (isPassive) return isV6 ? '::' : '0.0.0.0';
  return isV6 ? '::1' : '127.0.0.1';
}

/** @internal Every address of a host; parks while it is looked up. */
export async function resolveAll(address: Address): Promise<readonly Address[]> {
  if (typeof address === 'string') return [address];
  const [host, port, ...rest] = address;
  if (host === '' || isIP(host.split('%')[0] as string) !== 0)
    return [[host === '' ? '127.0.0.1' : host, port, ...rest]];
  const found = await interruptible(lookup(host, { all: true, verbatim: true }));
  return found.map((each) => [each.address, port]);
}
