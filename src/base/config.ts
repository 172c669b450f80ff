/**
 * The settings of the library: one row each, with its environment variable, default, parser and meaning.
 * A setting that nobody wrote is read from its variable when it is first asked for.
 */
import { checkBoolean, mismatch } from './check.ts';
import {
  type ResolverSetting,
  type ResolverSettings,
  checkLimit,
  checkList,
  checkResolver,
  integerSetting,
  parseLimit,
  parseList,
  parseResolver,
} from './resolver-settings.ts';

/** How often the place of a spawn is remembered: always, never, or up to 64 times a second, which costs nothing under load. */
export type SpawnSites = 'always' | 'sampled' | 'never';

/** What each setting holds. */
export interface Settings extends ResolverSettings {
  /** Remember who spawned a greenlet, and keep `spawnTreeLocals`. */
  trackGreenletTree: boolean;
  /** When to take the stack of a spawn, for `spawningStack` and for the text of LoopExit. */
  spawnSites: SpawnSites;
  /** Turns the context of an uncaught error (a greenlet, mostly) into the text of its line on stderr. */
  formatContext: (context: unknown) => string;
}

/** One row of the settings table. */
export interface Setting<T> {
  /** The environment variable it is read from, where it has one. */
  readonly variable: string | undefined;
  readonly default: T;
  /** What it means, in a line. */
  readonly about: string;
  /** Reads the environment's text; undefined where the text makes no sense. */
  readonly parse: (text: string) => T | undefined;
  /** Refuses a value that makes no sense with a TypeError. */
  readonly check: (value: unknown, name: string) => T;
}

const FLAGS: Readonly<Record<string, boolean>> = {
  1: true,
  on: true,
  true: true,
  yes: true,
  0: false,
  off: false,
  false: false,
  no: false,
  '': false,
};
const SPAWN_SITES: readonly SpawnSites[] = ['always', 'sampled', 'never'];

/** The table itself. */
export const settings: { readonly [K in keyof Settings]: Setting<Settings[K]> } = {
  trackGreenletTree: {
    variable: 'GEVENT_TRACK_GREENLET_TREE',
    default: true,
    about: 'remember who spawned each greenlet, and share spawnTreeLocals down the tree',
    parse: (text) => FLAGS[text.toLowerCase()],
    check: checkBoolean,
  },
  spawnSites: {
    variable: 'GEVENT_SPAWN_SITES',
    default: 'sampled',
    about: 'when to take the stack of a spawn: always, sampled (the first 64 of each second) or never',
    parse: (text) => SPAWN_SITES.find((known) => known === text),
    check: (value, name) => {
      const known = SPAWN_SITES.find((choice) => choice === value);
      if (known === undefined) throw new TypeError(mismatch(name, SPAWN_SITES.join(', '), value));
      return known;
    },
  },
  formatContext: {
    variable: undefined,
    default: String,
    about: 'turns the context of an uncaught error into text',
    parse: () => undefined,
    check: (value, name) => {
      if (typeof value !== 'function') throw new TypeError(mismatch(name, 'a function', value));
      return value as (context: unknown) => string;
    },
  },
  resolver: {
    variable: 'GEVENT_RESOLVER',
    default: 'thread',
    about: 'who looks host names up: thread, ares, or names in the order of preference',
    parse: parseResolver,
    check: checkResolver,
  },
  resolverNameservers: {
    variable: 'GEVENT_RESOLVER_NAMESERVERS',
    default: undefined,
    about: 'the DNS servers of the ares resolver, with commas between',
    parse: parseList,
    check: checkList,
  },
  resolverTimeout: {
    variable: 'GEVENT_RESOLVER_TIMEOUT',
    default: undefined,
    about: 'seconds that a look-up of a host may take in all',
    parse: parseLimit,
    check: checkLimit,
  },
  aresServers: {
    variable: 'GEVENTARES_SERVERS',
    default: undefined,
    about: 'the DNS servers of the ares resolver, before resolverNameservers',
    parse: parseList,
    check: checkList,
  },
  aresTimeout: {
    variable: 'GEVENTARES_TIMEOUT',
    default: undefined,
    about: 'seconds that the ares resolver waits for the answer to its first try',
    parse: parseLimit,
    check: checkLimit,
  },
  aresTries: {
    variable: 'GEVENTARES_TRIES',
    default: undefined,
    about: 'how often the ares resolver asks each server',
    ...integerSetting(1, 1000),
  },
  aresNdots: {
    variable: 'GEVENTARES_NDOTS',
    default: undefined,
    about: 'how many dots a name has that the ares resolver asks for as it is first',
    ...integerSetting(0, 15),
  },
  aresUdpPort: {
    variable: 'GEVENTARES_UDP_PORT',
    default: undefined,
    about: 'the port of DNS servers that are given without one',
    ...integerSetting(1, 65_535),
  },
  aresTcpPort: {
    variable: 'GEVENTARES_TCP_PORT',
    default: undefined,
    about: 'the port of DNS servers that are given without one; the same as aresUdpPort',
    ...integerSetting(1, 65_535),
  },
};

const values: Partial<Settings> = {};

function read<K extends keyof Settings>(name: K): Settings[K] {
  const written = values[name];
  if (written !== undefined) return written;
  const setting: Setting<Settings[K]> = settings[name];
  const value = fromEnvironment(setting);
  values[name] = value;
  return value;
}

function fromEnvironment<T>(setting: Setting<T>): T {
  const text = setting.variable === undefined ? undefined : process.env[setting.variable];
  if (text === undefined) return setting.default;
  const value = setting.parse(text.trim());
  if (value === undefined)
    throw new RangeError(
      `${setting.variable}: cannot make sense of ${JSON.stringify(text)}: ${setting.about}`,
    );
  return value;
}

function write<K extends keyof Settings>(name: K, value: unknown): void {
  values[name] = settings[name].check(value, `config.${name}`);
}

/** The settings in force; assign to change one. gevent: `gevent.config`. */
export const config: Settings = {
  get trackGreenletTree() {
    return values.trackGreenletTree ?? read('trackGreenletTree');
  },
  set trackGreenletTree(value: boolean) {
    write('trackGreenletTree', value);
  },
  get spawnSites() {
    return values.spawnSites ?? read('spawnSites');
  },
  set spawnSites(value: SpawnSites) {
    write('spawnSites', value);
  },
  get formatContext() {
    return values.formatContext ?? read('formatContext');
  },
  set formatContext(value: (context: unknown) => string) {
    write('formatContext', value);
  },
  get resolver() {
    return read('resolver');
  },
  set resolver(value: ResolverSetting) {
    write('resolver', value);
  },
  get resolverNameservers() {
    return read('resolverNameservers');
  },
  set resolverNameservers(value: readonly string[] | undefined) {
    write('resolverNameservers', value);
  },
  get resolverTimeout() {
    return read('resolverTimeout');
  },
  set resolverTimeout(value: number | undefined) {
    write('resolverTimeout', value);
  },
  get aresServers() {
    return read('aresServers');
  },
  set aresServers(value: readonly string[] | undefined) {
    write('aresServers', value);
  },
  get aresTimeout() {
    return read('aresTimeout');
  },
  set aresTimeout(value: number | undefined) {
    write('aresTimeout', value);
  },
  get aresTries() {
    return read('aresTries');
  },
  set aresTries(value: number | undefined) {
    write('aresTries', value);
  },
  get aresNdots() {
    return read('aresNdots');
  },
  set aresNdots(value: number | undefined) {
    write('aresNdots', value);
  },
  get aresUdpPort() {
    return read('aresUdpPort');
  },
  set aresUdpPort(value: number | undefined) {
    write('aresUdpPort', value);
  },
  get aresTcpPort() {
    return read('aresTcpPort');
  },
  set aresTcpPort(value: number | undefined) {
    write('aresTcpPort', value);
  },
};
