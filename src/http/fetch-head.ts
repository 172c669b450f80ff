/** Status and headers of a response, as they go on the wire: what is the connection's affair is taken out. */
import type { ServerResponse } from 'node:http';
import { mismatch } from '../base/check.ts';
import { isPlainHeader, valueOfHeader } from './fetch-headers.ts';

// What belongs to the connection, which is not the handler's: by their lengths, so that others cost no comparison.
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  'te',
  'trailer',
  'connection',
  'keep-alive',
  'content-length',
  'proxy-connection',
  'transfer-encoding',
]);
const LENGTHS: readonly boolean[] = Array.from({ length: 18 }, (_, length) =>
  [...OF_THE_CONNECTION].some((name) => name.length === length),
);

// oxlint-disable-next-line no-control-regex -- everything that is one byte in every encoding
const ASCII = /^[\u0000-\u007F]*$/;

/** @internal */
export class ResponseHead {
  readonly status: number;
  readonly statusText: string;
  /** Flat: name, value, name, value. */
  readonly headers: string[] = [];
  /** How long the body is to be, where the handler says so. */
  length: number | undefined = undefined;
  /** Nothing is to follow on the connection. */
  isLast = false;
  /** Text behind it may be sent in the same string. */
  isAscii: boolean;

  /** @param list the headers, flat */
  constructor(status: number, statusText: string, list: readonly string[]) {
    this.status = status;
    this.statusText = statusText;
    this.isAscii = ASCII.test(statusText);
    for (let index = 0; index < list.length; index += 2)
      this.#take(list[index] as string, list[index + 1] as string);
  }

  /** Hands it to node:http. */
  write(outgoing: ServerResponse, length: number | undefined): void {
    const { status, statusText, headers } = this;
    if (length !== undefined) headers.push('Content-Length', String(length));
    if (this.isLast) outgoing.shouldKeepAlive = false;
    if (statusText === '') outgoing.writeHead(status, headers);
    else outgoing.writeHead(status, statusText, headers);
  }

  #take(name: string, value: string): void {
    if (LENGTHS[name.length] === true && OF_THE_CONNECTION.has(name.toLowerCase()))
      this.#obey(name.toLowerCase(), value);
    else {
      this.headers.push(name, value);
      this.isAscii &&= ASCII.test(value);
    }
  }

  #obey(name: string, value: string): void {
    if (name === 'connection') this.isLast ||= /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i.test(value);
    else if (name === 'content-length' && /^\d{1,15}$/.test(value)) this.length = Number(value);
  }
}

/**
 * @internal A flat list of the headers of a real Response, or of one of another make. Each cookie stands for itself.
 *
 * @throws {TypeError} one of them cannot be sent
 */
export function listOfHeaders(headers: Iterable<readonly [string, string]>): string[] {
  const list: string[] = [];
  for (const [name, value] of headers) {
    if (!isPlainHeader(name, value))
      throw new TypeError(
        mismatch(`Response header ${JSON.stringify(name)}`, 'text without control characters', value),
      );
    list.push(name, value);
  }
  return list;
}

// fetch() can undo the last of these from this version on.
const [major = 0, minor = 0] = (process.versions['undici'] ?? '').split('.').map(Number);
const HAS_ZSTD = process.versions['zstd'] !== undefined && (major > 7 || (major === 7 && minor >= 11));

// What fetch() undoes, and leaves in the headers.
const UNDONE = HAS_ZSTD ? /^(?:(?:x-)?gzip|deflate|br|zstd)$/i : /^(?:(?:x-)?gzip|deflate|br)$/i;

/** @internal For a response that fetch() has given: its body is not encoded any more. */
export function withoutEncoding(list: readonly string[]): readonly string[] {
  const codings = valueOfHeader(list, 'content-encoding');
  if (codings === null || !codings.split(',').every((coding) => UNDONE.test(coding.trim()))) return list;
  return list.filter((_, index) => !OF_THE_CODING.has((list[index - (index % 2)] as string).toLowerCase()));
}

const OF_THE_CODING: ReadonlySet<string> = new Set(['content-encoding', 'content-length']);
