/** Node's own contexts: made from settings, with OpenSSL's complaints as errors of ours. */
import {
  type SecureContext,
  type SecureContextOptions,
  type SecureVersion,
  createSecureContext,
} from 'node:tls';
import { TLSVersion } from './constants.ts';
import { SSLError } from './errors.ts';
import { toTLSError } from './node-errors.ts';

const VERSIONS = new Map<number, SecureVersion>([
  [TLSVersion.MINIMUM_SUPPORTED, 'TLSv1'],
  [TLSVersion.TLSv1, 'TLSv1'],
  [TLSVersion.TLSv1_1, 'TLSv1.1'],
  [TLSVersion.TLSv1_2, 'TLSv1.2'],
  [TLSVersion.TLSv1_3, 'TLSv1.3'],
  [TLSVersion.MAXIMUM_SUPPORTED, 'TLSv1.3'],
]);

/** What Node takes; what is left out or undefined keeps Node's default. */
type NativeOptions = { readonly [name in keyof SecureContextOptions]?: unknown };

/** @internal @throws {SSLError} OpenSSL does not take it */
export function makeNative(options: NativeOptions): SecureContext {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  try {
    return createSecureContext(Object.fromEntries(given));
  } catch (error) {
    const failure = toTLSError(error, 'make a TLS context');
    throw failure instanceof SSLError
      ? failure
      : new SSLError(failure.message, { code: failure.code, cause: error });
  }
}

/** @internal Node's name of a version. */
export function versionName(version: TLSVersion): SecureVersion | undefined {
  return VERSIONS.get(version);
}
