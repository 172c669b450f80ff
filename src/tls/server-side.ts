/** TLS as servers use it: the options that turn it on, and the handshake with a client that was accepted. */
import { checkFlag, mismatch } from '../base/check.ts';
import type { Seconds } from '../core/timeout.ts';
import { checkTimeout } from '../io/default-timeout.ts';
import type { Socket } from '../io/socket.ts';
import { PROTOCOL_TLS_SERVER } from './constants.ts';
import type { SSLContext } from './ssl-context.ts';
import { SSLSocket } from './ssl-socket.ts';
import { type TLSOptions, contextFromOptions, givenOptions } from './tls-options.ts';

/** What a server takes for TLS. Any one of {@link TLSOptions} turns it on. */
export interface TLSServerOptions extends TLSOptions {
  /** Default: true. False: the handler calls `doHandshake()`, or the first `recv` does the handshake. */
  readonly doHandshakeOnConnect?: boolean | undefined;
  /** Default: true. False: a client that cuts the connection without ending TLS is an `SSLEOFError`. */
  readonly suppressRaggedEofs?: boolean | undefined;
  /** Seconds that a client has for the handshake. Infinity: as many as it likes. Default: 60. */
  readonly handshakeTimeout?: Seconds | undefined;
}

/** @internal How a server secures the clients that it accepts. */
export type HandshakeOptions = Pick<TLSServerOptions, 'doHandshakeOnConnect' | 'suppressRaggedEofs'>;

const DEFAULT_TIMEOUT = 60;

/**
 * @internal The context that the options describe; undefined when none of them is given: no TLS.
 * @throws {TypeError} at the call, for options that do not go together
 * @throws {SSLError} the certificates cannot be used
 */
export function contextFor(options: TLSServerOptions): SSLContext | undefined {
  checkFlag(options.doHandshakeOnConnect, 'doHandshakeOnConnect');
  checkFlag(options.suppressRaggedEofs, 'suppressRaggedEofs');
  checkTimeout(options.handshakeTimeout, 'handshakeTimeout');
  if (givenOptions(options).length === 0) return undefined;
  const context = contextFromOptions(options, true, 'server');
  if (context.protocol !== PROTOCOL_TLS_SERVER) {
    throw new TypeError(mismatch('server({ sslContext })', 'a context for PROTOCOL_TLS_SERVER', context));
  }
  return context;
}

/**
 * @internal TLS over a client that was accepted; `socket` is closed from then on. Parks for the handshake, unless the
 * options say that it is done later. Whatever fails, or interrupts it, closes the connection.
 *
 * Node reads the connection itself (see wire.ts for what that gains); so `unwrap()` is refused, and where the cut of a
 * connection is to be told from its end, it goes the long way.
 *
 * @throws {SSLError} the handshake failed
 * @throws {SocketTimeout} it took longer than `seconds`
 */
export async function secureServerSide(
  socket: Socket,
  context: SSLContext,
  seconds: Seconds = DEFAULT_TIMEOUT,
  options: HandshakeOptions = {},
): Promise<SSLSocket> {
  const { doHandshakeOnConnect, suppressRaggedEofs } = options;
  const isDirect = suppressRaggedEofs !== false;
  const secure = new SSLSocket(
    socket,
    context,
    { serverSide: true, doHandshakeOnConnect, suppressRaggedEofs },
    isDirect,
  );
  if (doHandshakeOnConnect === false) return secure;
  const timeout = secure.getTimeout();
  secure.setTimeout(seconds);
  await secure.doHandshake();
  secure.setTimeout(timeout);
  return secure;
}
