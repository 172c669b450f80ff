/** Certificates as callers see them: fields in an object, with Python's names, or the bytes; and between PEM and DER. */
import { X509Certificate } from 'node:crypto';
import { mismatch } from '../base/check.ts';
import { elementsOf, insideOf, objectId, textOf } from './der.ts';

/** A name, as a list of parts; each part is a list of attributes, nearly always one. */
export type DistinguishedName = readonly (readonly (readonly [attribute: string, value: string])[])[];

/** What a certificate says. Python: what `getpeercert()` returns. */
export interface PeerCertificate {
  /** Whom it is for: `[[['countryName', 'DE']], [['commonName', 'example.org']]]`. */
  readonly subject: DistinguishedName;
  /** Who signed it. */
  readonly issuer: DistinguishedName;
  /** 3, as a rule. */
  readonly version: number;
  /** Hexadecimal, in capitals. */
  readonly serialNumber: string;
  /** `'Jan  5 09:34:43 2018 GMT'`. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** The hosts and addresses it is for: `[['DNS', 'example.org'], ['IP Address', '127.0.0.1']]`. */
  readonly subjectAltName?: readonly (readonly [kind: string, value: string])[];
  /** Where to ask whether it was revoked. */
  readonly OCSP?: readonly string[];
  /** Where its issuer's certificate is. */
  readonly caIssuers?: readonly string[];
}

/** The attributes of names that have a name of their own; others go by their numbers. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'commonName',
  '2.5.4.4': 'surname',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'countryName',
  '2.5.4.7': 'localityName',
  '2.5.4.8': 'stateOrProvinceName',
  '2.5.4.9': 'streetAddress',
  '2.5.4.10': 'organizationName',
  '2.5.4.11': 'organizationalUnitName',
  '2.5.4.12': 'title',
  '2.5.4.13': 'description',
  '2.5.4.15': 'businessCategory',
  '2.5.4.17': 'postalCode',
  '2.5.4.42': 'givenName',
  '2.5.4.43': 'initials',
  '2.5.4.44': 'generationQualifier',
  '2.5.4.46': 'dnQualifier',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.1': 'userId',
  '0.9.2342.19200300.100.1.25': 'domainComponent',
  '1.2.840.113549.1.9.1': 'emailAddress',
  '1.3.6.1.4.1.311.60.2.1.2': 'jurisdictionStateOrProvinceName',
  '1.3.6.1.4.1.311.60.2.1.3': 'jurisdictionCountryName',
};

const VERSION_TAG = 0xa0;
const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';

/** @internal What the certificate `der` says. */
export function describeCertificate(der: Buffer): PeerCertificate {
  const certificate = new X509Certificate(der);
  const names = namesOf(der);
  const alternatives = parseAltName(certificate.subjectAltName);
  const access = certificate.infoAccess ?? '';
  return {
    subject: names.subject,
    issuer: names.issuer,
    version: names.version,
    serialNumber: certificate.serialNumber,
    notBefore: certificate.validFrom,
    notAfter: certificate.validTo,
    ...(alternatives.length === 0 ? {} : { subjectAltName: alternatives }),
    ...addresses('OCSP', access, /^OCSP - URI:(.*)$/gm),
    ...addresses('caIssuers', access, /^CA Issuers - URI:(.*)$/gm),
  };
}

/** The first fields of a certificate: `[version], serial, algorithm, issuer, validity, subject`. */
function namesOf(der: Buffer): Pick<PeerCertificate, 'subject' | 'issuer' | 'version'> {
  const [signed] = insideOf(der);
  const fields = elementsOf((signed as { content: Buffer }).content);
  const [first] = fields;
  const version = first?.tag === VERSION_TAG ? (elementsOf(first.content)[0]?.content.at(-1) ?? 0) + 1 : 1;
  const [, , issuer, , subject] = first?.tag === VERSION_TAG ? fields.slice(1) : fields;
  return {
    version,
    issuer: parseName(issuer?.content ?? Buffer.alloc(0)),
    subject: parseName(subject?.content ?? Buffer.alloc(0)),
  };
}

function parseName(content: Buffer): DistinguishedName {
  return elementsOf(content).map((part) =>
    elementsOf(part.content).map((attribute) => {
      const [id, value] = elementsOf(attribute.content);
      const number = objectId(id?.content ?? Buffer.alloc(0));
      return [ATTRIBUTES[number] ?? number, value === undefined ? '' : textOf(value)] as const;
    }),
  );
}

/** Node writes `DNS:example.org, IP Address:127.0.0.1`, and what could be misread as a JSON string. */
function parseAltName(text: string | undefined): (readonly [string, string])[] {
  const found: (readonly [string, string])[] = [];
  for (const [, kind = '', value = ''] of (text ?? '').matchAll(
    /([^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g,
  )) {
    found.push([kind, value.startsWith('"') ? (JSON.parse(value) as string) : value]);
  }
  return found;
}

function addresses(name: 'OCSP' | 'caIssuers', text: string, pattern: RegExp): Partial<PeerCertificate> {
  const found = [...text.matchAll(pattern)].map(([, address = '']) => address);
  return found.length === 0 ? {} : { [name]: found };
}

/**
 * A certificate as text. Python: `ssl.DER_cert_to_PEM_cert`.
 *
 * @throws {TypeError} not bytes
 */
export function derCertToPemCert(der: Uint8Array): string {
  if (!(der instanceof Uint8Array)) throw new TypeError(mismatch('derCertToPemCert(der)', 'bytes', der));
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `${[BEGIN, ...lines, END].join('\n')}\n`;
}

/**
 * The bytes of a certificate. Python: `ssl.PEM_cert_to_DER_cert`.
 *
 * @throws {TypeError} not the text of a certificate
 */
export function pemCertToDerCert(pem: string): Buffer {
  const text = typeof pem === 'string' ? pem.trim() : '';
  if (!text.startsWith(BEGIN) || !text.endsWith(END)) {
    throw new TypeError(mismatch('pemCertToDerCert(pem)', `a text from ${BEGIN} to ${END}`, pem));
  }
  return Buffer.from(text.slice(BEGIN.length, -END.length), 'base64');
}
