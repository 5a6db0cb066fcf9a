import type { X509Certificate } from 'node:crypto';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from '@keelson/component-base';
import {
  createCertificateAuthority,
  type CertificateAndKey,
  type CertificateAuthority,
  type CertificateSubject,
} from '../certificate-authority';
import { generatePrivateKey, parsePrivateKey, privateKeyToPem, publicKeyToPem } from '../key-pair';
import { parseCertificate } from '../pem';
import { needsRenewal } from '../renewal';

/** Private keys and kubeconfigs are their owner's alone. */
const SECRET_MODE = 0o600;

/**
 * The authority in `BASE.crt` and `BASE.key`: read, made if neither exists, renewed with the same key when its end nears, so that what it signed stays valid.
 * The key is written first: a crash in between leaves a key whose certificate the next run makes.
 * @throws Error naming the file that is corrupt, missing beside its other half, or doesn't fit it
 */
export async function ensureAuthority(base: string, commonName: string, now: number): Promise<CertificateAuthority> {
  const [certificate, keyText] = [await readIfThere(`${base}.crt`), await readIfThere(`${base}.key`)];
  if (certificate !== undefined && keyText === undefined)
    throw new Error(`${base}.key is missing beside ${base}.crt; restore it, or remove both to start with a new authority`);
  const key = keyText === undefined ? await generatePrivateKey() : parsePrivateKey(keyText, `${base}.key`);
  if (keyText === undefined) await writeFileAtomically(`${base}.key`, privateKeyToPem(key), { mode: SECRET_MODE });
  if (certificate !== undefined) {
    const parsed = parseCertificate(certificate, `${base}.crt`);
    if (!parsed.checkPrivateKey(key)) throw new Error(`${base}.crt and ${base}.key do not belong together`);
    if (!needsRenewal(parsed, now)) return { certificate, key };
  }
  const made = await createCertificateAuthority(commonName, { now }, key);
  await writeFileAtomically(`${base}.crt`, made.certificate);
  return made;
}

/** Makes a certificate: one of the issue functions, bound to its authority. */
export type Issuer = (subject: CertificateSubject) => Promise<CertificateAndKey>;

export interface Wanted {
  readonly subject: CertificateSubject;
  readonly authority: CertificateAuthority;
  readonly issue: Issuer;
  readonly now: number;
}

/**
 * The certificate in `BASE.crt` and `BASE.key`: kept while it is valid, fits its key, its authority and what is wanted; else issued anew.
 * @returns true if it was issued
 * @throws Error naming a file that is corrupt
 */
export async function ensureCertificate(base: string, wanted: Wanted): Promise<boolean> {
  const [certificate, key] = [await readIfThere(`${base}.crt`), await readIfThere(`${base}.key`)];
  if (certificate !== undefined && key !== undefined) {
    const parsed = parseCertificate(certificate, `${base}.crt`);
    if (isGood(parsed, parsePrivateKey(key, `${base}.key`), wanted)) return false;
  }
  const issued = await wanted.issue(wanted.subject);
  await writeFileAtomically(`${base}.key`, issued.key, { mode: SECRET_MODE });
  await writeFileAtomically(`${base}.crt`, issued.certificate);
  return true;
}

/** True if the certificate needs no renewal, belongs to the key, was signed by the authority and says all that is wanted. */
export function isGood(certificate: X509Certificate, key: KeyObject, { subject, authority, now }: Wanted): boolean {
  return (
    !needsRenewal(certificate, now) &&
    certificate.checkPrivateKey(key) &&
    certificate.verify(createPublicKey(authority.key)) &&
    subjectLines(certificate.subject) === subjectLines(subjectText(subject)) &&
    (subject.dnsNames ?? []).every((name) => certificate.checkHost(name, { subject: 'never', wildcards: false }) !== undefined) &&
    (subject.ipAddresses ?? []).every((address) => certificate.checkIP(address) !== undefined)
  );
}

const subjectLines = (subject: string): string => subject.split('\n').sort().join('\n');

function subjectText({ commonName, organizations = [] }: CertificateSubject): string {
  return [...organizations.map((organization) => `O=${organization}`), `CN=${commonName}`].join('\n');
}

/** The service-account key pair in `BASE.key` and `BASE.pub`; the public half is derived whenever it is missing or another's. */
export async function ensureServiceAccountKey(base: string): Promise<void> {
  const text = await readIfThere(`${base}.key`);
  const key = text === undefined ? await generatePrivateKey('rsa') : parsePrivateKey(text, `${base}.key`);
  if (text === undefined) await writeFileAtomically(`${base}.key`, privateKeyToPem(key), { mode: SECRET_MODE });
  const publicKey = publicKeyToPem(key);
  if ((await readIfThere(`${base}.pub`)) !== publicKey) await writeFileAtomically(`${base}.pub`, publicKey);
}

export async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
}
