import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { childrenOf, readDer, type DerValue } from './der';

/** What the API server itself must know of a certificate request (PKCS #10, RFC 2986). */
export interface Pkcs10 {
  readonly organizations: readonly string[];
  /** Whether the request is signed with the key that it carries. */
  readonly isSigned: boolean;
}

const PEM = /-----BEGIN ([^-\n]+)-----([\s\S]*?)-----END \1-----/;

const ORGANIZATION = '55040a';
/** Digests by the signature algorithm's object identifier; null where the algorithm has its own. */
const DIGESTS: Readonly<Record<string, string | null>> = {
  '2a864886f70d010105': 'sha1',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d0401': 'sha1',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  '2b6570': null,
};

/** @param encoded PEM, in base64 as the API has it. @throws Error if it is no certificate request */
export function readPkcs10(encoded: string): Pkcs10 {
  const [, label, text = ''] = PEM.exec(Buffer.from(encoded, 'base64').toString('latin1')) ?? [];
  if (label !== 'CERTIFICATE REQUEST') throw new Error('PEM block type must be CERTIFICATE REQUEST');
  const request = readDer(Buffer.from(text, 'base64'));
  const [info, algorithm, signature] = childrenOf(request);
  const [, subject, publicKey] = info === undefined ? [] : childrenOf(info);
  if (info === undefined || algorithm === undefined || signature === undefined || subject === undefined || publicKey === undefined)
    throw new Error('x509: malformed certificate request');
  return { organizations: organizationsOf(subject), isSigned: isSignedWith(keyOf(publicKey), { info, algorithm, signature }) };
}

function keyOf({ raw }: DerValue): KeyObject {
  try {
    return createPublicKey({ key: raw, format: 'der', type: 'spki' });
  } catch (error) {
    throw new Error('x509: malformed public key', { cause: error });
  }
}

function isSignedWith(key: KeyObject, parts: { info: DerValue; algorithm: DerValue; signature: DerValue }): boolean {
  const identifier = childrenOf(parts.algorithm)[0]?.content.toString('hex') ?? '';
  const digest = DIGESTS[identifier];
  if (digest === undefined) throw new Error('x509: cannot verify signature: algorithm unimplemented');
  // The first byte of a bit string tells how many bits of the last are unused: none, in a signature.
  return verify(digest, parts.info.raw, key, parts.signature.content.subarray(1));
}

/** A name is a list of sets of attributes. */
function organizationsOf(subject: DerValue): string[] {
  return childrenOf(subject)
    .flatMap(childrenOf)
    .map(childrenOf)
    .flatMap(([type, value]) =>
      type?.content.toString('hex') === ORGANIZATION && value !== undefined ? [value.content.toString('utf8')] : [],
    );
}
