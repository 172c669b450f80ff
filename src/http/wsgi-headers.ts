/** What an application may answer: a status line and headers that cannot say anything but what they seem to say. */
import { mismatch } from '../base/check.ts';

/** One line of the header: name and value. */
export type HeaderPair = readonly [name: string, value: string];

/** @internal What `startResponse` was given, once it was found to be in order. */
export interface ResponseHead {
  readonly code: number;
  readonly reason: string;
  readonly headers: HeaderPair[];
  /** The Content-Length among the headers. */
  readonly contentLength: number | undefined;
}

/** How long a request line may be unless the server is told otherwise, in bytes: see `maxRequestLine`. */
export const MAX_REQUEST_LINE = 8192;

// Matters between the server and its neighbour, which an application knows nothing of.
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'trailers',
  'transfer-encoding',
  'upgrade',
]);

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// What may not stand in a line of a response: control characters but the tab, and what no byte can hold.
const UNFIT = /[^\t\x20-\x7e\x80-\xff]/;

/** @internal @throws {TypeError | RangeError} the first thing that is not in order */
export function checkHead(status: unknown, headers: unknown): ResponseHead {
  const name = 'startResponse(status)';
  if (typeof status !== 'string') throw new TypeError(mismatch(name, "a string such as '200 OK'", status));
  const [, digits, reason = ''] = /^(\d{3})(?: (.*))?$/s.exec(status) ?? [];
  if (digits === undefined) throw new TypeError(mismatch(name, "a string such as '200 OK'", status));
  if (UNFIT.test(reason)) throw new TypeError(mismatch(name, 'no control characters', status));
  const code = Number(digits);
  if (code < 200) throw new RangeError(mismatch(name, 'a status of at least 200', status));
  const pairs = checkPairs(headers, 'startResponse(headers)');
  return { code, reason, ...pairs };
}

function checkPairs(value: unknown, name: string): Pick<ResponseHead, 'headers' | 'contentLength'> {
  if (!Array.isArray(value)) throw new TypeError(mismatch(name, 'an array of [name, value]', value));
  const headers: HeaderPair[] = [];
  let contentLength: number | undefined;
  for (const [index, pair] of (value as unknown[]).entries()) {
    const where = `${name}[${index}]`;
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new TypeError(mismatch(where, '[name, value]', pair));
    }
    const header = checkHeader(pair[0], pair[1], where);
    const lower = header[0].toLowerCase();
    if (HOP_BY_HOP.has(lower)) {
      throw new TypeError(mismatch(where, 'no header that is the affair of the server', header[0]));
    }
    if (lower === 'content-length') {
      if (!/^\d{1,15}$/.test(header[1])) throw new TypeError(mismatch(where, 'a number of bytes', header[1]));
      const length = Number(header[1]);
      if (contentLength !== undefined && contentLength !== length) {
        throw new TypeError(mismatch(where, `the same length as before, ${contentLength}`, header[1]));
      }
      // One is enough, and two would have to be refused by the client.
      if (contentLength !== undefined) continue;
      contentLength = length;
    }
    headers.push(header);
  }
  return { headers, contentLength };
}

/** @internal A header that can stand in a response: no line feed, nothing that splits it. */
export function checkHeader(name: unknown, value: unknown, where: string): HeaderPair {
  if (typeof name !== 'string' || !NAME.test(name))
    throw new TypeError(mismatch(where, 'the name of a header', name));
  if (typeof value !== 'string') throw new TypeError(mismatch(`${where} ${name}`, 'a string', value));
  if (UNFIT.test(value)) throw new TypeError(mismatch(`${where} ${name}`, 'no control characters', value));
  return [name, value];
}

/** @internal The headers with the length of the body, where that is known and may be said. */
export function withLength(headers: HeaderPair[], code: number, length: number | undefined): HeaderPair[] {
  const isLength = ([name]: HeaderPair): boolean => name.toLowerCase() === 'content-length';
  if (code === 204) return headers.filter((header) => !isLength(header));
  if (length === undefined || code === 304 || headers.some(isLength)) return headers;
  return [...headers, ['Content-Length', String(length)]];
}

/**
 * A moment as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`. gevent: `pywsgi.format_date_time`.
 *
 * @param timestamp seconds since 1970
 */
export function formatDateTime(timestamp: number): string {
  const date = new Date(typeof timestamp === 'number' ? timestamp * 1000 : Number.NaN);
  if (Number.isNaN(date.getTime())) {
    throw new TypeError(mismatch('formatDateTime(timestamp)', 'a number of seconds since 1970', timestamp));
  }
  return date.toUTCString();
}
