/** TLS in one call: over a socket, and to have a look at a server's certificate. */
import { checkInteger, checkOptions, mismatch } from '../base/check.ts';
import type { Seconds } from '../core/timeout.ts';
import { type InetAddress, checkAddress } from '../inet/address.ts';
import { createConnection } from '../io/create-connection.ts';
import type { Socket } from '../io/socket.ts';
import { derCertToPemCert } from './certificate.ts';
import { CERT_NONE, CERT_REQUIRED } from './constants.ts';
import { SSLError } from './errors.ts';
import { type SSLSocket, wrapWith } from './ssl-socket.ts';
import { type TLSOptions, contextFromOptions } from './tls-options.ts';
import { type WrapOptions, checkWrap } from './wrap-options.ts';

/** What `wrapSocket` takes: certificates and trust, and how this socket is wrapped. */
export interface WrapSocketOptions extends TLSOptions, WrapOptions {
  /** The server's certificate must be for `serverHostname`. Default: true for clients, unless `certReqs` is CERT_NONE. */
  readonly checkHostname?: boolean | undefined;
}

/**
 * TLS over `sock`, which is closed from then on. A client checks the certificate of the server, and that it is for
 * `serverHostname`; a server needs a certificate. Parks for the handshake as `SSLContext.wrapSocket` does. For more
 * than one connection, make an `SSLContext` and use that. gevent: `ssl.wrap_socket`.
 *
 * @throws {TypeError} at the call: a client without `serverHostname`, a server without a certificate
 * @throws {SSLError} at the call, if the certificates cannot be used; later, if the handshake failed
 * @example
 * const secure = await wrapSocket(sock, { serverHostname: 'example.org' });
 * const own = await wrapSocket(client, { serverSide: true, certfile: 'server.pem', keyfile: 'server.key' });
 */
export function wrapSocket(sock: Socket, options: WrapSocketOptions = {}): Promise<SSLSocket> {
  checkOptions(options, 'wrapSocket(options)');
  const context = contextFromOptions(options, options.serverSide === true, 'wrapSocket');
  checkWrap(sock, context, options);
  return wrapWith(sock, context, options);
}

/**
 * TLS as a client over `sock`, with a certificate of its own if files are given. As {@link wrapSocket}, it checks the
 * server: give `serverHostname` in `options`, or `certReqs: CERT_NONE` to trust anybody. gevent 0.13: `socket.ssl`.
 */
export function ssl(
  sock: Socket,
  keyfile?: string,
  certfile?: string,
  options: WrapSocketOptions = {},
): Promise<SSLSocket> {
  checkOptions(options, 'ssl(options)');
  return wrapSocket(sock, { ...options, keyfile, certfile });
}

/** What `getServerCertificate` takes. */
export interface ServerCertificateOptions {
  /** A file with the authorities that must have signed it. Default: whatever the server shows is answered. */
  readonly caCerts?: string | undefined;
  /** Seconds for connecting, and as many for the handshake. */
  readonly timeout?: Seconds | undefined;
}

/**
 * The certificate that the server at `[host, port]` shows, as text in PEM; not checked unless `caCerts` is given, and
 * never for the host. Parks until it is there. gevent: `ssl.get_server_certificate`.
 */
export function getServerCertificate(
  address: InetAddress,
  options: ServerCertificateOptions = {},
): Promise<string> {
  const to = checkAddress(address, 'getServerCertificate(address)');
  if (typeof to === 'string') {
    throw new TypeError(mismatch('getServerCertificate(address)', '[host, port]', address));
  }
  checkInteger(to[1], 'getServerCertificate(address[1])', 1);
  checkOptions(options, 'getServerCertificate(options)');
  const { caCerts, timeout } = options;
  const context = contextFromOptions(
    { caCerts, certReqs: caCerts === undefined ? CERT_NONE : CERT_REQUIRED, checkHostname: false },
    false,
    'getServerCertificate',
  );
  return fetchCertificate(to, timeout, (sock) =>
    wrapWith(sock, context, { serverHostname: to[0] === '' ? undefined : to[0] }),
  );
}

async function fetchCertificate(
  address: InetAddress,
  timeout: Seconds | undefined,
  wrap: (sock: Socket) => Promise<SSLSocket>,
): Promise<string> {
  const secure = await wrap(await createConnection(address, { timeout }));
  try {
    const der = secure.getPeerCert(true);
    if (der === undefined) throw new SSLError('the server has shown no certificate');
    return derCertToPemCert(der);
  } finally {
    secure.close();
  }
}
