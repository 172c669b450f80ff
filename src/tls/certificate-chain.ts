/** The certificate that one shows, with its key: read from files, or given as text. */
import { mismatch } from '../base/check.ts';
import { readFile, textOfPem } from './trust.ts';

/** A certificate and its key, as text in PEM or its bytes. */
export interface CertificateChain {
  /** The certificate, followed by those of the authorities between it and a trusted one. */
  readonly cert: string | Uint8Array;
  /** Its private key. Default: it is in `cert` too. */
  readonly key?: string | Uint8Array | undefined;
  /** What the key is encrypted with, if it is. */
  readonly password?: Password | undefined;
}

/** The text that a key is encrypted with, or what answers it. */
export type Password = string | (() => string);

/** @internal Both in PEM, the way Node takes them. */
export interface Chain {
  readonly cert: string;
  readonly key: { readonly pem: string; readonly passphrase: string | undefined };
}

/** @internal */
export function readChain(
  certfile: string,
  keyfile: string | undefined,
  password: Password | undefined,
): Chain {
  const cert = readFile(certfile, 'loadCertChain(certfile)');
  const pem = keyfile === undefined ? cert : readFile(keyfile, 'loadCertChain(keyfile)');
  return { cert, key: { pem, passphrase: textOfPassword(password, 'loadCertChain(password)') } };
}

/** @internal */
export function givenChain(chain: CertificateChain, call: string): Chain {
  if (typeof chain !== 'object' || chain === null) {
    throw new TypeError(mismatch(`${call}(chain)`, 'the path of a file, or { cert, key }', chain));
  }
  const cert = textOfPem(chain.cert, `${call}({ cert })`);
  const pem = chain.key === undefined ? cert : textOfPem(chain.key, `${call}({ key })`);
  return { cert, key: { pem, passphrase: textOfPassword(chain.password, `${call}({ password })`) } };
}

function textOfPassword(password: unknown, name: string): string | undefined {
  const text: unknown = typeof password === 'function' ? password() : password;
  if (text !== undefined && typeof text !== 'string') {
    throw new TypeError(mismatch(name, 'a string, or a function that answers one', password));
  }
  return text;
}
