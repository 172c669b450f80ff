/** What is known of a host. */
import { hasLoopback6, usableFamilies } from '../inet/interfaces.ts';

/** The version of IP: 4 or 6. */
export type Family = 4 | 6;

/** A host as a resolver found it. */
export interface HostEntry {
  /** Its official name. */
  readonly name: string;
  /** Its other names. */
  readonly aliases: readonly string[];
  /** Its addresses as text, the one to try first in front. */
  readonly addresses: readonly string[];
}

/** `[hostname, aliases, addresses]`, as Python answers it. */
export type HostTriple = [hostname: string, aliases: string[], addresses: string[]];

/** @internal */
export function toTriple({ name, aliases, addresses }: HostEntry): HostTriple {
  return [name, [...aliases], [...addresses]];
}

/** @internal */
export function isSix(address: string): boolean {
  return address.includes(':');
}

/** @internal Both families, that which this host can use in front; else in their order. */
export function byFamily(addresses: readonly string[]): readonly string[] {
  const four = addresses.filter((address) => !isSix(address));
  const six = addresses.filter(isSix);
  if (four.length === 0 || six.length === 0) return addresses;
  const sixFirst = six.every((address) => address === '::1') ? hasLoopback6() : usableFamilies().six;
  return sixFirst ? [...six, ...four] : [...four, ...six];
}
