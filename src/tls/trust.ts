/** Whom to trust: certificates of authorities, from files, folders, texts, or those that Node comes with. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { mismatch } from '../base/check.ts';
import { derCertToPemCert } from './certificate.ts';
import { SSLError } from './errors.ts';

/** Where the certificates of authorities are. */
export interface TrustOptions {
  /** A file with certificates of authorities, in PEM. */
  readonly cafile?: string | undefined;
  /** A folder of such files, named as OpenSSL's `c_rehash` names them (`9d66eef0.0`). */
  readonly capath?: string | undefined;
  /** The certificates themselves: text in PEM, or the bytes of one in DER. */
  readonly cadata?: string | Uint8Array | undefined;
}

/** @internal Certificates and revocation lists, in PEM. */
export interface Trust {
  readonly certificates: readonly string[];
  readonly revocations: readonly string[];
}

/** Where certificates of authorities are looked for. Python: `ssl.DefaultVerifyPaths`. */
export interface DefaultVerifyPaths {
  /** The file in use, if there is one. */
  readonly cafile: string | undefined;
  /** The folder in use, if there is one. */
  readonly capath: string | undefined;
  /** The environment variable that names the file. */
  readonly opensslCafileEnv: string;
  /** The environment variable that names the folder. */
  readonly opensslCapathEnv: string;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/g;
const HASHED_NAME = /^[0-9a-f]{8}\.r?\d+$/;

/** @internal @throws {SSLError} nothing in it is a certificate @throws {Error} ENOENT and the like, as Node raises it */
export function readTrust(options: TrustOptions, call: string): Trust {
  const { cafile, capath, cadata } = options;
  const certificates: string[] = [];
  const revocations: string[] = [];
  const add = (text: string, source: string): void => {
    const found = blocksOf(text);
    if (found.certificates.length + found.revocations.length === 0) throw noCertificate(source);
    certificates.push(...found.certificates);
    revocations.push(...found.revocations);
  };
  if (cafile !== undefined) add(readFile(cafile, `${call}({ cafile })`), cafile);
  if (capath !== undefined) {
    for (const file of hashedFiles(capath, `${call}({ capath })`)) add(readFileSync(file, 'latin1'), file);
  }
  if (cadata !== undefined) add(textOfCertificates(cadata, `${call}({ cadata })`), 'cadata');
  for (const pem of certificates) checkCertificate(pem);
  return { certificates, revocations };
}

/** @internal The text of a file in PEM. */
export function readFile(path: unknown, name: string): string {
  if (typeof path !== 'string' || path === '')
    throw new TypeError(mismatch(name, 'the path of a file', path));
  return readFileSync(path, 'latin1');
}

/** @internal Text in PEM, of what was given as text or as bytes. */
export function textOfPem(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  throw new TypeError(mismatch(name, 'a text in PEM, or its bytes', value));
}

function textOfCertificates(value: unknown, name: string): string {
  const text = textOfPem(value, name);
  return text.includes('-----BEGIN') || typeof value === 'string'
    ? text
    : derCertToPemCert(value as Uint8Array);
}

function hashedFiles(folder: unknown, name: string): string[] {
  if (typeof folder !== 'string' || folder === '')
    throw new TypeError(mismatch(name, 'the path of a folder', folder));
  return readdirSync(folder)
    .filter((file) => HASHED_NAME.test(file))
    .sort()
    .map((file) => join(folder, file));
}

function blocksOf(text: string): Trust {
  const certificates: string[] = [];
  const revocations: string[] = [];
  for (const [block, label = ''] of text.matchAll(BLOCK)) {
    if (label.endsWith('CERTIFICATE')) certificates.push(block);
    else if (label === 'X509 CRL') revocations.push(block);
  }
  return { certificates, revocations };
}

function checkCertificate(pem: string): void {
  try {
    // Node takes what it cannot read without a word, and then trusts nobody.
    void new X509Certificate(pem);
  } catch (cause) {
    throw noCertificate('what was given', cause);
  }
}

function noCertificate(source: string, cause?: unknown): SSLError {
  return new SSLError(`no certificate or crl found in ${source}`, {
    library: 'X509',
    reason: 'NO_CERTIFICATE_OR_CRL_FOUND',
    code: 'ERR_OSSL_X509_NO_CERTIFICATE_OR_CRL_FOUND',
    cause,
  });
}

/**
 * The file and the folder that `SSL_CERT_FILE` and `SSL_CERT_DIR` name. Where neither is set, the authorities are
 * those that Node comes with, and those of `NODE_EXTRA_CA_CERTS`. Python: `ssl.get_default_verify_paths`.
 */
export function getDefaultVerifyPaths(): DefaultVerifyPaths {
  return {
    cafile: existing(process.env['SSL_CERT_FILE'], false),
    capath: existing(process.env['SSL_CERT_DIR'], true),
    opensslCafileEnv: 'SSL_CERT_FILE',
    opensslCapathEnv: 'SSL_CERT_DIR',
  };
}

function existing(path: string | undefined, isFolder: boolean): string | undefined {
  if (path === undefined || path === '') return undefined;
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.isDirectory() === isFolder ? path : undefined;
}

/** @internal The authorities that are trusted by default: Node's own (undefined), or those that the environment names. */
export function defaultTrust(): Trust | undefined {
  const { cafile, capath } = getDefaultVerifyPaths();
  if (cafile === undefined && capath === undefined) return undefined;
  return readTrust({ cafile, capath }, 'loadDefaultCerts');
}

/** @internal Node's own authorities, one by one. */
export function nodeAuthorities(): readonly string[] {
  // What --use-system-ca and NODE_EXTRA_CA_CERTS add is in there, where Node can tell.
  const { getCACertificates } = tls as { getCACertificates?: (kind: 'default') => string[] };
  if (getCACertificates !== undefined) return getCACertificates('default');
  const extra = existing(process.env['NODE_EXTRA_CA_CERTS'], false);
  return extra === undefined
    ? tls.rootCertificates
    : [...tls.rootCertificates, ...blocksOf(readFileSync(extra, 'latin1')).certificates];
}
