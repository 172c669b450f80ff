/** Who looks names up: what all resolvers do alike, over the two look-ups in which they differ. */
import { isInterrupt } from '../base/errors.ts';
import { passOn } from '../core/checkpoint.ts';
import type { InetAddress } from '../inet/address.ts';
import { AF_INET, AF_INET6, AI_CANONNAME, NI_NAMEREQD, NI_NUMERICHOST } from '../inet/constants.ts';
import { HostError } from '../inet/errors.ts';
import {
  type AddrInfo,
  type AddrInfoHints,
  type AddrInfoQuestion,
  checkAddrInfo,
  checkHost,
  combine,
  prepare,
  toFound,
} from './addr-info.ts';
import { addrInfoError, hostError } from './failures.ts';
import { type Family, type HostEntry, type HostTriple, toTriple } from './host-entry.ts';
import { checkNameInfo, readNameInfo, shortName } from './name-info.ts';
import { type Found, readNumeric, unmapped, withZone } from './numeric-host.ts';

/** What looks names up for a hub. Each call parks until the answer is there. gevent: `AbstractResolver`. */
export interface NameResolver {
  close(): void;
  getAddrInfo(
    host: string | undefined,
    port: number | string | undefined,
    hints?: number | AddrInfoHints,
    type?: number,
    proto?: number,
    flags?: number,
  ): Promise<AddrInfo[]>;
  getHostByName(host: string): Promise<string>;
  getHostByNameEx(host: string): Promise<HostTriple>;
  getHostByAddr(address: string): Promise<HostTriple>;
  getNameInfo(address: InetAddress, flags?: number): Promise<[host: string, service: string]>;
}

/**
 * The base of resolvers: addresses in numbers, services, flags, and the order and form of the answers. A subclass of
 * your own has two methods to write. gevent: `AbstractResolver`.
 *
 * @example
 * class Fixed extends Resolver {
 *   async findAddresses(host: string) {
 *     return { name: host, aliases: [], addresses: ['127.0.0.1'] };
 *   }
 *   async findNames(address: string) {
 *     return { name: 'fixed.test', aliases: [], addresses: [address] };
 *   }
 * }
 * config.resolver = Fixed;
 */
export abstract class Resolver implements NameResolver {
  /**
   * Looks up the addresses of a name that is not itself an address. May park.
   *
   * @param family 4, 6, or 0 for both, in the order in which to try them
   * @param withNames the official name and the aliases are asked for, too
   * @throws {GetAddrInfoError} the name has none
   */
  protected abstract findAddresses(host: string, family: Family | 0, withNames: boolean): Promise<HostEntry>;

  /**
   * Looks up the names of an address. May park.
   *
   * @throws {HostError} the address has none
   */
  protected abstract findNames(address: string): Promise<HostEntry>;

  /** Gives back what the resolver holds, and ends the look-ups that run. Never parks. */
  close(): void {
    // Most hold nothing.
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** See the function `getAddrInfo`. Parks. */
  getAddrInfo(
    host: string | undefined,
    port: number | string | undefined,
    hints?: number | AddrInfoHints,
    type?: number,
    proto?: number,
    flags?: number,
  ): Promise<AddrInfo[]> {
    return this.#addrInfo(checkAddrInfo(host, port, hints, { type, proto, flags }));
  }

  async #addrInfo(question: AddrInfoQuestion): Promise<AddrInfo[]> {
    const { host, family, found, canonName, endpoints, flags } = prepare(question);
    if (host === undefined) return await passOn(combine(found, endpoints, canonName));
    const entry = await this.#addresses(host, family, (flags & AI_CANONNAME) !== 0);
    return combine(toFound(entry.addresses, flags), endpoints, canonName === '' ? '' : entry.name);
  }

  /** See the function `getHostByName`. Parks. */
  getHostByName(host: string): Promise<string> {
    checkHost(host, 'getHostByName(host)');
    return this.#hostByName(host);
  }

  async #hostByName(host: string): Promise<string> {
    const known =
      host === '' ? '0.0.0.0' : host === '<broadcast>' ? '255.255.255.255' : numericIPv4(host)?.host;
    if (known !== undefined) return await passOn(known);
    const { addresses } = await this.#addresses(host, 4, false);
    return addresses[0] as string;
  }

  /** See the function `getHostByNameEx`. Parks. */
  getHostByNameEx(host: string): Promise<HostTriple> {
    checkHost(host, 'getHostByNameEx(host)');
    return this.#hostByNameEx(host);
  }

  async #hostByNameEx(host: string): Promise<HostTriple> {
    const numeric = numericIPv4(host);
    if (numeric !== undefined) return await passOn<HostTriple>([host, [], [numeric.host]]);
    if (host === '' || host === '<broadcast>') throw hostError('HOST_NOT_FOUND', host);
    return toTriple(await this.#addresses(host, 4, true));
  }

  /** See the function `getHostByAddr`. Parks. */
  getHostByAddr(address: string): Promise<HostTriple> {
    checkHost(address, 'getHostByAddr(address)');
    return this.#hostByAddr(address);
  }

  async #hostByAddr(address: string): Promise<HostTriple> {
    if (address === '') throw hostError('HOST_NOT_FOUND', address);
    let host = address === '<broadcast>' ? '255.255.255.255' : readNumeric(address)?.host;
    if (host === undefined) [host] = (await this.#addresses(address, 0, false)).addresses;
    return toTriple(await this.findNames(host as string));
  }

  /** See the function `getNameInfo`. Parks. */
  getNameInfo(address: InetAddress, flags?: number): Promise<[host: string, service: string]> {
    const question = checkNameInfo(address, flags);
    return this.#nameInfo(question.address, question.flags);
  }

  async #nameInfo(address: InetAddress, flags: number): Promise<[host: string, service: string]> {
    const { found, service } = readNameInfo(address, flags);
    const name = (flags & NI_NUMERICHOST) === 0 ? await this.#nameOf(found) : await passOn(undefined);
    if (name !== undefined) return [shortName(name, flags), service];
    if ((flags & NI_NAMEREQD) !== 0) throw addrInfoError('EAI_NONAME', `a name of ${found.host}`);
    return [withZone(found), service];
  }

  /** The name of an address; undefined when it has none. */
  async #nameOf({ host }: Found): Promise<string | undefined> {
    try {
      return (await this.findNames(host)).name;
    } catch (error) {
      if (isInterrupt(error) || !(error instanceof HostError)) throw error;
      if (error.code === 'TRY_AGAIN') throw addrInfoError('EAI_AGAIN', `a name of ${host}`, undefined, error);
      return undefined;
    }
  }

  async #addresses(host: string, family: Family | 0, withNames: boolean): Promise<HostEntry> {
    const entry = await this.findAddresses(host, family, withNames);
    if (entry.addresses.length === 0) throw addrInfoError('EAI_NODATA', host);
    return entry;
  }
}

/** An IPv4 address in numbers; undefined for a name. */
function numericIPv4(host: string): Found | undefined {
  const found = readNumeric(host);
  if (found === undefined || found.family === AF_INET) return found;
  const four = found.family === AF_INET6 ? unmapped(found) : undefined;
  if (four === undefined) throw addrInfoError('EAI_ADDRFAMILY', host);
  return four;
}
