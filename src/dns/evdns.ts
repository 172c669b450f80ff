/** Questions to DNS servers that answer by a callback: gevent 0.13's `core.dns_*`. */
import { checkFunction, checkInteger, mismatch } from '../base/check.ts';
import { getHub } from '../core/hub.ts';
import { hubLocal } from '../core/hub-local.ts';
import { formatIPv4, formatIPv6, parseIPv4, parseIPv6 } from '../inet/ip-text.ts';
import { checkHost } from './addr-info.ts';
import type { RecordQuestion } from './ares-resolver.ts';
import { getDnsResolver } from './current-resolver.ts';
import { reverseName } from './dns-look-ups.ts';
import {
  DNS_ERR_NONE,
  DNS_IPv4_A,
  DNS_IPv6_AAAA,
  DNS_PTR,
  DNS_QUERY_NO_SEARCH,
  evdnsResult,
  evdnsText,
} from './evdns-codes.ts';
import type { Answer } from './questions.ts';

/**
 * Told what a request came to; runs on the hub and must not wait.
 *
 * @param result one of `DNS_ERR_...`, 0 for an answer
 * @param type one of `DNS_IPv4_A`, `DNS_IPv6_AAAA` and `DNS_PTR`; 0 without an answer
 * @param ttl seconds for which the answer is good
 * @param addresses the bytes of each address, or the names; undefined without an answer
 */
export type DnsCallback<T> = (
  result: number,
  type: number,
  ttl: number,
  addresses: T[] | undefined,
) => unknown;

const active = hubLocal(() => new Set<() => void>());

/** @internal Starts a request that `dnsShutdown` ends; tells one of the two later. Answers what cancels it. */
export function startRequest(
  question: RecordQuestion,
  onAnswer: (answer: Answer) => void,
  onError: (error: unknown) => void,
): () => void {
  const requests = active.get();
  const cancel = getDnsResolver().startRecords(
    question,
    (answer) => {
      requests.delete(cancel);
      onAnswer(answer);
    },
    (error) => {
      requests.delete(cancel);
      onError(error);
    },
  );
  requests.add(cancel);
  return cancel;
}

/** @internal The question for the addresses of a name. */
export function checkForward(
  name: unknown,
  flags: unknown,
  type: 'A' | 'AAAA',
  caller: string,
): RecordQuestion {
  checkHost(name, `${caller}(name)`);
  checkFlags(flags, caller);
  return { name, type, isFull: flags === DNS_QUERY_NO_SEARCH };
}

/** @internal The question for the names of an address, given as text or as its bytes. */
export function checkReverse(
  address: unknown,
  flags: unknown,
  family: 4 | 6,
  caller: string,
): RecordQuestion {
  const expected = `an IPv${family} address, as text or as its ${family === 4 ? 4 : 16} bytes`;
  let text: string | undefined;
  if (typeof address === 'string') {
    text = (family === 4 ? parseIPv4(address) : parseIPv6(address)) === undefined ? undefined : address;
  } else if (!(address instanceof Uint8Array)) {
    throw new TypeError(mismatch(`${caller}(address)`, expected, address));
  } else if (address.length === (family === 4 ? 4 : 16)) {
    text = family === 4 ? formatIPv4(address) : formatIPv6(address);
  }
  if (text === undefined) throw new RangeError(mismatch(`${caller}(address)`, expected, address));
  checkFlags(flags, caller);
  return { name: reverseName(text), type: 'PTR', isFull: true };
}

function checkFlags(flags: unknown, caller: string): void {
  const name = `${caller}(flags)`;
  if (flags === undefined) return;
  if (checkInteger(flags, name, 0) > DNS_QUERY_NO_SEARCH) {
    throw new RangeError(mismatch(name, '0 or DNS_QUERY_NO_SEARCH', flags));
  }
}

function request<T>(
  question: RecordQuestion,
  callback: DnsCallback<T>,
  type: number,
  convert: (value: string) => T,
): void {
  const hub = getHub();
  startRequest(
    question,
    ({ ttl, values }) => hub.runCallback(callback, DNS_ERR_NONE, type, ttl, values.map(convert)),
    (error) => hub.runCallback(callback, evdnsResult(error), 0, 0, undefined),
  );
}

/**
 * Gets the DNS client ready, which happens by itself at the first request. Never parks.
 * gevent 0.13: `core.dns_init`.
 */
export function dnsInit(): void {
  getDnsResolver();
}

/**
 * Ends every request of the functions of this module that is under way: callbacks are told `DNS_ERR_SHUTDOWN`, waits
 * raise a {@link DNSError}. Later requests are served as ever. Never parks. gevent 0.13: `core.dns_shutdown`.
 */
export function dnsShutdown(): void {
  for (const cancel of [...active.get()]) cancel();
}

/**
 * Asks DNS servers for the IPv4 addresses of a name; the callback gets them as bytes. Never parks.
 * gevent 0.13: `core.dns_resolve_ipv4`.
 *
 * @param flags 0, or `DNS_QUERY_NO_SEARCH` to leave the search domains out
 * @throws {TypeError | RangeError} not a name, not flags, not a function
 * @example
 * dnsResolveIpv4(new URL(url).hostname, 0, (result, type, ttl, addresses) => {
 *   if (result === DNS_ERR_NONE) console.log(ttl, addresses?.map(inetNtoa));
 *   else console.log(dnsErrToString(result));
 * });
 */
export function dnsResolveIpv4(name: string, flags: number, callback: DnsCallback<Buffer>): void {
  const question = checkForward(name, flags, 'A', 'dnsResolveIpv4');
  checkFunction(callback, 'dnsResolveIpv4(callback)');
  request(question, callback, DNS_IPv4_A, (text) => Buffer.from(parseIPv4(text) ?? []));
}

/** As {@link dnsResolveIpv4}, for IPv6. gevent 0.13: `core.dns_resolve_ipv6`. */
export function dnsResolveIpv6(name: string, flags: number, callback: DnsCallback<Buffer>): void {
  const question = checkForward(name, flags, 'AAAA', 'dnsResolveIpv6');
  checkFunction(callback, 'dnsResolveIpv6(callback)');
  request(question, callback, DNS_IPv6_AAAA, (text) => Buffer.from(parseIPv6(text) ?? []));
}

/**
 * Asks DNS servers for the names of an IPv4 address. Never parks. gevent 0.13: `core.dns_resolve_reverse`.
 *
 * @param address its four bytes, or its text
 * @throws {TypeError | RangeError} not an address, not flags, not a function
 */
export function dnsResolveReverse(
  address: Uint8Array | string,
  flags: number,
  callback: DnsCallback<string>,
): void {
  const question = checkReverse(address, flags, 4, 'dnsResolveReverse');
  checkFunction(callback, 'dnsResolveReverse(callback)');
  request(question, callback, DNS_PTR, String);
}

/** As {@link dnsResolveReverse}, for IPv6. gevent 0.13: `core.dns_resolve_reverse_ipv6`. */
export function dnsResolveReverseIpv6(
  address: Uint8Array | string,
  flags: number,
  callback: DnsCallback<string>,
): void {
  const question = checkReverse(address, flags, 6, 'dnsResolveReverseIpv6');
  checkFunction(callback, 'dnsResolveReverseIpv6(callback)');
  request(question, callback, DNS_PTR, String);
}

/** What the result of a request means, in words. gevent 0.13: `core.dns_err_to_string`. @throws {TypeError | RangeError} not an integer */
export function dnsErrToString(result: number): string {
  return evdnsText(checkInteger(result, 'dnsErrToString(result)', 0));
}
