import { createPublicKey, webcrypto, type KeyObject } from 'node:crypto';
import type { Pkcs10CertificateRequest, SubjectAlternativeNameExtension } from '@peculiar/x509';
import {
  alternativeNames,
  signCertificate,
  toName,
  type CertificateAuthority,
  type CertificateSubject,
  type IssueOptions,
} from './certificate-authority';
import { signingAlgorithm, toSigningKey } from './key-pair';
import { loadX509, type X509 } from './load-x509';

/** What a certificate request (PKCS #10) asks for. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
  readonly publicKey: KeyObject;
}

/** @returns PEM */
export async function createCertificateRequest(subject: CertificateSubject, key: KeyObject): Promise<string> {
  const { Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension } = await loadX509();
  const names = alternativeNames(subject);
  const publicKey = await webcrypto.subtle.importKey(
    'spki',
    createPublicKey(key).export({ format: 'der', type: 'spki' }),
    toSigningKey(key).algorithm,
    true,
    ['verify'],
  );
  const request = await Pkcs10CertificateRequestGenerator.create(
    {
      name: toName(subject),
      keys: { privateKey: toSigningKey(key), publicKey },
      signingAlgorithm: signingAlgorithm(key),
      extensions: names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)],
    },
    webcrypto,
  );
  return `${request.toString('pem')}\n`;
}

/** @throws Error if `pem` is no certificate request, or isn't signed with the key it carries */
export async function parseCertificateRequest(pem: string): Promise<CertificateRequest> {
  const x509 = await loadX509();
  const request = decode(pem, x509);
  if (!(await request.verify(webcrypto))) throw new Error('the certificate request is not signed with its own key');
  const names = subjectAlternativeNames(request, x509)?.names.items ?? [];
  const namesOf = (type: string): string[] => names.filter((name) => name.type === type).map((name) => name.value);
  return {
    commonName: request.subjectName.getField('CN')[0] ?? '',
    organizations: request.subjectName.getField('O'),
    dnsNames: namesOf('dns'),
    ipAddresses: namesOf('ip'),
    emailAddresses: namesOf('email'),
    uris: namesOf('url'),
    publicKey: createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' }),
  };
}

/**
 * Signs what a request asks for: its subject, names and key, with the usages that were granted.
 * @returns PEM
 * @throws Error as {@link parseCertificateRequest}, and if a usage doesn't exist
 */
export async function signCertificateRequest(
  authority: CertificateAuthority,
  pem: string,
  options: IssueOptions & { readonly usages: readonly string[] },
): Promise<string> {
  const { publicKey } = await parseCertificateRequest(pem);
  const x509 = await loadX509();
  const request = decode(pem, x509);
  const names = subjectAlternativeNames(request, x509);
  return signCertificate(authority, {
    ...options,
    subject: request.subjectName.toJSON(),
    publicKey,
    extensions: names === undefined ? [] : [new x509.SubjectAlternativeNameExtension(names.names.toJSON())],
  });
}

function subjectAlternativeNames(request: Pkcs10CertificateRequest, x509: X509): SubjectAlternativeNameExtension | undefined {
  return request.extensions.find((extension) => extension instanceof x509.SubjectAlternativeNameExtension);
}

function decode(pem: string, x509: X509): Pkcs10CertificateRequest {
  if (!/-----BEGIN (NEW )?CERTIFICATE REQUEST-----/.test(pem)) throw new Error('PEM block type must be CERTIFICATE REQUEST');
  try {
    return new x509.Pkcs10CertificateRequest(pem);
  } catch (error) {
    throw new Error('the certificate request is malformed', { cause: error });
  }
}
