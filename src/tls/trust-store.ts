/** The authorities that one context trusts. */
import { X509Certificate } from 'node:crypto';
import { type PeerCertificate, describeCertificate } from './certificate.ts';
import { type Trust, type TrustOptions, defaultTrust, nodeAuthorities, readTrust } from './trust.ts';

/** How many certificates a context has. Python: `SSLContext.cert_store_stats()`. */
export interface CertStoreStats {
  /** Certificates, Node's own not counted. */
  readonly x509: number;
  /** Those of them that are authorities. */
  readonly x509Ca: number;
  /** Revocation lists. */
  readonly crl: number;
}

/** @internal */
export class TrustStore {
  readonly #certificates: string[] = [];
  readonly #revocations: string[] = [];
  #hasNodeAuthorities = false;

  /** @throws {SSLError} nothing in it is a certificate */
  load(options: TrustOptions, call: string): void {
    this.#add(readTrust(options, call));
  }

  loadDefaults(): void {
    const named = defaultTrust();
    if (named === undefined) this.#hasNodeAuthorities = true;
    else this.#add(named);
  }

  /** As `tls.createSecureContext` takes them. Undefined stands for Node's own, which are kept ready to be used. */
  get ca(): string[] | undefined {
    if (!this.#hasNodeAuthorities) return [...this.#certificates];
    return this.#certificates.length === 0 ? undefined : [...nodeAuthorities(), ...this.#certificates];
  }

  get crl(): string[] | undefined {
    return this.#revocations.length === 0 ? undefined : [...this.#revocations];
  }

  stats(): CertStoreStats {
    return {
      x509: this.#certificates.length,
      x509Ca: this.#authorities().length,
      crl: this.#revocations.length,
    };
  }

  /** The authorities, Node's own not among them. */
  bytes(): Buffer[] {
    return this.#authorities().map(({ raw }) => raw);
  }

  describe(): PeerCertificate[] {
    return this.bytes().map((der) => describeCertificate(der));
  }

  #authorities(): X509Certificate[] {
    return this.#certificates.map((pem) => new X509Certificate(pem)).filter(({ ca }) => ca);
  }

  #add({ certificates, revocations }: Trust): void {
    this.#certificates.push(...certificates);
    this.#revocations.push(...revocations);
  }
}
