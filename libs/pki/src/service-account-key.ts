import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

/** The `kid` of a key's tokens, computed as upstream does: base64url of the SHA-256 of the public key's DER. */
export function serviceAccountKeyId(key: KeyObject): string {
  const spki = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'der', type: 'spki' });
  return createHash('sha256').update(spki).digest('base64url');
}

/** Public keys of a `--service-account-key-file`: any number, public or private, in PEM. @throws Error naming `source` */
export function parsePublicKeys(pem: string, source: string): KeyObject[] {
  const blocks = pem.match(/-----BEGIN (?:[A-Z ]+)-----[\s\S]*?-----END (?:[A-Z ]+)-----/g) ?? [];
  if (blocks.length === 0) throw new Error(`${source} holds no key in PEM`);
  return blocks.map((block) => {
    try {
      return createPublicKey(block);
    } catch (error) {
      throw new Error(`${source} holds a malformed key`, { cause: error });
    }
  });
}
