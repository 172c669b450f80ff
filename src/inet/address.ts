/**
 * Addresses, as Python's socket module has them:
 *
 *   ['127.0.0.1', 80]                AF_INET
 *   ['::1', 80, flowInfo, scopeId]   AF_INET6; the last two may be left out
 *   '/run/app.sock'                  AF_UNIX; '\0name' in the abstract namespace of Linux
 *
 * `parseAddress` also reads what people write: '127.0.0.1:80', ':80', '[::1]:80', 80, a path.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { mismatch } from '../base/check.ts';
import { AF_INET, AF_INET6, AF_UNIX } from './constants.ts';

/** Host and port; for IPv6 also the flow label and the number of the interface. */
export type InetAddress = readonly [host: string, port: number, flowInfo?: number, scopeId?: number];

/** Where a socket is, or is to be: host and port, or the path of a Unix-domain socket. */
export type Address = InetAddress | string;

const EXPECTED = "[host, port], 'host:port', a port, or the path of a Unix-domain socket";

/** @internal A port, 0 to 65535. */
export function checkPort(value: unknown, name: string): number {
  if (typeof value !== 'number') throw new TypeError(mismatch(name, 'a port number', value));
  if (!Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new RangeError(mismatch(name, 'a port from 0 to 65535', value));
  }
  return value;
}

/** @internal An address in its exact form: `[host, port]` or a path. */
export function checkAddress(value: unknown, name: string): Address {
  if (typeof value === 'string') return checkPath(value, name);
  if (!Array.isArray(value) || value.length < 2 || value.length > 4) {
    throw new TypeError(mismatch(name, '[host, port], or the path of a Unix-domain socket', value));
  }
  const [host, port, flowInfo, scopeId] = value as unknown[];
  if (typeof host !== 'string') throw new TypeError(mismatch(`${name}[0]`, 'a host name or address', host));
  if (host.includes('\0')) throw new TypeError(mismatch(`${name}[0]`, 'a host without NUL characters', host));
  checkPort(port, `${name}[1]`);
  for (const [index, part] of [flowInfo, scopeId].entries()) {
    if (part !== undefined && (typeof part !== 'number' || !Number.isInteger(part) || part < 0)) {
      throw new TypeError(mismatch(`${name}[${index + 2}]`, 'an integer of at least 0', part));
    }
  }
  return value as unknown as InetAddress;
}

/** The longest path that fits in a `sockaddr_un`: 107 bytes on Linux, 103 elsewhere. */
const MAX_PATH = process.platform === 'linux' ? 107 : 103;

function checkPath(path: string, name: string): string {
  if (path === '') throw new TypeError(mismatch(name, EXPECTED, path));
  if (path.indexOf('\0', 1) > 0) throw new TypeError(mismatch(name, 'a path without NUL characters', path));
  if (process.platform !== 'win32' && Buffer.byteLength(path) > MAX_PATH) {
    throw new RangeError(mismatch(name, `a path of at most ${MAX_PATH} bytes`, path));
  }
  return path;
}

/**
 * Reads an address in any of the forms that people write: `[host, port]`, `'127.0.0.1:80'`, `':80'`, `'[::1]:80'`,
 * `'80'`, `80`, or a path (it holds a slash, or begins with `\0`). The host of `':80'` is the empty string: every
 * interface. gevent: `baseserver.parse_address`.
 *
 * @throws {TypeError | RangeError} none of these, or a port outside 0 to 65535
 */
export function parseAddress(value: unknown, name = 'parseAddress(address)'): Address {
  if (typeof value === 'number') return ['', checkPort(value, name)];
  if (typeof value !== 'string') return checkAddress(value, name);
  if (value.includes('/') || value.startsWith('\0')) return checkPath(value, name);
  const match = /^(?:\[(?<six>[^\]]*)\]:|(?<four>[^:]*):|)(?<port>\d+)$/.exec(value);
  if (match === null) throw new TypeError(mismatch(name, EXPECTED, value));
  const { six, four, port } = match.groups ?? {};
  if (six !== undefined && !isIPv6(six))
    throw new TypeError(mismatch(name, 'an IPv6 address between [ and ]', value));
  return [six ?? four ?? '', checkPort(Number(port), name)];
}

/** @internal The family that an address belongs to; undefined for a host name, which may have either. */
export function familyOf(address: Address): number | undefined {
  if (typeof address === 'string') return AF_UNIX;
  const host = address[0].split('%')[0] as string;
  if (isIPv4(host)) return AF_INET;
  return isIPv6(host) ? AF_INET6 : undefined;
}

/** @internal As people write it: `127.0.0.1:80`, `[::1]:80`, a path. */
export function formatAddress(address: Address | undefined): string {
  if (address === undefined) return 'unknown';
  if (typeof address === 'string') return address.startsWith('\0') ? `@${address.slice(1)}` : address;
  const [host, port] = address;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** @internal What Node says of one end of a socket, as an address. */
export function fromNode(
  host: string | undefined,
  port: number | undefined,
  family?: string | number,
): Address | undefined {
  if (host === undefined || port === undefined) return undefined;
  if (family !== 'IPv6' && family !== 6 && !host.includes(':')) return [host, port];
  const [plain, scope] = host.split('%') as [string, string | undefined];
  return [plain, port, 0, scope === undefined ? 0 : Number(scope) || 0];
}
