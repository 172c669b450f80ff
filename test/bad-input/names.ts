// Rows for the subpaths dns and resolver, for the look-ups and helpers of socket, and for their settings.
import {
  dnsErrToString,
  dnsResolveIpv4,
  dnsResolveIpv6,
  dnsResolveReverse,
  dnsResolveReverseIpv6,
  getAddrInfo,
  getFqdn,
  getHostByAddr,
  getHostByName,
  getHostByNameEx,
  getNameInfo,
  resolveIpv4,
  resolveIpv6,
  resolveReverse,
  resolveReverseIpv6,
} from '../../src/dns.ts';
import { config } from '../../src/index.ts';
import { htonl, htons, ntohl, ntohs } from '../../src/inet/byte-order.ts';
import { inetAton, inetNtoa, inetNtop, inetPton } from '../../src/inet/inet.ts';
import { ifIndexToName, ifNameToIndex } from '../../src/inet/interfaces.ts';
import { getProtoByName, getServByName, getServByPort } from '../../src/inet/services.ts';
import { AresResolver, type NameResolver, ThreadResolver, setResolver } from '../../src/resolver.ts';
import { type Refusal, type Row, type Rows, open, refuses } from './row.ts';
import * as not from './values.ts';
import { nothing } from './world.ts';

const { notInteger, notString, optional } = not;

const notPort = notInteger(0);
// An address that makes no sense is refused by the resolver, when it is made.
const notServers = optional(notInteger(1e9)).filter((value) => value !== '1');
const anyError = open('an error takes any text and details');
const notHints = optional(notInteger(0).filter((value) => typeof value === 'number'));
const notSetting = notString.filter((value) => typeof value !== 'object' && typeof value !== 'function');
/** Packed or as text. */
const notAddress = not.notArray.filter((value) => value !== undefined);

/** The five look-ups, as functions and as methods. */
function lookUps(
  on: () => Pick<
    NameResolver,
    'getAddrInfo' | 'getHostByName' | 'getHostByNameEx' | 'getHostByAddr' | 'getNameInfo'
  >,
): Record<string, Refusal[]> {
  return {
    getAddrInfo: [
      refuses('getAddrInfo(host)', optional(notString), (bad) => on().getAddrInfo(bad, 80)),
      refuses('getAddrInfo(port)', optional(notPort.filter((value) => typeof value !== 'string')), (bad) =>
        on().getAddrInfo('127.0.0.1', bad),
      ),
      refuses('getAddrInfo(family)', notHints, (bad) => on().getAddrInfo('127.0.0.1', 80, bad)),
      refuses('getAddrInfo(type)', optional(notInteger(0)), (bad) =>
        on().getAddrInfo('127.0.0.1', 80, 0, bad),
      ),
      refuses('getAddrInfo({ flags })', optional(notInteger(0)), (flags) =>
        on().getAddrInfo('127.0.0.1', 80, { flags }),
      ),
    ],
    getHostByName: [refuses('getHostByName(host)', notString, (bad) => on().getHostByName(bad))],
    getHostByNameEx: [refuses('getHostByNameEx(host)', notString, (bad) => on().getHostByNameEx(bad))],
    getHostByAddr: [refuses('getHostByAddr(address)', notString, (bad) => on().getHostByAddr(bad))],
    getNameInfo: [
      refuses('getNameInfo(address)', notAddress, (bad) => on().getNameInfo(bad)),
      refuses('getNameInfo(flags)', optional(notInteger(0)), (bad) =>
        on().getNameInfo(['127.0.0.1', 80], bad),
      ),
    ],
  };
}

const thread = new ThreadResolver();
const functions = { getAddrInfo, getHostByName, getHostByNameEx, getHostByAddr, getNameInfo };

/** The same rows under the names of another owner. */
function ownedBy(owner: string, rows: Record<string, Row>): Rows {
  return Object.fromEntries(Object.entries(rows).map(([name, row]) => [`${owner}#${name}`, row]));
}

type Forward = (name: never, flags: never, callback: never) => unknown;

function forward(name: string, call: Forward): Refusal[] {
  return [
    refuses(`${name}(name)`, notString, (bad) => call(bad, 0 as never, nothing as never)),
    refuses(`${name}(flags)`, optional(notInteger(0)), (bad) => call('a' as never, bad, nothing as never)),
  ];
}

function reverse(name: string, address: string, call: Forward): Refusal[] {
  return [
    refuses(`${name}(address)`, notInteger(1e9), (bad) => call(bad, 0 as never, nothing as never)),
    refuses(`${name}(flags)`, optional(notInteger(0)), (bad) =>
      call(address as never, bad, nothing as never),
    ),
  ];
}

function callback(name: string, call: (callback: never) => unknown): Refusal {
  return refuses(`${name}(callback)`, not.notFunction, call);
}

const dnsFunctionRows: Rows = {
  ...lookUps(() => functions),
  getFqdn: [refuses('getFqdn(name)', optional(notString), (bad) => getFqdn(bad))],
  resolveIpv4: forward('resolveIpv4', resolveIpv4),
  resolveIpv6: forward('resolveIpv6', resolveIpv6),
  resolveReverse: reverse('resolveReverse', '10.0.0.1', resolveReverse),
  resolveReverseIpv6: reverse('resolveReverseIpv6', '::1', resolveReverseIpv6),
  dnsErrToString: [refuses('dnsErrToString(result)', notInteger(0), (bad) => dnsErrToString(bad))],
  dnsResolveIpv4: [
    ...forward('dnsResolveIpv4', dnsResolveIpv4),
    callback('dnsResolveIpv4', (bad) => dnsResolveIpv4('a', 0, bad)),
  ],
  dnsResolveIpv6: [
    ...forward('dnsResolveIpv6', dnsResolveIpv6),
    callback('dnsResolveIpv6', (bad) => dnsResolveIpv6('a', 0, bad)),
  ],
  dnsResolveReverse: [
    ...reverse('dnsResolveReverse', '10.0.0.1', dnsResolveReverse),
    callback('dnsResolveReverse', (bad) => dnsResolveReverse('10.0.0.1', 0, bad)),
  ],
  dnsResolveReverseIpv6: [
    ...reverse('dnsResolveReverseIpv6', '::1', dnsResolveReverseIpv6),
    callback('dnsResolveReverseIpv6', (bad) => dnsResolveReverseIpv6('::1', 0, bad)),
  ],
  'new DNSError': anyError,
  'new GetAddrInfoError': anyError,
  'new HostError': anyError,
};

const resolverRows: Rows = {
  'new ThreadResolver': [
    refuses('ThreadResolver(options)', not.notOptions, (bad) => new ThreadResolver(bad)),
    refuses(
      'ThreadResolver({ lifetime })',
      optional(not.notPositive),
      (lifetime) => new ThreadResolver({ lifetime }),
    ),
  ],
  'new AresResolver': [
    refuses('AresResolver(options)', not.notOptions, (bad) => new AresResolver(bad)),
    refuses(
      'AresResolver({ nameservers })',
      optional(notInteger(1e9)),
      (nameservers) => new AresResolver({ nameservers }),
    ),
    refuses('AresResolver({ port })', optional(notInteger(1)), (port) => new AresResolver({ port })),
    refuses(
      'AresResolver({ timeout })',
      optional(not.notPositive),
      (timeout) => new AresResolver({ timeout }),
    ),
    refuses(
      'AresResolver({ lifetime })',
      optional(not.notPositive),
      (lifetime) => new AresResolver({ lifetime }),
    ),
    refuses('AresResolver({ tries })', optional(notInteger(1)), (tries) => new AresResolver({ tries })),
    refuses('AresResolver({ ndots })', optional(notInteger(0)), (ndots) => new AresResolver({ ndots })),
    refuses('AresResolver({ search })', not.notArray, (search) => new AresResolver({ search })),
    refuses(
      'AresResolver({ hostsFile })',
      optional(notString),
      (hostsFile) => new AresResolver({ hostsFile }),
    ),
  ],
  ...ownedBy(
    'Resolver',
    lookUps(() => thread),
  ),
  ...ownedBy(
    'NameResolver',
    Object.fromEntries(
      Object.keys(functions).map((name) => [name, open('refused by the class that implements it')]),
    ),
  ),
  setResolver: [refuses('setResolver(resolver)', optional(notString), (bad) => setResolver(bad))],
};

/** Settings that may be undefined. */
function setting(name: string, bad: readonly unknown[], set: (bad: never) => unknown): Rows {
  return { [`config.${name}=`]: [refuses(`config.${name}`, bad, set)] };
}

const configRows: Rows = {
  ...setting('resolver', notSetting, (bad) => (config.resolver = bad)),
  ...setting('resolverNameservers', notServers, (bad) => (config.resolverNameservers = bad)),
  ...setting('resolverTimeout', optional(not.notPositive), (bad) => (config.resolverTimeout = bad)),
  ...setting('aresServers', notServers, (bad) => (config.aresServers = bad)),
  ...setting('aresTimeout', optional(not.notPositive), (bad) => (config.aresTimeout = bad)),
  ...setting('aresTries', optional(notInteger(1)), (bad) => (config.aresTries = bad)),
  ...setting('aresNdots', optional(notInteger(0)), (bad) => (config.aresNdots = bad)),
  ...setting('aresUdpPort', optional(notInteger(1)), (bad) => (config.aresUdpPort = bad)),
  ...setting('aresTcpPort', optional(notInteger(1)), (bad) => (config.aresTcpPort = bad)),
};

const inetRows: Rows = {
  htonl: [refuses('htonl(value)', notInteger(0), (bad) => htonl(bad))],
  htons: [refuses('htons(value)', notInteger(0), (bad) => htons(bad))],
  ntohl: [refuses('ntohl(value)', notInteger(0), (bad) => ntohl(bad))],
  ntohs: [refuses('ntohs(value)', notInteger(0), (bad) => ntohs(bad))],
  inetAton: [refuses('inetAton(text)', notString, (bad) => inetAton(bad))],
  inetNtoa: [refuses('inetNtoa(bytes)', notInteger(1e9), (bad) => inetNtoa(bad))],
  inetPton: [
    refuses('inetPton(family)', notInteger(1e9), (bad) => inetPton(bad, '::1')),
    refuses('inetPton(text)', notString, (bad) => inetPton(2, bad)),
  ],
  inetNtop: [
    refuses('inetNtop(family)', notInteger(1e9), (bad) => inetNtop(bad, new Uint8Array(4))),
    refuses('inetNtop(bytes)', notInteger(1e9), (bad) => inetNtop(2, bad)),
  ],
  ifNameToIndex: [refuses('ifNameToIndex(name)', notString, (bad) => ifNameToIndex(bad))],
  ifIndexToName: [refuses('ifIndexToName(index)', notInteger(0), (bad) => ifIndexToName(bad))],
  getServByName: [
    refuses('getServByName(name)', notString, (bad) => getServByName(bad)),
    refuses('getServByName(proto)', optional(notString), (bad) => getServByName('http', bad)),
  ],
  getServByPort: [
    refuses('getServByPort(port)', notPort, (bad) => getServByPort(bad)),
    refuses('getServByPort(proto)', optional(notString), (bad) => getServByPort(80, bad)),
  ],
  getProtoByName: [refuses('getProtoByName(name)', notString, (bad) => getProtoByName(bad))],
};

export const dnsRows: Rows = { ...dnsFunctionRows, ...resolverRows, ...configRows, ...inetRows };
