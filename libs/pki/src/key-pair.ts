import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, type webcrypto } from 'node:crypto';
import { promisify } from 'node:util';

/** ECDSA on P-256 for certificates, RSA of 2048 bits for service-account keys. */
export type KeyAlgorithm = 'ecdsa' | 'rsa';

const generate = promisify(generateKeyPair);

export async function generatePrivateKey(algorithm: KeyAlgorithm = 'ecdsa'): Promise<KeyObject> {
  const { privateKey } =
    algorithm === 'ecdsa' ? await generate('ec', { namedCurve: 'P-256' }) : await generate('rsa', { modulusLength: 2048 });
  return privateKey;
}

/** PEM in the form that Kubernetes' tools write: SEC 1 for elliptic curves, PKCS #1 for RSA. */
export function privateKeyToPem(key: KeyObject): string {
  return key.export({ format: 'pem', type: key.asymmetricKeyType === 'ec' ? 'sec1' : 'pkcs1' }).toString();
}

export function publicKeyToPem(key: KeyObject): string {
  return createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString();
}

/** @param source where the text came from, for the error. @throws Error naming `source`, never showing the key */
export function parsePrivateKey(pem: string, source: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new Error(`${source} holds no usable private key in PEM`, { cause: error });
  }
}

/** The key as Web Crypto signs certificates with it, SHA-256. */
export function toSigningKey(key: KeyObject): webcrypto.CryptoKey {
  if (key.asymmetricKeyType === 'ec') {
    const namedCurve = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''];
    if (namedCurve === undefined) throw new Error(`keys on the curve ${String(key.asymmetricKeyDetails?.namedCurve)} are not supported`);
    return key.toCryptoKey({ name: 'ECDSA', namedCurve }, true, ['sign']);
  }
  return key.toCryptoKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, true, ['sign']);
}

/** OpenSSL's names of curves, as Web Crypto calls them. */
const CURVES: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };

/** How a key of this kind signs. */
export function signingAlgorithm(key: KeyObject): { name: string; hash: string } {
  return { name: key.asymmetricKeyType === 'ec' ? 'ECDSA' : 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
}
