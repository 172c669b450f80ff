/** Ciphers: their names, and how strong they are. */
import { DEFAULT_CIPHERS, getCiphers } from 'node:tls';

/** A cipher: `['TLS_AES_256_GCM_SHA384', 'TLSv1.3', 256]`. */
export type Cipher = readonly [name: string, version: string, bits: number];

/** What a context may agree on. */
export interface CipherInfo {
  readonly name: string;
  /** Bits of the key. */
  readonly strengthBits: number;
}

const TLS_1_3 = /^!?TLS_/;

/** @internal How many bits its key has. */
export function bitsOf(name: string): number {
  if (/CHACHA20|256(?!$)|AES256|ARIA256|CAMELLIA256/.test(name.replace(/SHA(256|384)$/, ''))) return 256;
  if (name.includes('3DES') || name.includes('DES-CBC3')) return 168;
  return name.includes('NULL') ? 0 : 128;
}

/** @internal As Node takes it: a list that says nothing of TLS 1.3 leaves its ciphers as they are. */
export function withTLS13(ciphers: string): string {
  const defaults = DEFAULT_CIPHERS.split(':').filter((name) => TLS_1_3.test(name));
  return ciphers.split(':').some((name) => TLS_1_3.test(name)) ? ciphers : [...defaults, ciphers].join(':');
}

/** @internal The ciphers that a list names one by one. Words for groups of them, such as HIGH, are left out. */
export function namedCiphers(ciphers: string): CipherInfo[] {
  const known = new Set(getCiphers().map((name) => name.toUpperCase()));
  return withTLS13(ciphers)
    .split(':')
    .filter((name) => known.has(name.toUpperCase()))
    .map((name) => ({ name, strengthBits: bitsOf(name) }));
}
