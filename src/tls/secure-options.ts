/** From a context to one handshake. */
import { CERT_NONE, CERT_REQUIRED } from './constants.ts';
import type { ContextSettings } from './context-settings.ts';
import type { SecureOptions } from './node-stream.ts';

/** @internal What a handshake takes from its context. */
export function secureOptionsOf(
  { verifyMode, checkHostname, alpnProtocols }: ContextSettings,
  isServer: boolean,
): Pick<
  SecureOptions,
  'isServer' | 'alpnProtocols' | 'isVerified' | 'isAsked' | 'isRequired' | 'isHostnameChecked'
> {
  return {
    isServer,
    alpnProtocols,
    isVerified: verifyMode !== CERT_NONE,
    isAsked: verifyMode !== CERT_NONE,
    isRequired: verifyMode === CERT_REQUIRED,
    isHostnameChecked: checkHostname,
  };
}
