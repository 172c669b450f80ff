/** Names and addresses of hosts, and questions to DNS servers. gevent: `gevent.dns`. @module gevent-ts/dns */
export type { AddrInfo, AddrInfoHints } from './dns/addr-info.ts';
export {
  dnsErrToString,
  dnsInit,
  dnsResolveIpv4,
  dnsResolveIpv6,
  dnsResolveReverse,
  dnsResolveReverseIpv6,
  dnsShutdown,
  type DnsCallback,
} from './dns/evdns.ts';
export {
  DNS_ERR_FORMAT,
  DNS_ERR_NODATA,
  DNS_ERR_NONE,
  DNS_ERR_NOTEXIST,
  DNS_ERR_NOTIMPL,
  DNS_ERR_REFUSED,
  DNS_ERR_SERVERFAILED,
  DNS_ERR_SHUTDOWN,
  DNS_ERR_TIMEOUT,
  DNS_ERR_TRUNCATED,
  DNS_ERR_UNKNOWN,
  DNS_IPv4_A,
  DNS_IPv6_AAAA,
  DNS_PTR,
  DNS_QUERY_NO_SEARCH,
} from './dns/evdns-codes.ts';
export type { HostTriple } from './dns/host-entry.ts';
export {
  getAddrInfo,
  getFqdn,
  getHostByAddr,
  getHostByName,
  getHostByNameEx,
  getNameInfo,
} from './dns/look-up.ts';
export {
  DNSError,
  resolveIpv4,
  resolveIpv6,
  resolveReverse,
  resolveReverseIpv6,
  type DnsAnswer,
} from './dns/resolve.ts';
export { GetAddrInfoError, HostError } from './inet/errors.ts';
