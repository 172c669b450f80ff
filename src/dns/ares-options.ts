/** How an `AresResolver` is set up: its options, before the settings, before what the system says. */
import { isIPv4, isIPv6 } from 'node:net';
import { checkInteger, checkOptions, mismatch } from '../base/check.ts';
import { config } from '../base/config.ts';
import { checkLimit, checkList } from '../base/resolver-settings.ts';
import { type SearchRules, systemRules } from './search-domains.ts';

/** What an `AresResolver` is made with. What is left out is as the settings say, else as the system does. */
export interface AresOptions {
  /** The DNS servers, as `'10.0.0.1'`, `'10.0.0.1:5353'`, `'[fd00::1]:53'`; or one text with commas between them. */
  readonly nameservers?: string | readonly string[] | undefined;
  /** The port of servers that are given without one. */
  readonly port?: number | undefined;
  /** Seconds to wait for the answer to the first try; c-ares takes 0.25 at least, and longer for each further try. */
  readonly timeout?: number | undefined;
  /** How often each server is asked, at most. */
  readonly tries?: number | undefined;
  /** Seconds that a look-up may take in all: every try of every name it asks for. Default: no limit of its own. */
  readonly lifetime?: number | undefined;
  /** The domains in which short names are looked for. */
  readonly search?: readonly string[] | undefined;
  /** A name with fewer dots is first looked for in these domains. */
  readonly ndots?: number | undefined;
  /** The file that is read before servers are asked. Default: the system's. */
  readonly hostsFile?: string | undefined;
}

/** @internal */
export interface AresSetup {
  readonly servers: readonly string[] | undefined;
  readonly timeout: number | undefined;
  readonly tries: number | undefined;
  readonly lifetime: number | undefined;
  readonly rules: () => SearchRules;
  readonly hostsFile: string | undefined;
}

/** @internal */
export function checkAresOptions(options: AresOptions): AresSetup {
  checkOptions(options, 'AresResolver(options)');
  const named = (name: string): string => `AresResolver({ ${name} })`;
  const port = options.port === undefined ? portOfSettings() : checkInteger(options.port, named('port'), 1);
  if (port !== undefined && port > 65_535)
    throw new RangeError(mismatch(named('port'), 'a port from 1 to 65535', port));
  const given = checkList(options.nameservers, named('nameservers'));
  const servers = given ?? config.aresServers ?? config.resolverNameservers;
  const tries = options.tries === undefined ? undefined : checkInteger(options.tries, named('tries'), 1);
  const ndots =
    options.ndots === undefined ? config.aresNdots : checkInteger(options.ndots, named('ndots'), 0);
  const search = checkDomains(options.search, named('search'));
  const { hostsFile } = options;
  if (hostsFile !== undefined && typeof hostsFile !== 'string')
    throw new TypeError(mismatch(named('hostsFile'), 'the path of a file', hostsFile));
  return {
    servers: servers?.map((server) => readServer(server, port)),
    timeout: checkLimit(options.timeout, named('timeout')) ?? config.aresTimeout,
    tries: tries ?? config.aresTries,
    lifetime: checkLimit(options.lifetime, named('lifetime')) ?? config.resolverTimeout,
    rules: () => {
      const system = systemRules.get();
      return { search: search ?? system.search, ndots: ndots ?? system.ndots };
    },
    hostsFile,
  };
}

/** c-ares in Node has one port for a server, whatever it is asked by. */
function portOfSettings(): number | undefined {
  const { aresUdpPort, aresTcpPort } = config;
  if (aresUdpPort !== undefined && aresTcpPort !== undefined && aresUdpPort !== aresTcpPort) {
    throw new RangeError(
      mismatch('config.aresTcpPort', `the port of config.aresUdpPort, ${aresUdpPort}`, aresTcpPort),
    );
  }
  return aresUdpPort ?? aresTcpPort;
}

function checkDomains(value: unknown, name: string): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const isDomain = (one: unknown): boolean => typeof one === 'string' && one !== '';
  if (!Array.isArray(value) || !value.every(isDomain))
    throw new TypeError(mismatch(name, 'a list of domains', value));
  return (value as string[]).map((domain) => domain.replace(/\.$/, ''));
}

function readServer(server: string, defaultPort = 53): string {
  const { bracketed, four, port } =
    /^(?:\[(?<bracketed>[^\]]*)\]|(?<four>[^:]*))(?::(?<port>\d+))?$/.exec(server)?.groups ?? {};
  const six = isIPv6(server) ? server : bracketed;
  const number = port === undefined ? defaultPort : Number(port);
  const isPort = number > 0 && number <= 65_535;
  if (isPort && six !== undefined && isIPv6(six)) return `[${six}]:${number}`;
  if (isPort && four !== undefined && isIPv4(four)) return `${four}:${number}`;
  throw new RangeError(
    mismatch('AresResolver({ nameservers })', "an address such as '10.0.0.1:53' or '[fd00::1]:53'", server),
  );
}
