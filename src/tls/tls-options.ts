/** TLS by keywords: what `wrapSocket` and the servers take, and the context that it describes. */
import { checkBoolean, mismatch } from '../base/check.ts';
import type { Password } from './certificate-chain.ts';
import {
  CERT_NONE,
  PROTOCOL_TLS_CLIENT,
  PROTOCOL_TLS_SERVER,
  type TLSVersion,
  type VerifyMode,
} from './constants.ts';
import { checkVerifyMode } from './context-checks.ts';
import { SSLContext } from './ssl-context.ts';
import { textOfPem } from './trust.ts';

/** Text in PEM, or its bytes. */
export type Pem = string | Uint8Array;

/** Certificates, trust and protocol, by keywords; or all of it in a context. */
export interface TLSOptions {
  /** A context. Beside it none of the others is given. */
  readonly sslContext?: SSLContext | undefined;
  /** The file with the certificate. */
  readonly certfile?: string | undefined;
  /** The file with its key. Default: it is in `certfile` too. */
  readonly keyfile?: string | undefined;
  /** The certificate itself. */
  readonly cert?: Pem | undefined;
  /** The key itself. */
  readonly key?: Pem | undefined;
  /** What the key is encrypted with. */
  readonly password?: Password | undefined;
  /** A file with the certificates of the authorities that are trusted. */
  readonly caCerts?: string | undefined;
  /** The certificates of those authorities themselves. */
  readonly ca?: Pem | readonly Pem[] | undefined;
  /** `CERT_NONE`, `CERT_OPTIONAL`, `CERT_REQUIRED`. Default: a client requires a certificate, a server asks for none. */
  readonly certReqs?: VerifyMode | undefined;
  /** The ciphers of TLS 1.2 and below, in OpenSSL's format. */
  readonly ciphers?: string | undefined;
  /** The protocols to agree on one of, the best first. */
  readonly alpnProtocols?: readonly string[] | undefined;
  readonly minimumVersion?: TLSVersion | undefined;
  readonly maximumVersion?: TLSVersion | undefined;
}

const NAMES: readonly (keyof TLSOptions)[] = [
  'sslContext',
  'certfile',
  'keyfile',
  'cert',
  'key',
  'password',
  'caCerts',
  'ca',
  'certReqs',
  'ciphers',
  'alpnProtocols',
  'minimumVersion',
  'maximumVersion',
];

/** @internal Those of {@link TLSOptions} that are given. */
export function givenOptions(options: TLSOptions): (keyof TLSOptions)[] {
  return NAMES.filter((name) => options[name] !== undefined);
}

/** @internal The context for one side; the one given, if it is. @throws {TypeError} what does not go together */
export function contextFromOptions(
  options: TLSOptions & { readonly checkHostname?: boolean | undefined },
  serverSide: boolean,
  call: string,
): SSLContext {
  const { sslContext } = options;
  if (sslContext !== undefined) return givenContext(sslContext, options, call);
  const context = new SSLContext(serverSide ? PROTOCOL_TLS_SERVER : PROTOCOL_TLS_CLIENT);
  setChecks(context, options, call);
  loadChain(context, options, serverSide, call);
  loadTrust(context, options, call);
  const { ciphers, alpnProtocols, minimumVersion, maximumVersion } = options;
  if (ciphers !== undefined) context.setCiphers(ciphers);
  if (alpnProtocols !== undefined) context.setAlpnProtocols(alpnProtocols);
  if (minimumVersion !== undefined) context.minimumVersion = minimumVersion;
  if (maximumVersion !== undefined) context.maximumVersion = maximumVersion;
  return context;
}

function givenContext(context: unknown, options: TLSOptions, call: string): SSLContext {
  if (!(context instanceof SSLContext)) {
    throw new TypeError(mismatch(`${call}({ sslContext })`, 'an SSLContext', context));
  }
  const [, second] = givenOptions(options);
  if (second !== undefined) {
    throw new TypeError(`${call}({ ${second} }): everything is in sslContext already; set it there`);
  }
  return context;
}

function setChecks(
  context: SSLContext,
  options: TLSOptions & { readonly checkHostname?: boolean | undefined },
  call: string,
): void {
  const { certReqs, checkHostname = context.checkHostname && certReqs !== CERT_NONE } = options;
  context.checkHostname = checkBoolean(checkHostname, `${call}({ checkHostname })`);
  if (certReqs !== undefined) context.verifyMode = checkVerifyMode(certReqs, `${call}({ certReqs })`);
}

function loadChain(context: SSLContext, options: TLSOptions, serverSide: boolean, call: string): void {
  const { certfile, keyfile, cert, key, password } = options;
  if (cert !== undefined && certfile !== undefined) {
    throw new TypeError(`${call}({ cert }): certfile is given too; one of them is enough`);
  }
  if (certfile !== undefined) {
    // A key in a file, or as text, may go with either.
    if (key === undefined) context.loadCertChain(certfile, keyfile, password);
    else throw new TypeError(`${call}({ key }): with certfile the key is a file too: keyfile`);
  } else if (cert !== undefined) {
    if (keyfile !== undefined)
      throw new TypeError(`${call}({ keyfile }): with cert the key is text too: key`);
    context.loadCertChain({ cert, key, password });
  } else if (keyfile !== undefined || key !== undefined) {
    throw new TypeError(
      `${call}({ ${key === undefined ? 'certfile' : 'cert'} }): a key is given without its certificate`,
    );
  } else if (serverSide) {
    throw new TypeError(`${call}({ certfile }): a server needs a certificate: certfile, cert or sslContext`);
  }
}

function loadTrust(context: SSLContext, { caCerts, ca }: TLSOptions, call: string): void {
  if (caCerts !== undefined) context.loadVerifyLocations({ cafile: caCerts });
  if (ca !== undefined) {
    const all: readonly unknown[] = Array.isArray(ca) ? ca : [ca];
    if (all.length === 0) throw new TypeError(mismatch(`${call}({ ca })`, 'at least one certificate', ca));
    for (const one of all) context.loadVerifyLocations({ cadata: textOfPem(one, `${call}({ ca })`) });
  }
  if (caCerts === undefined && ca === undefined && context.verifyMode !== CERT_NONE)
    context.loadDefaultCerts();
}
