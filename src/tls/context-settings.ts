/** What a context holds: certificates, authorities, versions, ciphers; and from them, what Node's TLS works with. */
import { DEFAULT_CIPHERS, type SecureContext } from 'node:tls';
import { checkBoolean, checkFlag, checkInteger, mismatch } from '../base/check.ts';
import type { PeerCertificate } from './certificate.ts';
import {
  type CertificateChain,
  type Chain,
  type Password,
  givenChain,
  readChain,
} from './certificate-chain.ts';
import { type CipherInfo, namedCiphers, withTLS13 } from './ciphers.ts';
import { checkAlpnProtocols, checkLocations, checkVerifyMode, checkVersion } from './context-checks.ts';
import {
  CERT_NONE,
  CERT_REQUIRED,
  OP_ALL,
  OP_CIPHER_SERVER_PREFERENCE,
  OP_NO_COMPRESSION,
  OP_NO_RENEGOTIATION,
  OP_NO_SSLv3,
  PROTOCOL_TLS_CLIENT,
  PROTOCOL_TLS_SERVER,
  type Protocol,
  TLSVersion,
  type VerifyMode,
} from './constants.ts';
import { makeNative, versionName } from './native-context.ts';
import { type CertStoreStats, TrustStore } from './trust-store.ts';
import { type TrustOptions, readFile } from './trust.ts';

/** How many handshakes a context has begun and finished. Python: `SSLContext.session_stats()`. */
export interface SessionStats {
  /** As a client. */
  readonly connect: number;
  readonly connectGood: number;
  /** As a server. */
  readonly accept: number;
  readonly acceptGood: number;
  /** Those that went on with an earlier session. */
  readonly hits: number;
}

/** Sessions are for this use: without it, OpenSSL refuses to resume one in which the client showed a certificate. */
const SESSION_ID_CONTEXT = 'gevent-ts';

// A number of 32 bits without a sign, as OpenSSL's: JavaScript's `|` answers one with a sign.
const DEFAULT_OPTIONS =
  (OP_ALL | OP_NO_SSLv3 | OP_NO_COMPRESSION | OP_CIPHER_SERVER_PREFERENCE | OP_NO_RENEGOTIATION) >>> 0;

/** @internal The part of a context that knows nothing of sockets. */
export class ContextSettings {
  /** `PROTOCOL_TLS_CLIENT` or `PROTOCOL_TLS_SERVER`: the side it is for. */
  readonly protocol: Protocol;
  /** @internal Counted by the handshakes. */
  readonly counts: { -readonly [name in keyof SessionStats]: number } = {
    connect: 0,
    connectGood: 0,
    accept: 0,
    acceptGood: 0,
    hits: 0,
  };
  readonly #trust = new TrustStore();
  readonly #chains: Chain[] = [];
  #verifyMode: VerifyMode;
  #checkHostname: boolean;
  #minimumVersion: TLSVersion = TLSVersion.TLSv1_2;
  #maximumVersion: TLSVersion = TLSVersion.MAXIMUM_SUPPORTED;
  #options = DEFAULT_OPTIONS;
  #ciphers: string | undefined = undefined;
  #curve: string | undefined = undefined;
  #dhParams: string | undefined = undefined;
  #alpnProtocols: readonly string[] = [];
  #native: SecureContext | undefined = undefined;

  constructor(protocol: Protocol) {
    if (protocol !== PROTOCOL_TLS_CLIENT && protocol !== PROTOCOL_TLS_SERVER) {
      throw new TypeError(
        mismatch('SSLContext(protocol)', 'PROTOCOL_TLS_CLIENT or PROTOCOL_TLS_SERVER', protocol),
      );
    }
    this.protocol = protocol;
    this.#verifyMode = protocol === PROTOCOL_TLS_CLIENT ? CERT_REQUIRED : CERT_NONE;
    this.#checkHostname = protocol === PROTOCOL_TLS_CLIENT;
  }

  /**
   * What is asked of the other side: `CERT_NONE`, `CERT_OPTIONAL`, `CERT_REQUIRED`. Default: CERT_REQUIRED for a
   * client, CERT_NONE for a server. Python: `verify_mode`.
   *
   * @throws {RangeError} CERT_NONE while `checkHostname` is on
   */
  get verifyMode(): VerifyMode {
    return this.#verifyMode;
  }

  set verifyMode(mode: VerifyMode) {
    if (checkVerifyMode(mode, 'verifyMode') === CERT_NONE && this.#checkHostname) {
      throw new RangeError('verifyMode: CERT_NONE is refused while checkHostname is on; turn that off first');
    }
    this.#verifyMode = mode;
  }

  /** Whether the server's certificate must be for the host that was asked for. Turning it on turns CERT_NONE into CERT_REQUIRED. */
  get checkHostname(): boolean {
    return this.#checkHostname;
  }

  set checkHostname(isChecked: boolean) {
    checkBoolean(isChecked, 'checkHostname');
    this.#checkHostname = isChecked;
    if (isChecked && this.#verifyMode === CERT_NONE) this.#verifyMode = CERT_REQUIRED;
  }

  /** The lowest version that is spoken. Default: TLS 1.2. Python: `minimum_version`. */
  get minimumVersion(): TLSVersion {
    return this.#minimumVersion;
  }

  set minimumVersion(version: TLSVersion) {
    this.#change(() => (this.#minimumVersion = checkVersion(version, 'minimumVersion')));
  }

  /** The highest version that is spoken. Default: the highest there is. Python: `maximum_version`. */
  get maximumVersion(): TLSVersion {
    return this.#maximumVersion;
  }

  set maximumVersion(version: TLSVersion) {
    this.#change(() => (this.#maximumVersion = checkVersion(version, 'maximumVersion')));
  }

  /** `OP_...` numbers, combined. Renegotiation and compression are off to begin with. */
  get options(): number {
    return this.#options;
  }

  set options(options: number) {
    this.#change(() => (this.#options = checkInteger(options, 'options', -(2 ** 31)) >>> 0));
  }

  /** @internal */
  get alpnProtocols(): readonly string[] {
    return this.#alpnProtocols;
  }

  /**
   * Loads a certificate, and the authorities between it and a trusted one, with its key: from files in PEM, or as
   * text. For the other kind of key, call it again. Reads the files at once. Python: `load_cert_chain`.
   *
   * @param keyfile default: the key is in `certfile` too
   * @throws {SSLError} KEY_VALUES_MISMATCH, BAD_DECRYPT and the like
   */
  loadCertChain(certfile: string, keyfile?: string, password?: Password): void;
  loadCertChain(chain: CertificateChain): void;
  loadCertChain(from: string | CertificateChain, keyfile?: string, password?: Password): void {
    this.#addChain(
      typeof from === 'string' ? readChain(from, keyfile, password) : givenChain(from, 'loadCertChain'),
    );
  }

  /**
   * Trusts the authorities in a file, a folder or a text; revocation lists that stand there count too. Reads the
   * files at once. Python: `load_verify_locations`.
   *
   * @throws {TypeError} none of them is given
   * @throws {SSLError} there is no certificate in it
   */
  loadVerifyLocations(locations: TrustOptions): void {
    if (typeof locations !== 'object' || locations === null || Array.isArray(locations)) {
      throw new TypeError(
        mismatch('loadVerifyLocations(locations)', '{ cafile, capath, cadata }', locations),
      );
    }
    const { cafile, capath, cadata } = checkLocations(locations);
    if (cafile === undefined && capath === undefined && cadata === undefined) {
      throw new TypeError('loadVerifyLocations(locations): cafile, capath and cadata are all left out');
    }
    this.#change(() => this.#trust.load(locations, 'loadVerifyLocations'));
  }

  /** Trusts the authorities of the system: those that Node comes with, or that `SSL_CERT_FILE` and `SSL_CERT_DIR` name. */
  loadDefaultCerts(): void {
    this.#change(() => this.#trust.loadDefaults());
  }

  /**
   * The ciphers of TLS 1.2 and below, in OpenSSL's format; those of TLS 1.3 change only if some are named.
   *
   * @throws {SSLError} NO_CIPHER_MATCH: none of them is known
   */
  setCiphers(ciphers: string): void {
    if (typeof ciphers !== 'string')
      throw new TypeError(mismatch('setCiphers(ciphers)', 'a string', ciphers));
    const all = withTLS13(ciphers);
    makeNative({ ca: [], ciphers: all });
    this.#change(() => (this.#ciphers = all));
  }

  /** The ciphers that the context names one by one; words for groups of them, such as HIGH, are not spelt out. */
  getCiphers(): CipherInfo[] {
    return namedCiphers(this.#ciphers ?? DEFAULT_CIPHERS);
  }

  /** The curves for the exchange of keys, as in `'X25519:P-256'`. */
  setEcdhCurve(curve: string): void {
    if (typeof curve !== 'string') throw new TypeError(mismatch('setEcdhCurve(curve)', 'a name', curve));
    makeNative({ ca: [], ecdhCurve: curve });
    this.#change(() => (this.#curve = curve));
  }

  /** Loads the parameters of Diffie-Hellman from a file in PEM. Without them a server offers none of its ciphers. */
  loadDhParams(path: string): void {
    const dhparam = readFile(path, 'loadDhParams(path)');
    makeNative({ ca: [], dhparam });
    this.#change(() => (this.#dhParams = dhparam));
  }

  /**
   * The protocols to agree on one of, the best first: `['h2', 'http/1.1']`. A server that has none of the client's
   * refuses it.
   */
  setAlpnProtocols(protocols: readonly string[]): void {
    this.#alpnProtocols = [...checkAlpnProtocols(protocols)];
  }

  /** How many authorities it has been given. Node's own are not counted. */
  certStoreStats(): CertStoreStats {
    return this.#trust.stats();
  }

  /** The authorities it has been given: what they say, or their bytes. Node's own are not among them. */
  getCaCerts(binaryForm: true): Buffer[];
  getCaCerts(binaryForm?: false): PeerCertificate[];
  getCaCerts(binaryForm = false): Buffer[] | PeerCertificate[] {
    checkFlag(binaryForm, 'getCaCerts(binaryForm)');
    checkBoolean(binaryForm, 'getCaCerts(binaryForm)');
    return binaryForm ? this.#trust.bytes() : this.#trust.describe();
  }

  /** How many handshakes it has begun and finished. */
  sessionStats(): SessionStats {
    return Object.freeze({ ...this.counts });
  }

  /** @internal What Node's TLS works with. Connections that were made keep the one they were made with. */
  get native(): SecureContext {
    this.#native ??= makeNative({
      ca: this.#trust.ca,
      crl: this.#trust.crl,
      cert: this.#chains.map(({ cert }) => cert),
      key: this.#chains.map(({ key }) => key),
      ciphers: this.#ciphers,
      ecdhCurve: this.#curve,
      dhparam: this.#dhParams,
      minVersion: versionName(this.#minimumVersion),
      maxVersion: versionName(this.#maximumVersion),
      secureOptions: this.#options,
      sessionIdContext: SESSION_ID_CONTEXT,
    });
    return this.#native;
  }

  #addChain({ cert, key }: Chain): void {
    makeNative({ ca: [], cert, key: [key], ciphers: this.#ciphers });
    this.#change(() => this.#chains.push({ cert, key }));
  }

  #change(change: () => unknown): void {
    change();
    this.#native = undefined;
  }
}
