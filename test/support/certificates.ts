// The certificates of certificates/make.sh, and pairs of sockets that speak TLS with them.
import { readFileSync } from 'node:fs';
import type * as net from 'node:net';
import { join } from 'node:path';
import * as tls from 'node:tls';
import {
  PROTOCOL_TLS_SERVER,
  Purpose,
  SSLContext,
  SSLError,
  type SSLSocket,
  type WrapOptions,
  createDefaultContext,
} from '../../src/ssl.ts';
import { root } from './repository.ts';
import type { World } from './sockets.ts';

/** The names of make.sh. */
export type CertificateName =
  | 'server'
  | 'other'
  | 'client'
  | 'expired'
  | 'revoked'
  | 'self-signed'
  | 'stranger';

/** The path of a file of make.sh. */
export function certificatePath(file: string): string {
  return join(root, 'test/support/certificates', file);
}

/** The text of a file of make.sh. */
export function certificateText(file: string): string {
  return readFileSync(certificatePath(file), 'latin1');
}

/** A certificate and its key, as Node takes them. */
export function certificatePair(name: CertificateName): { readonly cert: string; readonly key: string } {
  return { cert: certificateText(`${name}.pem`), key: certificateText(`${name}.key`) };
}

export const authority: string = certificateText('ca.pem');

/** A context of a server that shows the certificate `name`. */
export function serverContext(name: CertificateName = 'server'): SSLContext {
  const context = new SSLContext(PROTOCOL_TLS_SERVER);
  context.loadCertChain(certificatePath(`${name}.pem`), certificatePath(`${name}.key`));
  return context;
}

/** A context of a client that trusts the authority of the tests. */
export function clientContext(): SSLContext {
  return createDefaultContext(Purpose.SERVER_AUTH, { cafile: certificatePath('ca.pem') });
}

/** How both ends of a pair are wrapped. */
export interface PairOptions {
  readonly client?: SSLContext;
  readonly server?: SSLContext;
  readonly clientOptions?: WrapOptions;
  readonly serverOptions?: WrapOptions;
}

/** Two sockets that speak TLS with each other, both ours. */
export async function securePair(
  { pair, keep }: World,
  options: PairOptions = {},
): Promise<[client: SSLSocket, server: SSLSocket]> {
  const [plainClient, plainServer] = await pair();
  const ends = await Promise.allSettled([
    (options.client ?? clientContext()).wrapSocket(plainClient, {
      serverHostname: 'localhost',
      ...options.clientOptions,
    }),
    (options.server ?? serverContext()).wrapSocket(plainServer, {
      serverSide: true,
      ...options.serverOptions,
    }),
  ]);
  const [client, server] = ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return keep(end.value);
  });
  return [client as SSLSocket, server as SSLSocket];
}

/** A TLS server of Node's own, on loopback; its clients are kept until the test is over. */
export async function nodeServer(
  { keep }: World,
  options: tls.TlsOptions,
  onClient: (client: tls.TLSSocket) => void,
): Promise<number> {
  const server = keep(tls.createServer({ ...certificatePair('server'), ...options }));
  server.on('secureConnection', (client) => {
    keep(client);
    client.on('error', () => {});
    onClient(client);
  });
  server.on('tlsClientError', (_error, client) => client.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as net.AddressInfo).port;
}

/** A TLS client of Node's own, over a bare connection to `port`. */
export function nodeClient(
  { keep }: World,
  port: number,
  options: tls.ConnectionOptions = {},
): tls.TLSSocket {
  const client = keep(
    tls.connect({ host: '127.0.0.1', port, ca: authority, servername: 'localhost', ...options }),
  );
  client.on('error', () => {});
  return client;
}

/** For `assert.rejects`: an SSLError of a class, with this reason. */
export function failsTLS(
  reason: string,
  errorClass: new (...args: never[]) => SSLError = SSLError,
): (error: unknown) => boolean {
  return (error) => {
    if (!(error instanceof errorClass)) throw error;
    if (error.reason !== reason) throw error;
    return true;
  };
}
