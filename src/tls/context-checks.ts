/** The arguments of a context's calls, looked at before anything has happened. */
import { checkOptions, mismatch } from '../base/check.ts';
import type { TLSVersion, VerifyMode } from './constants.ts';
import { versionName } from './native-context.ts';
import type { TrustOptions } from './trust.ts';

/** @internal */
export function checkLocations(locations: TrustOptions): TrustOptions {
  const name = 'loadVerifyLocations(locations)';
  if (locations === undefined) throw new TypeError(mismatch(name, 'cafile, capath or cadata', locations));
  checkOptions(locations, name);
  return locations;
}

/** @internal */
export function checkVerifyMode(mode: unknown, name: string): VerifyMode {
  if (mode !== 0 && mode !== 1 && mode !== 2) {
    throw new TypeError(mismatch(name, 'CERT_NONE, CERT_OPTIONAL or CERT_REQUIRED', mode));
  }
  return mode;
}

/** @internal */
export function checkVersion(version: unknown, name: string): TLSVersion {
  if (typeof version !== 'number' || versionName(version as TLSVersion) === undefined) {
    throw new TypeError(mismatch(name, 'one of TLSVersion', version));
  }
  return version as TLSVersion;
}

/** @internal */
export function checkAlpnProtocols(protocols: unknown): readonly string[] {
  const isGood = (name: unknown): boolean =>
    typeof name === 'string' && name !== '' && Buffer.byteLength(name) <= 255;
  if (!Array.isArray(protocols) || !protocols.every(isGood)) {
    throw new TypeError(
      mismatch('setAlpnProtocols(protocols)', 'an array of names of 1 to 255 bytes', protocols),
    );
  }
  return protocols as string[];
}
