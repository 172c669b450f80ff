/** The settings of host name resolution. What they choose is made in the layer of name look-ups. */
import { checkInteger, checkSeconds, mismatch } from './check.ts';

/** The resolvers that come with the library, by name. */
export type ResolverName = 'thread' | 'ares';

/**
 * Who looks names up: a name; a class, of which the hub makes an instance; an instance; or names in the order of
 * preference, of which the first that this library has is taken.
 */
export type ResolverSetting = ResolverName | readonly string[] | object;

/** The settings of name look-ups. */
export interface ResolverSettings {
  /** Who looks names up. A hub asks once, when it first needs a resolver. */
  resolver: ResolverSetting;
  /** The DNS servers of the `ares` resolver, as `'10.0.0.1'`, `'10.0.0.1:5353'`, `'[fd00::1]:53'`; undefined: the system's. */
  resolverNameservers: readonly string[] | undefined;
  /** Seconds that a look-up may take in all; undefined: as long as the resolver needs to give up. */
  resolverTimeout: number | undefined;
  /** As `resolverNameservers`, and before it. */
  aresServers: readonly string[] | undefined;
  /** Seconds that the `ares` resolver waits for the answer to its first try. */
  aresTimeout: number | undefined;
  /** How often the `ares` resolver asks each server. */
  aresTries: number | undefined;
  /** A name with fewer dots than this is first looked for in the search domains. */
  aresNdots: number | undefined;
  /** The port of DNS servers that are given without one. */
  aresUdpPort: number | undefined;
  /** The same: a server has one port for both. */
  aresTcpPort: number | undefined;
}

const NAMES: readonly string[] = ['thread', 'ares'] satisfies ResolverName[];

/** The resolvers of gevent that are not here, and why. */
const REFUSED: Readonly<Record<string, string>> = {
  block: 'Node has no look-up that blocks',
  blocking: 'Node has no look-up that blocks',
  dnspython: 'dnspython is a library of Python, and ares does its work here',
};

const EXPECTED = "'thread', 'ares', a resolver class, a resolver, or a list of names";

function whyNot(name: string): string {
  const reason = REFUSED[name];
  return reason === undefined ? EXPECTED : `${EXPECTED} (${reason})`;
}

/** @internal The name that counts in a list: names of gevent that are not here are passed over. */
export function firstUsable(names: readonly string[]): ResolverName | undefined {
  return names.find((name): name is ResolverName => NAMES.includes(name));
}

/** @internal */
export function checkResolver(value: unknown, name: string): ResolverSetting {
  if (typeof value === 'string') {
    if (!NAMES.includes(value)) throw new RangeError(mismatch(name, whyNot(value), value));
    return value as ResolverName;
  }
  if (Array.isArray(value)) {
    for (const one of value as unknown[]) {
      if (typeof one !== 'string') throw new TypeError(mismatch(name, EXPECTED, one));
      if (!NAMES.includes(one) && !(one in REFUSED)) throw new RangeError(mismatch(name, EXPECTED, one));
    }
    if (firstUsable(value as string[]) === undefined) {
      throw new RangeError(mismatch(name, whyNot(String((value as string[])[0] ?? '')), value));
    }
    return Object.freeze([...(value as string[])]);
  }
  if (typeof value === 'function' || (typeof value === 'object' && value !== null)) return value;
  throw new TypeError(mismatch(name, EXPECTED, value));
}

/** @internal `'ares'`, or names with commas between. */
export function parseResolver(text: string): ResolverSetting {
  const names = text.split(',').map((name) => name.trim());
  return checkResolver(names.length === 1 ? names[0] : names, 'GEVENT_RESOLVER');
}

/** @internal */
export function parseList(text: string): readonly string[] | undefined {
  const parts = text.split(',').map((part) => part.trim());
  return parts.every((part) => part !== '') ? parts : undefined;
}

/** @internal */
export function checkList(value: unknown, name: string): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const expected = 'a list of addresses, or one with commas between them';
  const list: unknown = typeof value === 'string' ? parseList(value) : value;
  if (
    !Array.isArray(list) ||
    list.length === 0 ||
    !list.every((one) => typeof one === 'string' && one !== '')
  ) {
    throw new TypeError(mismatch(name, expected, value));
  }
  return Object.freeze([...(list as string[])]);
}

/** @internal Seconds of more than 0. */
export function checkLimit(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined;
  const seconds = checkSeconds(value, name);
  if (seconds <= 0) throw new RangeError(mismatch(name, 'a number of seconds of more than 0', value));
  return seconds;
}

/** @internal */
export function parseLimit(text: string): number | undefined {
  const seconds = Number(text);
  return text !== '' && seconds > 0 ? seconds : undefined;
}

/** @internal Checks and parses integers from `least` to `most`. */
export function integerSetting(
  least: number,
  most: number,
): {
  readonly check: (value: unknown, name: string) => number | undefined;
  readonly parse: (text: string) => number | undefined;
} {
  return {
    check: (value, name) => {
      if (value === undefined) return undefined;
      const integer = checkInteger(value, name, least);
      if (integer > most) throw new RangeError(mismatch(name, `an integer of at most ${most}`, value));
      return integer;
    },
    parse: (text) => {
      const value = Number(text);
      return /^\d+$/.test(text) && value >= least && value <= most ? value : undefined;
    },
  };
}
