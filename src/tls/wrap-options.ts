/** How one socket is wrapped, and what of it does not go together. */
import { isIP } from 'node:net';
import { checkFlag, checkOptions, mismatch } from '../base/check.ts';
import { SOCK_STREAM } from '../inet/constants.ts';
import { systemError } from '../inet/errors.ts';
import { Socket } from '../io/socket.ts';
import { PROTOCOL_TLS_SERVER } from './constants.ts';
import type { ContextSettings } from './context-settings.ts';
import { SSLSession } from './ssl-session.ts';

/** What `SSLContext.wrapSocket` takes. */
export interface WrapOptions {
  /** This end is the server. Default: it is the client. */
  readonly serverSide?: boolean | undefined;
  /** The host that is meant: it is told to the server, and its certificate must be for it. For clients only. */
  readonly serverHostname?: string | undefined;
  /** Default: true. False: `doHandshake()` does it, or the first call that receives or sends. */
  readonly doHandshakeOnConnect?: boolean | undefined;
  /**
   * Default: true: a connection that ends without the end of TLS is received as an end. False: it is an
   * `SSLEOFError`, as what came may have been cut off.
   */
  readonly suppressRaggedEofs?: boolean | undefined;
  /** A session of an earlier connection, of the same context. For clients only. */
  readonly session?: SSLSession | undefined;
}

/** @internal @throws {TypeError | RangeError} before anything has happened */
export function checkWrap(
  sock: unknown,
  context: ContextSettings,
  options: WrapOptions,
): asserts sock is Socket {
  if (!(sock instanceof Socket)) throw new TypeError(mismatch('wrapSocket(sock)', 'a socket', sock));
  if (sock.closed) throw systemError('EBADF', 'wrap');
  if (sock.type !== SOCK_STREAM)
    throw new TypeError('wrapSocket(sock): TLS needs a stream socket, not a datagram one');
  checkOptions(options, 'wrapSocket(options)');
  const { serverSide, serverHostname, doHandshakeOnConnect, suppressRaggedEofs, session } = options;
  checkFlag(serverSide, 'wrapSocket({ serverSide })');
  checkFlag(doHandshakeOnConnect, 'wrapSocket({ doHandshakeOnConnect })');
  checkFlag(suppressRaggedEofs, 'wrapSocket({ suppressRaggedEofs })');
  if (serverHostname !== undefined) checkHost(serverHostname);
  const isServer = serverSide === true;
  if (isServer !== (context.protocol === PROTOCOL_TLS_SERVER)) {
    const kind = isServer ? 'PROTOCOL_TLS_CLIENT' : 'PROTOCOL_TLS_SERVER';
    throw new TypeError(
      `wrapSocket({ serverSide }): a context for ${kind} cannot make a ${isServer ? 'server' : 'client'}`,
    );
  }
  if (isServer && serverHostname !== undefined) {
    throw new TypeError('wrapSocket({ serverHostname }): only a client names the host that it means');
  }
  if (isServer && session !== undefined) {
    throw new TypeError('wrapSocket({ session }): only a client goes on with a session');
  }
  if (!isServer && context.checkHostname && serverHostname === undefined) {
    throw new TypeError(
      'wrapSocket({ serverHostname }): expected the name of the host, got undefined; ' +
        'without it, turn checkHostname off',
    );
  }
  if (session !== undefined) checkSession(session, context);
}

function checkHost(host: unknown): void {
  if (typeof host !== 'string' || host === '') {
    throw new TypeError(mismatch('wrapSocket({ serverHostname })', 'the name or address of a host', host));
  }
  if (isIP(host) === 0 && (host.startsWith('.') || /[\0\s/]/.test(host))) {
    throw new RangeError(mismatch('wrapSocket({ serverHostname })', 'the name or address of a host', host));
  }
}

function checkSession(session: unknown, context: ContextSettings): void {
  if (!(session instanceof SSLSession)) {
    throw new TypeError(mismatch('wrapSocket({ session })', 'a session of an SSLSocket', session));
  }
  if (session.context !== context) {
    throw new RangeError('wrapSocket({ session }): the session belongs to another context');
  }
}
