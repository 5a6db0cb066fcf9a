import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '@keelson/component-base';
import { createCertificateAuthority, issueServingCertificate, type CertificateSubject } from '../certificate-authority';
import { parsePrivateKey } from '../key-pair';
import { parseCertificate } from '../pem';
import { needsRenewal } from '../renewal';
import { readIfThere } from './certificate-files';

/** Where a server finds its certificate and key. */
export interface ServingCertificateFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface ServingCertificateOptions {
  /** `--tls-cert-file` and `--tls-private-key-file`. */
  readonly certificateFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** `--cert-dir`: where the self-signed pair `NAME.crt`, `NAME.key` is kept. */
  readonly certificateFolder: string;
  readonly name: string;
  /** What the self-signed certificate is for. */
  readonly subject: CertificateSubject;
  readonly clock: { now(): number };
}

/**
 * The files a daemon serves TLS with: those its flags name, else a pair in its certificate folder, signed by an authority that is forgotten at once
 * (its certificate follows in the same file). A pair that is good stays; one that nears its end is made anew.
 * @throws Error if only one of certificate and key is given, or a file of the pair is corrupt
 */
export async function ensureServingCertificate(options: ServingCertificateOptions): Promise<ServingCertificateFiles> {
  const { certificateFile = '', keyFile = '', certificateFolder, name, subject, clock } = options;
  if ((certificateFile === '') !== (keyFile === '')) throw new Error('--tls-cert-file and --tls-private-key-file must be given together');
  if (certificateFile !== '') return { certificateFile, keyFile };
  const files = { certificateFile: join(certificateFolder, `${name}.crt`), keyFile: join(certificateFolder, `${name}.key`) };
  if (await isUsable(files, clock.now())) return files;
  await mkdir(certificateFolder, { recursive: true });
  const authority = await createCertificateAuthority(`${subject.commonName}-ca`, { now: clock.now() });
  const issued = await issueServingCertificate(authority, subject, { now: clock.now() });
  await writeFileAtomically(files.keyFile, issued.key, { mode: 0o600 });
  await writeFileAtomically(files.certificateFile, issued.certificate + authority.certificate);
  return files;
}

async function isUsable({ certificateFile, keyFile }: ServingCertificateFiles, now: number): Promise<boolean> {
  const [certificate, key] = [await readIfThere(certificateFile), await readIfThere(keyFile)];
  if (certificate === undefined || key === undefined) return false;
  const parsed = parseCertificate(certificate, certificateFile);
  return !needsRenewal(parsed, now) && parsed.checkPrivateKey(parsePrivateKey(key, keyFile));
}
