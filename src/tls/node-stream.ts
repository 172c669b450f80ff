/**
 * Node's TLS over a stream, for either side. What Node does not document, and does in the same way since its first
 * versions, is in this file alone: the event 'secure' of a server's side, and the outcome of checking a client's
 * certificate. Where those are missing, nobody is trusted.
 */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { type SecureContext, TLSSocket, type TLSSocketOptions, checkServerIdentity, connect } from 'node:tls';

/** @internal How Node is told which context was chosen, or that none could be. */
export type ServerNameDone = (error: Error | null, context?: SecureContext) => void;

/** @internal What a handshake is done with. */
export interface SecureOptions {
  readonly isServer: boolean;
  readonly native: SecureContext;
  readonly alpnProtocols: readonly string[];
  /** The other side must show a certificate that is fine. Of a client that need not show one: if it does. */
  readonly isVerified: boolean;
  /** A client is asked for its certificate. */
  readonly isAsked: boolean;
  /** A client without a certificate is refused. */
  readonly isRequired: boolean;
  /** The host that is told to the server. */
  readonly hostname: string | undefined;
  /** The server's certificate must be for that host. */
  readonly isHostnameChecked: boolean;
  /** A session to go on with, and the certificate that the server showed then. */
  readonly session: { readonly data: Buffer; readonly certificate: Buffer | undefined } | undefined;
  /** Told of each session of a client's. */
  readonly onSession: (session: Buffer, certificate: Buffer | undefined) => void;
  /** The context for the host that the client asks for; undefined for the one there is. */
  readonly onServerName: ((name: string, done: ServerNameDone) => void) | undefined;
}

interface Undocumented {
  readonly ssl?: { verifyError?(): Error | null | undefined } | null;
  readonly _readableState?: { readonly ended?: boolean };
  _releaseControl?(): void;
}

/** @internal Begins a handshake over `stream`. */
export function secureStream(stream: Duplex, options: SecureOptions): TLSSocket {
  return options.isServer ? serverStream(stream, options) : clientStream(stream, options);
}

function clientStream(stream: Duplex, options: SecureOptions): TLSSocket {
  const { hostname, session, isHostnameChecked } = options;
  const secure = connect({
    socket: stream,
    secureContext: options.native,
    rejectUnauthorized: options.isVerified,
    checkServerIdentity: (host, certificate) =>
      isHostnameChecked ? checkServerIdentity(host, certificate) : undefined,
    ...(options.alpnProtocols.length === 0 ? {} : { ALPNProtocols: [...options.alpnProtocols] }),
    ...(hostname === undefined ? {} : { host: hostname }),
    // An address cannot be told to the server; the certificate is checked against it all the same.
    ...(hostname === undefined || isIP(hostname) !== 0 ? {} : { servername: hostname }),
    ...(session === undefined ? {} : { session: session.data }),
  });
  secure.on('session', (data) => options.onSession(data, peerCertificate(secure) ?? session?.certificate));
  return secure;
}

function serverStream(stream: Duplex, options: SecureOptions): TLSSocket {
  const { alpnProtocols, onServerName } = options;
  const settings: TLSSocketOptions = {
    isServer: true,
    secureContext: options.native,
    requestCert: options.isAsked,
    rejectUnauthorized: options.isRequired,
    ...(alpnProtocols.length === 0 ? {} : { ALPNProtocols: [...alpnProtocols] }),
    ...(onServerName === undefined ? {} : { SNICallback: onServerName }),
  };
  return new TLSSocket(stream, settings);
}

/** @internal The event that tells of the end of a handshake, and those that tell of its failure with an error. */
export function eventsOf(isServer: boolean): { readonly done: string; readonly failed: readonly string[] } {
  return isServer
    ? { done: 'secure', failed: ['error', '_tlsError'] }
    : { done: 'secureConnect', failed: ['error'] };
}

/** @internal Why the other side is not accepted, after a handshake that went well. */
export function refusalOf(secure: TLSSocket, options: SecureOptions): Error | undefined {
  if (!options.isServer) return refusalOfServer(secure, options);
  if (!options.isAsked) return undefined;
  if (!options.isRequired && peerCertificate(secure) === undefined) return undefined;
  const { ssl } = secure as unknown as Undocumented;
  if (typeof ssl?.verifyError !== 'function')
    return new Error('this runtime cannot check the certificate of a client');
  return ssl.verifyError() ?? undefined;
}

/** Node has checked it, but for the host of a session that was resumed. */
function refusalOfServer(secure: TLSSocket, options: SecureOptions): Error | undefined {
  const { hostname, isHostnameChecked, session } = options;
  if (hostname === undefined || !isHostnameChecked || !secure.isSessionReused()) return undefined;
  if (session?.certificate === undefined) return new Error('the session has no certificate');
  return checkServerIdentity(hostname, new X509Certificate(session.certificate).toLegacyObject());
}

/**
 * @internal The other side's certificate (DER). Not by way of getPeerX509Certificate(), which takes it out of the
 * connection of a client: the second time it finds none.
 */
export function peerCertificate(secure: TLSSocket): Buffer | undefined {
  const { raw } = secure.getPeerCertificate() as { readonly raw?: Buffer };
  return raw;
}

/** @internal From now on the stream reports its errors as every stream does. */
export function releaseControl(secure: TLSSocket): void {
  (secure as unknown as Undocumented)._releaseControl?.();
}

/** @internal TLS has been ended by the other side, whether or not all that came before was read. */
export function isEndedByPeer(secure: TLSSocket): boolean {
  return (secure as unknown as Undocumented)._readableState?.ended === true;
}
