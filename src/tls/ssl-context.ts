/** The context: what connections have in common. */
import { inspectAsText } from '../base/format.ts';
import { checkFunction, checkOptions, mismatch } from '../base/check.ts';
import type { Socket } from '../io/socket.ts';
import { CERT_NONE, PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER, type Protocol, Purpose } from './constants.ts';
import { ContextSettings } from './context-settings.ts';
import { type SSLSocket, type SocketContext, wrapWith } from './ssl-socket.ts';
import type { TrustOptions } from './trust.ts';
import { type WrapOptions, checkWrap } from './wrap-options.ts';

/**
 * Chooses the context for the host that a client asks for: answers it, or sets `sock.context`, or does neither and
 * keeps the one there is. It runs in a greenlet and may park. If it fails, so does the handshake.
 */
export type ServerNameCallback = (
  sock: SSLSocket,
  serverName: string,
  context: SSLContext,
) => SSLContext | undefined | void | Promise<SSLContext | undefined | void>;

/**
 * What TLS connections have in common: certificates, whom to trust, versions, ciphers. A client checks the server's
 * certificate and its host name unless it is told not to. gevent: `ssl.SSLContext`.
 *
 * @example
 * const context = new SSLContext(PROTOCOL_TLS_SERVER);
 * context.loadCertChain('server.pem', 'server.key');
 * const sock = await context.wrapSocket(client, { serverSide: true });
 */
export class SSLContext extends ContextSettings implements SocketContext {
  #sniCallback: ServerNameCallback | undefined = undefined;

  /**
   * @param protocol `PROTOCOL_TLS_CLIENT` (the default) or `PROTOCOL_TLS_SERVER`
   * @throws {TypeError} for anything else
   */
  constructor(protocol: Protocol = PROTOCOL_TLS_CLIENT) {
    super(protocol);
  }

  /** Called with the host that a client asks for; not for clients that name none. Python: `sni_callback`. */
  get sniCallback(): ServerNameCallback | undefined {
    return this.#sniCallback;
  }

  set sniCallback(callback: ServerNameCallback | undefined) {
    if (callback !== undefined) checkFunction(callback, 'sniCallback');
    this.#sniCallback = callback;
  }

  /** Sets {@link sniCallback}. Python: `set_servername_callback`. */
  setServernameCallback(callback: ServerNameCallback | undefined): void {
    this.sniCallback = callback;
  }

  /**
   * TLS over `sock`, which is closed from then on: the connection belongs to the socket that comes out. Of a connected
   * one it does the handshake, and parks for it as `SSLSocket.doHandshake` does; one that is not connected does it
   * when it connects, and one that listens with each client that it accepts.
   *
   * @throws {TypeError} at the call: a client that checks host names needs `serverHostname`
   * @throws {SSLError} the handshake failed; the connection is closed
   * @throws {SocketTimeout} the handshake took longer than the timeout of `sock`
   */
  wrapSocket(sock: Socket, options: WrapOptions = {}): Promise<SSLSocket> {
    checkWrap(sock, this, options);
    return wrapWith(sock, this, options);
  }

  /** @internal */
  get chooseContext(): ((sock: SSLSocket, serverName: string) => unknown) | undefined {
    const callback = this.#sniCallback;
    return callback && ((sock, serverName) => callback(sock, serverName, this));
  }

  override toString(): string {
    const side = this.protocol === PROTOCOL_TLS_CLIENT ? 'client' : 'server';
    return `<${this.constructor.name} for a ${side}>`;
  }
}
inspectAsText(SSLContext);

/**
 * A context with safe settings. For `Purpose.SERVER_AUTH`, the default, it makes clients: they check the server's
 * certificate, and trust the authorities given or else the system's. For `Purpose.CLIENT_AUTH` it makes servers, and
 * trusts the authorities given when clients are asked for certificates. Python: `ssl.create_default_context`.
 *
 * @throws {SSLError} there is no certificate in what was given
 */
export function createDefaultContext(
  purpose: Purpose = Purpose.SERVER_AUTH,
  options: TrustOptions = {},
): SSLContext {
  checkOptions(options, 'createDefaultContext(options)');
  const { cafile, capath, cadata } = options;
  const context = new SSLContext(protocolFor(purpose));
  if (cafile !== undefined || capath !== undefined || cadata !== undefined) {
    context.loadVerifyLocations({ cafile, capath, cadata });
  } else if (context.verifyMode !== CERT_NONE) context.loadDefaultCerts();
  return context;
}

function protocolFor(purpose: Purpose): Protocol {
  if (purpose === Purpose.SERVER_AUTH) return PROTOCOL_TLS_CLIENT;
  if (purpose === Purpose.CLIENT_AUTH) return PROTOCOL_TLS_SERVER;
  throw new TypeError(
    mismatch('createDefaultContext(purpose)', 'Purpose.SERVER_AUTH or Purpose.CLIENT_AUTH', purpose),
  );
}
