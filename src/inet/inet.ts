/** IP addresses between text and bytes. */
import { mismatch } from '../base/check.ts';
import { AF_INET, AF_INET6 } from './constants.ts';
import { SocketError } from './errors.ts';
import { formatIPv4, formatIPv6, parseIPv4, parseIPv6, parseLooseIPv4 } from './ip-text.ts';

function checkText(value: unknown, name: string): asserts value is string {
  if (typeof value !== 'string') throw new TypeError(mismatch(name, 'an IP address as text', value));
}

function checkBytes(value: unknown, name: string, length: 4 | 16): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array))
    throw new TypeError(mismatch(name, `a Uint8Array of ${length} bytes`, value));
  if (value.length !== length) throw new RangeError(mismatch(name, `a Uint8Array of ${length} bytes`, value));
}

function checkFamily(value: unknown, name: string): void {
  if (typeof value !== 'number') throw new TypeError(mismatch(name, 'AF_INET or AF_INET6', value));
  if (value !== AF_INET && value !== AF_INET6)
    throw new RangeError(mismatch(name, 'AF_INET or AF_INET6', value));
}

function orIllegal(bytes: Uint8Array | undefined, text: string, syscall: string): Buffer {
  if (bytes !== undefined) return Buffer.from(bytes);
  throw new SocketError(`Cannot read ${JSON.stringify(text)} as an IP address`, { code: 'EINVAL', syscall });
}

/**
 * The four bytes of an IPv4 address, written in any of the forms that C's `inet_aton` reads: `127.0.0.1`, `127.1`,
 * `0x7f000001`. What follows a blank is left out. Python: `socket.inet_aton`.
 *
 * @throws {SocketError} `EINVAL`: the text is no such address
 * @throws {TypeError} not a text
 * @example
 * inetAton('127.1'); // <Buffer 7f 00 00 01>
 */
export function inetAton(text: string): Buffer {
  checkText(text, 'inetAton(text)');
  return orIllegal(parseLooseIPv4(text.replace(/\s[^]*$/, '')), text, 'inet_aton');
}

/**
 * The text of an IPv4 address of four bytes. Python: `socket.inet_ntoa`.
 *
 * @throws {TypeError | RangeError} not a Uint8Array, or not of four bytes
 */
export function inetNtoa(bytes: Uint8Array): string {
  checkBytes(bytes, 'inetNtoa(bytes)', 4);
  return formatIPv4(bytes);
}

/**
 * The bytes of an IP address: four for AF_INET, sixteen for AF_INET6. Takes the exact forms alone, without a zone.
 * Python: `socket.inet_pton`.
 *
 * @throws {SocketError} `EINVAL`: the text is no address of that family
 * @throws {TypeError | RangeError} not a family, not a text
 * @example
 * inetPton(AF_INET6, '::1').length; // 16
 */
export function inetPton(family: number, text: string): Buffer {
  checkFamily(family, 'inetPton(family)');
  checkText(text, 'inetPton(text)');
  return orIllegal(family === AF_INET ? parseIPv4(text) : parseIPv6(text), text, 'inet_pton');
}

/**
 * The text of an IP address of four or sixteen bytes. Python: `socket.inet_ntop`.
 *
 * @throws {TypeError | RangeError} not a family, or bytes that are not of its length
 */
export function inetNtop(family: number, bytes: Uint8Array): string {
  checkFamily(family, 'inetNtop(family)');
  checkBytes(bytes, 'inetNtop(bytes)', family === AF_INET ? 4 : 16);
  return family === AF_INET ? formatIPv4(bytes) : formatIPv6(bytes);
}
