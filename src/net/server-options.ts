/** What servers are made with, and the checks of it. */
import { checkInteger, checkOptions, checkSeconds, mismatch } from '../base/check.ts';
import type { TimeLimit } from '../core/time-limit.ts';
import type { Seconds } from '../core/timeout.ts';
import { Listener } from '../io/listener.ts';
import { DatagramPort } from '../io/datagram.ts';
import { Socket } from '../io/socket.ts';
import { type Address, parseAddress } from '../inet/address.ts';
import { SOCK_STREAM } from '../inet/constants.ts';
import { SSLSocket } from '../tls/ssl-socket.ts';
import type { SpawnOption } from './spawner.ts';

/**
 * Where a server listens: `[host, port]`, `'127.0.0.1:0'`, `':80'` (every IPv4 interface), `'[::1]:80'`, a port, the
 * path of a Unix-domain socket, or a socket that listens (of a DatagramServer: that is bound).
 */
export type ListenerOption = Address | number | Socket;

/** What every server takes. */
export interface BaseServerOptions {
  /** How handlers are run. Default: `'default'`, each in a greenlet. Given as undefined or null: in the hub. */
  readonly spawn?: SpawnOption;
  /** How many clients are taken in one go before the event loop has its turn. Default: 100. */
  readonly maxAccept?: number | undefined;
  /** How long nothing is taken after an error, at first; negative: not at all. Default: 0.01 seconds. */
  readonly minDelay?: Seconds | undefined;
  /** How long at most: the time doubles with each error. Default: 1 second. */
  readonly maxDelay?: Seconds | undefined;
  /** How long `stop()` lets handlers finish. Default: 1 second. */
  readonly stopTimeout?: Seconds | undefined;
}

/** How long handlers may take to finish. */
export interface StopOptions {
  /** In seconds. Default: the server's `stopTimeout`. */
  readonly timeout?: TimeLimit | undefined;
}

/** How `serveForever` ends. */
export interface ServeForeverOptions {
  /** How long handlers may take to finish then, in seconds. Default: the server's `stopTimeout`. */
  readonly stopTimeout?: Seconds | undefined;
}

/** The fields of a server that its user may write. */
export interface ServerFields {
  maxAccept: number;
  minDelay: Seconds;
  maxDelay: Seconds;
  stopTimeout: Seconds;
}

/** @internal Takes over the options that were given. @throws {TypeError | RangeError} */
export function takeServerOptions(fields: ServerFields, options: BaseServerOptions, name: string): void {
  checkOptions(options, `${name}(options)`);
  const { maxAccept, minDelay, maxDelay, stopTimeout } = options;
  if (maxAccept !== undefined) fields.maxAccept = checkInteger(maxAccept, `${name}({ maxAccept })`, 1);
  if (minDelay !== undefined) fields.minDelay = checkSeconds(minDelay, `${name}({ minDelay })`);
  if (maxDelay !== undefined) fields.maxDelay = checkSeconds(maxDelay, `${name}({ maxDelay })`);
  if (stopTimeout !== undefined) fields.stopTimeout = checkSeconds(stopTimeout, `${name}({ stopTimeout })`);
}

/** @internal What was written to the fields since. @throws {TypeError | RangeError} */
export function checkServerFields(fields: ServerFields, name: string): void {
  checkInteger(fields.maxAccept, `${name}.maxAccept`, 1);
  checkSeconds(fields.minDelay, `${name}.minDelay`);
  checkSeconds(fields.maxDelay, `${name}.maxDelay`);
  checkSeconds(fields.stopTimeout, `${name}.stopTimeout`);
}

/** @internal The address, or the socket, that a listener option says. @throws {TypeError | RangeError} */
export function parseListener(listener: unknown, name: string, type: number): Address | Socket {
  if (!(listener instanceof Socket)) {
    const address = parseAddress(listener, name);
    if (typeof address !== 'string' || type === SOCK_STREAM) return address;
    throw new TypeError(`${name}: Node has no datagram sockets of the Unix domain`);
  }
  if (listener instanceof SSLSocket) {
    throw new TypeError(
      `${name}: the server secures its clients itself: give it a plain socket and { sslContext }`,
    );
  }
  const kind = listener.type === type ? listener.watchable : undefined;
  if (!(kind instanceof Listener) && !(kind instanceof DatagramPort)) {
    throw new TypeError(mismatch(name, 'an address, or a socket that listens', listener));
  }
  return listener;
}

/** @internal `(handle?, options?)`, where the options may stand alone. */
export function splitServerArguments<H, O extends object>(
  handle: H | O | undefined,
  options: O | undefined,
): { readonly handle: H | undefined; readonly options: O } {
  if (typeof handle === 'object' && handle !== null && options === undefined)
    return { handle: undefined, options: handle as O };
  return { handle: handle as H | undefined, options: options === undefined ? ({} as O) : options };
}
