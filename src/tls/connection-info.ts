/** What a TLS connection says about itself and about the other side. */
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { checkFlag, mismatch } from '../base/check.ts';
import { descriptorOf, rememberDescriptor } from '../io/descriptors.ts';
import { Socket } from '../io/socket.ts';
import { type PeerCertificate, describeCertificate } from './certificate.ts';
import { type Cipher, bitsOf } from './ciphers.ts';
import { CERT_NONE, CHANNEL_BINDING_TYPES } from './constants.ts';
import type { ContextSettings } from './context-settings.ts';
import { SSLError } from './errors.ts';
import { peerCertificate } from './node-stream.ts';
import type { SSLSession } from './ssl-session.ts';
import { TLSFlow } from './tls-flow.ts';

/** How long the text is that ties something else to a connection, in bytes (RFC 9266). */
const EXPORTER_LENGTH = 32;
const EXPORTER_LABEL = 'EXPORTER-Channel-Binding';

/** @internal The calls of an SSLSocket that only ask. */
export abstract class ConnectionInfo extends Socket {
  /** True for the server's end. */
  abstract readonly serverSide: boolean;
  /** @internal */
  protected abstract readonly settings: ContextSettings;
  /** @internal The session that a client asked to go on with. */
  protected abstract readonly resumed: SSLSession | undefined;

  /** @internal Node's stream; nothing before the handshake, and after the end. */
  protected get secured(): TLSSocket | undefined {
    return this.endpoint instanceof TLSFlow ? this.endpoint.stream : undefined;
  }

  /**
   * The other side's certificate: what it says, or with `true` its bytes (DER). undefined: it has shown none. With
   * CERT_NONE it was not checked, and says nothing: an empty object. Python: `getpeercert`.
   *
   * @throws {SSLError} there has been no handshake
   */
  getPeerCert(binaryForm: true): Buffer | undefined;
  getPeerCert(binaryForm?: false): PeerCertificate | Record<string, never> | undefined;
  getPeerCert(binaryForm = false): Buffer | PeerCertificate | Record<string, never> | undefined {
    checkFlag(binaryForm, 'getPeerCert(binaryForm)');
    const der = this.#certificateOf(this.#afterHandshake('getPeerCert'));
    if (binaryForm || der === undefined) return der;
    return this.settings.verifyMode === CERT_NONE ? {} : describeCertificate(der);
  }

  /** The other side's certificate and those of the authorities above it, as bytes (DER). Python: `get_verified_chain`. */
  getVerifiedChain(): Buffer[] {
    const secure = this.#afterHandshake('getVerifiedChain');
    const certificate = this.#certificateOf(secure);
    const chain: Buffer[] = certificate === undefined ? [] : [certificate];
    let { issuerCertificate: next } = secure.getPeerCertificate(true) as Partial<DetailedPeerCertificate>;
    // That of an authority at the top is its own issuer.
    while (
      next?.raw !== undefined &&
      !chain.some((known) => known.equals((next as DetailedPeerCertificate).raw))
    ) {
      chain.push(next.raw);
      next = next.issuerCertificate;
    }
    return chain;
  }

  /** The cipher that was agreed on: name, version of the protocol, bits. undefined before the handshake. */
  cipher(): Cipher | undefined {
    const { secured } = this;
    if (secured === undefined) return undefined;
    const { name, version } = secured.getCipher();
    return [name, version, bitsOf(name)];
  }

  /** The ciphers that both sides have. Node does not tell: undefined. Python: `shared_ciphers`. */
  sharedCiphers(): readonly Cipher[] | undefined {
    return undefined;
  }

  /** The version that is spoken, such as `'TLSv1.3'`; undefined before the handshake. */
  version(): string | undefined {
    return this.secured?.getProtocol() ?? undefined;
  }

  /** The group, or curve, of the exchange of keys, such as `'X25519'`; for clients, where Node knows its name. Python: `group`. */
  group(): string | undefined {
    const info = this.secured?.getEphemeralKeyInfo();
    return info !== undefined && info !== null && 'name' in info ? info.name : undefined;
  }

  /** The protocol that was agreed on by ALPN; undefined if none was. */
  selectedAlpnProtocol(): string | undefined {
    return this.secured?.alpnProtocol || undefined;
  }

  /** NPN is gone: undefined. */
  selectedNpnProtocol(): string | undefined {
    return undefined;
  }

  /** How the data is compressed. TLS no longer does it: undefined. */
  compression(): string | undefined {
    return undefined;
  }

  /** How many bytes have been decrypted and wait to be received. */
  pending(): number {
    return this.endpoint instanceof TLSFlow ? this.endpoint.pending : 0;
  }

  /** True if the handshake went on with an earlier session; undefined before the handshake. */
  get sessionReused(): boolean | undefined {
    return this.secured?.isSessionReused();
  }

  /**
   * Bytes that are those of this connection only, at both of its ends: `'tls-unique'` (TLS 1.2 and below) or
   * `'tls-exporter'`. undefined before the handshake. Python: `get_channel_binding`.
   */
  getChannelBinding(kind: 'tls-unique' | 'tls-exporter' = 'tls-unique'): Buffer | undefined {
    if (!CHANNEL_BINDING_TYPES.includes(kind)) {
      throw new RangeError(mismatch('getChannelBinding(kind)', "'tls-unique' or 'tls-exporter'", kind));
    }
    const { secured } = this;
    if (secured === undefined) return undefined;
    if (kind === 'tls-exporter') {
      return secured.exportKeyingMaterial(EXPORTER_LENGTH, EXPORTER_LABEL, Buffer.alloc(0));
    }
    // The first message of the kind on the connection: the client's, or the server's where a session was resumed.
    const isOurs = secured.isSessionReused() === this.serverSide;
    return (isOurs ? secured.getFinished() : secured.getPeerFinished()) ?? undefined;
  }

  /** Node cannot ask for a certificate after the handshake: always an error. Python: `verify_client_post_handshake`. */
  verifyClientPostHandshake(): never {
    throw new SSLError('Node cannot ask for a certificate after the handshake', {
      reason: 'EXTENSION_NOT_RECEIVED',
    });
  }

  /** The descriptor's number, -1 where there is none. */
  override fileno(): number {
    const { endpoint } = this;
    if (!(endpoint instanceof TLSFlow)) return super.fileno();
    return rememberDescriptor(descriptorOf(endpoint.plain), this);
  }

  /** Of a session that was resumed, Node has none. */
  #certificateOf(secure: TLSSocket): Buffer | undefined {
    return peerCertificate(secure) ?? (secure.isSessionReused() ? this.resumed?.certificate : undefined);
  }

  #afterHandshake(call: string): TLSSocket {
    const { secured } = this;
    if (secured === undefined) {
      throw new SSLError(`Cannot ${call}: the handshake has not been done yet`, {
        code: 'ERR_SSL_NO_HANDSHAKE',
      });
    }
    return secured;
  }
}
