import { createPublicKey, randomBytes, webcrypto, type KeyObject } from 'node:crypto';
import type { Extension, JsonGeneralNames, JsonName } from '@peculiar/x509';
import { usageExtensions } from './certificate-usages';
import { generatePrivateKey, privateKeyToPem, signingAlgorithm, toSigningKey } from './key-pair';
import { loadX509 } from './load-x509';

const DAY = 24 * 60 * 60 * 1000;

/** kubeadm's lifetimes. */
const AUTHORITY_LIFETIME = 3650 * DAY;
const CERTIFICATE_LIFETIME = 365 * DAY;

/** Certificates begin this much in the past, for peers whose clocks are behind. */
const BACKDATE = 5 * 60 * 1000;

/** A certificate with its private key, both PEM. */
export interface CertificateAndKey {
  readonly certificate: string;
  readonly key: string;
}

/** Who signs. */
export interface CertificateAuthority {
  /** PEM. */
  readonly certificate: string;
  readonly key: KeyObject;
}

/** What is to be certified. */
export interface CertificateSubject {
  readonly commonName: string;
  /** A client's groups. */
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

export interface IssueOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Milliseconds; a certificate never outlives its authority. */
  readonly lifetime?: number;
}

/** A self-signed authority. @param key the key to renew an authority with, so that what it signed stays valid; a new one without it */
export async function createCertificateAuthority(
  commonName: string,
  { now, lifetime = AUTHORITY_LIFETIME }: IssueOptions,
  key?: KeyObject,
): Promise<CertificateAuthority> {
  const { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension, SubjectAlternativeNameExtension } = await loadX509();
  const privateKey = key ?? (await generatePrivateKey());
  const name = toName({ commonName });
  const certificate = await issue(
    { subject: name, issuer: name, publicKey: privateKey, signer: privateKey, now, notAfter: now + lifetime },
    [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment | KeyUsageFlags.keyCertSign, true),
      new SubjectAlternativeNameExtension([{ type: 'dns', value: commonName }]),
    ],
  );
  return { certificate, key: privateKey };
}

/** A certificate for a server, by its names and addresses. */
export function issueServingCertificate(
  authority: CertificateAuthority,
  subject: CertificateSubject,
  options: IssueOptions,
): Promise<CertificateAndKey> {
  return issueWithNewKey(authority, subject, { ...options, usages: ['digital signature', 'key encipherment', 'server auth'] });
}

/** A certificate for a client: the common name is the user, the organizations are its groups. */
export function issueClientCertificate(
  authority: CertificateAuthority,
  subject: CertificateSubject,
  options: IssueOptions,
): Promise<CertificateAndKey> {
  return issueWithNewKey(authority, subject, { ...options, usages: ['digital signature', 'key encipherment', 'client auth'] });
}

/** A certificate for a member of a group of equals, which both serves and calls. */
export function issuePeerCertificate(
  authority: CertificateAuthority,
  subject: CertificateSubject,
  options: IssueOptions,
): Promise<CertificateAndKey> {
  return issueWithNewKey(authority, subject, {
    ...options,
    usages: ['digital signature', 'key encipherment', 'server auth', 'client auth'],
  });
}

async function issueWithNewKey(
  authority: CertificateAuthority,
  subject: CertificateSubject,
  options: IssueOptions & { usages: readonly string[] },
): Promise<CertificateAndKey> {
  const { SubjectAlternativeNameExtension } = await loadX509();
  const key = await generatePrivateKey();
  const names = alternativeNames(subject);
  const certificate = await signCertificate(authority, {
    ...options,
    subject: toName(subject),
    publicKey: key,
    extensions: names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)],
  });
  return { certificate, key: privateKeyToPem(key) };
}

/** What the authority puts its name under, whoever made the key. */
export interface SigningRequest extends IssueOptions {
  readonly subject: JsonName;
  readonly publicKey: KeyObject;
  readonly usages: readonly string[];
  readonly extensions: readonly Extension[];
}

/** @returns PEM. @throws Error if a usage doesn't exist or the authority has expired */
export async function signCertificate(authority: CertificateAuthority, request: SigningRequest): Promise<string> {
  const x509 = await loadX509();
  const issuer = new x509.X509Certificate(authority.certificate);
  const { now, lifetime = CERTIFICATE_LIFETIME } = request;
  const authorityEnds = issuer.notAfter.getTime();
  if (now >= authorityEnds) throw new Error(`the certificate authority ${issuer.subject} expired on ${issuer.notAfter.toISOString()}`);
  return issue(
    {
      subject: request.subject,
      issuer: issuer.subjectName.toJSON(),
      publicKey: request.publicKey,
      signer: authority.key,
      now,
      notAfter: Math.min(now + lifetime, authorityEnds),
    },
    [
      ...usageExtensions(request.usages, x509),
      new x509.BasicConstraintsExtension(false, undefined, true),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey, false, webcrypto),
      ...request.extensions,
    ],
  );
}

interface Issue {
  readonly subject: JsonName;
  readonly issuer: JsonName;
  /** The public key, or the private key it belongs to. */
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly now: number;
  readonly notAfter: number;
}

async function issue({ subject, issuer, publicKey, signer, now, notAfter }: Issue, extensions: readonly Extension[]): Promise<string> {
  const { SubjectKeyIdentifierExtension, X509CertificateGenerator } = await loadX509();
  const spki = createPublicKey(publicKey.type === 'private' ? publicKey : publicKey.export({ format: 'pem', type: 'spki' })).export({
    format: 'der',
    type: 'spki',
  });
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(),
      subject,
      issuer,
      notBefore: new Date(now - BACKDATE),
      notAfter: new Date(notAfter),
      publicKey: spki,
      signingKey: toSigningKey(signer),
      signingAlgorithm: signingAlgorithm(signer),
      extensions: [...extensions, await SubjectKeyIdentifierExtension.create(spki, false, webcrypto)],
    },
    webcrypto,
  );
  return `${certificate.toString('pem')}\n`;
}

/** 127 random bits; the first byte is neither zero nor has its sign bit set, so every reader sees the same number. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

/** Organizations before the common name, as Go writes them. */
export function toName({ commonName, organizations = [] }: CertificateSubject): JsonName {
  return [...organizations.map((organization) => ({ O: [organization] })), { CN: [commonName] }];
}

export function alternativeNames({ dnsNames = [], ipAddresses = [] }: CertificateSubject): JsonGeneralNames {
  return [...dnsNames.map((value) => ({ type: 'dns' as const, value })), ...ipAddresses.map((value) => ({ type: 'ip' as const, value }))];
}
