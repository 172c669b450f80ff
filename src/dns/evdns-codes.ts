/** The numbers of gevent 0.13's DNS calls, which are those of libevent, and what they mean. */
import { nodeCode } from './failures.ts';

// What a request came to.
/** There is an answer. */
export const DNS_ERR_NONE = 0;
/** The server could not read the question. */
export const DNS_ERR_FORMAT = 1;
/** The server failed. */
export const DNS_ERR_SERVERFAILED = 2;
/** The name does not exist. */
export const DNS_ERR_NOTEXIST = 3;
/** The server does not know this kind of question. */
export const DNS_ERR_NOTIMPL = 4;
/** The server refused the question. */
export const DNS_ERR_REFUSED = 5;
/** The answer is cut off or makes no sense. */
export const DNS_ERR_TRUNCATED = 65;
/** Some other failure. */
export const DNS_ERR_UNKNOWN = 66;
/** No answer in time. */
export const DNS_ERR_TIMEOUT = 67;
/** The request was ended by `dnsShutdown`. */
export const DNS_ERR_SHUTDOWN = 68;
/** The name has no records of this kind. */
export const DNS_ERR_NODATA = 70;

// What kind of records an answer has.
/** The answer has IPv4 addresses. */
export const DNS_IPv4_A = 1;
/** The answer has names. */
export const DNS_PTR = 2;
/** The answer has IPv6 addresses. */
export const DNS_IPv6_AAAA = 3;

/** A flag: the name is asked for as it is, without the search domains. gevent 0.13: `core.DNS_QUERY_NO_SEARCH`. */
export const DNS_QUERY_NO_SEARCH = 1;

const TEXTS: Readonly<Record<number, string>> = {
  [DNS_ERR_NONE]: 'no error',
  [DNS_ERR_FORMAT]: 'the server could not read the question',
  [DNS_ERR_SERVERFAILED]: 'the server failed',
  [DNS_ERR_NOTEXIST]: 'the name does not exist',
  [DNS_ERR_NOTIMPL]: 'the server does not know this kind of question',
  [DNS_ERR_REFUSED]: 'the server refused the question',
  [DNS_ERR_TRUNCATED]: 'the answer is cut off or makes no sense',
  [DNS_ERR_UNKNOWN]: 'unknown error',
  [DNS_ERR_TIMEOUT]: 'no answer in time',
  [DNS_ERR_SHUTDOWN]: 'the look-ups were shut down',
  [DNS_ERR_NODATA]: 'the name has no records of this kind',
};

/** @internal */
export function evdnsText(result: number): string {
  return TEXTS[result] ?? `unknown error ${result}`;
}

const BY_NODE: Readonly<Record<string, number>> = {
  EFORMERR: DNS_ERR_FORMAT,
  ESERVFAIL: DNS_ERR_SERVERFAILED,
  ENOTFOUND: DNS_ERR_NOTEXIST,
  EBADNAME: DNS_ERR_NOTEXIST,
  ENOTIMP: DNS_ERR_NOTIMPL,
  EREFUSED: DNS_ERR_REFUSED,
  EBADRESP: DNS_ERR_TRUNCATED,
  ETIMEOUT: DNS_ERR_TIMEOUT,
  ECONNREFUSED: DNS_ERR_TIMEOUT,
  ECANCELLED: DNS_ERR_SHUTDOWN,
  EDESTRUCTION: DNS_ERR_SHUTDOWN,
  ENODATA: DNS_ERR_NODATA,
};

/** @internal Whatever Node reported, as one of these numbers. */
export function evdnsResult(error: unknown): number {
  return BY_NODE[nodeCode(error)] ?? DNS_ERR_UNKNOWN;
}
