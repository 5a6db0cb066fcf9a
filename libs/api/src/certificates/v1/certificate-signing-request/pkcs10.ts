import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { CertificationRequest } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import type { Name, SubjectPublicKeyInfo } from '@peculiar/asn1-x509';

/** What the API server itself must know of a certificate request (PKCS #10, RFC 2986). */
export interface Pkcs10 {
  readonly organizations: readonly string[];
  /** Whether the request is signed with the key that it carries. */
  readonly isSigned: boolean;
}

const PEM = /-----BEGIN ([^-\n]+)-----([\s\S]*?)-----END \1-----/;

const ORGANIZATION = '2.5.4.10';
/** Digests by the signature algorithm's object identifier; null where the algorithm has its own. */
const DIGESTS: Readonly<Record<string, string | null>> = {
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.1': 'sha1',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.3.101.112': null,
};

/** At once, unlike pki's, for validation does not wait. @param encoded PEM, in base64 as the API has it. @throws Error if it is no certificate request */
export function readPkcs10(encoded: string): Pkcs10 {
  const [, label, text = ''] = PEM.exec(Buffer.from(encoded, 'base64').toString('latin1')) ?? [];
  if (label !== 'CERTIFICATE REQUEST') throw new Error('PEM block type must be CERTIFICATE REQUEST');
  const request = parse(Buffer.from(text, 'base64'));
  const { subject, subjectPKInfo } = request.certificationRequestInfo;
  return { organizations: organizationsOf(subject), isSigned: isSignedWith(keyOf(subjectPKInfo), request) };
}

function parse(bytes: Buffer): CertificationRequest {
  try {
    return AsnConvert.parse(bytes, CertificationRequest);
  } catch (error) {
    throw new Error('x509: malformed certificate request', { cause: error });
  }
}

function keyOf(info: SubjectPublicKeyInfo): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(AsnConvert.serialize(info)), format: 'der', type: 'spki' });
  } catch (error) {
    throw new Error('x509: malformed public key', { cause: error });
  }
}

function isSignedWith(key: KeyObject, request: CertificationRequest): boolean {
  const { certificationRequestInfoRaw: signed, signature, signatureAlgorithm } = request;
  const digest = DIGESTS[signatureAlgorithm.algorithm];
  if (digest === undefined || signed === undefined) throw new Error('x509: cannot verify signature: algorithm unimplemented');
  return verify(digest, Buffer.from(signed), key, Buffer.from(signature));
}

function organizationsOf(subject: Name): string[] {
  return [...subject].flatMap((set) => [...set]).flatMap(({ type, value }) => (type === ORGANIZATION ? [value.toString()] : []));
}
