/** Questions to DNS servers that one waits for: gevent 0.13's `gevent.dns`. */
import { isInterrupt, nameErrorClass } from '../base/errors.ts';
import { GetAddrInfoError, type SocketErrorDetails } from '../inet/errors.ts';
import type { RecordQuestion } from './ares-resolver.ts';
import { getDnsResolver } from './current-resolver.ts';
import { checkForward, checkReverse, startRequest } from './evdns.ts';
import { DNS_ERR_UNKNOWN, evdnsResult, evdnsText } from './evdns-codes.ts';
import { formatIPv4, formatIPv6 } from '../inet/ip-text.ts';
import { addrInfoText, toAddrInfoError } from './failures.ts';
import { parkOn } from './park-on.ts';
import type { Answer } from './questions.ts';

/** A DNS server has no answer. gevent 0.13: `dns.DNSError`. */
export class DNSError extends GetAddrInfoError {
  /** What it came to: one of `DNS_ERR_...`. */
  readonly result: number;

  constructor(message: string, details: SocketErrorDetails = {}, result: number = DNS_ERR_UNKNOWN) {
    super(message, details);
    this.result = result;
  }
}
nameErrorClass(DNSError, 'DNSError', 'EAI_FAIL');

/** What was found, and for how many seconds it is good. */
export type DnsAnswer = [ttl: number, values: string[]];

function toDNSError(error: unknown, what: string): DNSError {
  const { code } = toAddrInfoError(error, what);
  const result = evdnsResult(error);
  const details = { code, syscall: 'dns', address: what, cause: error };
  return new DNSError(addrInfoText(code, what, evdnsText(result)), details, result);
}

async function wait(question: RecordQuestion, what: string): Promise<DnsAnswer> {
  const limits = { about: `the records of ${what}`, seconds: getDnsResolver().lifetime };
  try {
    const { ttl, values } = await parkOn<Answer>(
      (onAnswer, onError) => startRequest(question, onAnswer, onError),
      limits,
    );
    return [ttl, [...values]];
  } catch (error) {
    throw isInterrupt(error) ? error : toDNSError(error, what);
  }
}

/**
 * Asks DNS servers for the IPv4 addresses of a name: `[ttl, addresses]`, the time in seconds, the addresses as text.
 * The hosts file does not count. Parks until the answer is there; a kill or a timeout cancels the question.
 * gevent 0.13: `dns.resolve_ipv4`, which has the addresses as bytes: `inetAton` makes them of the text.
 *
 * @param flags 0, or `DNS_QUERY_NO_SEARCH` to leave the search domains out
 * @throws {DNSError} there is none, or no answer
 * @throws {TypeError | RangeError} not a name, not flags
 * @example
 * const [ttl, addresses] = await resolveIpv4(new URL(url).hostname);
 */
export function resolveIpv4(name: string, flags = 0): Promise<DnsAnswer> {
  return wait(checkForward(name, flags, 'A', 'resolveIpv4'), name);
}

/** As {@link resolveIpv4}, for IPv6. gevent 0.13: `dns.resolve_ipv6`. */
export function resolveIpv6(name: string, flags = 0): Promise<DnsAnswer> {
  return wait(checkForward(name, flags, 'AAAA', 'resolveIpv6'), name);
}

/**
 * Asks DNS servers for the names of an IPv4 address: `[ttl, names]`. The time is 0, for Node does not tell that of
 * names. Parks as {@link resolveIpv4} does. gevent 0.13: `dns.resolve_reverse`.
 *
 * @param address its text, or its four bytes
 * @throws {DNSError} there is none, or no answer
 * @throws {TypeError | RangeError} not an address, not flags
 */
export function resolveReverse(address: string | Uint8Array, flags = 0): Promise<DnsAnswer> {
  return wait(checkReverse(address, flags, 4, 'resolveReverse'), textOf(address));
}

/** As {@link resolveReverse}, for IPv6. gevent 0.13: `dns.resolve_reverse_ipv6`. */
export function resolveReverseIpv6(address: string | Uint8Array, flags = 0): Promise<DnsAnswer> {
  return wait(checkReverse(address, flags, 6, 'resolveReverseIpv6'), textOf(address));
}

function textOf(address: string | Uint8Array): string {
  if (typeof address === 'string') return address;
  return address.length === 4 ? formatIPv4(address) : formatIPv6(address);
}
