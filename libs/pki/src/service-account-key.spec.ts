import { execFileSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { generatePrivateKey, privateKeyToPem, publicKeyToPem } from './key-pair';
import { parsePublicKeys, serviceAccountKeyId } from './service-account-key';

describe('service-account keys', () => {
  it('have the id that openssl computes from the public key’s DER, private or public', async () => {
    const key = await generatePrivateKey('rsa');
    const digest = execFileSync('sh', ['-c', 'openssl rsa -pubout -outform DER 2>/dev/null | openssl dgst -sha256 -binary'], {
      input: privateKeyToPem(key),
    });
    expect(serviceAccountKeyId(key)).toBe(digest.toString('base64url'));
    expect(serviceAccountKeyId(createPublicKey(key))).toBe(digest.toString('base64url'));
  });

  it('come in files of any number, public and private', async () => {
    const [a, b] = [await generatePrivateKey('rsa'), await generatePrivateKey('ecdsa')];
    const ids = parsePublicKeys(publicKeyToPem(a) + privateKeyToPem(b), 'sa.pub').map(serviceAccountKeyId);
    expect(ids).toEqual([serviceAccountKeyId(a), serviceAccountKeyId(b)]);
    expect(() => parsePublicKeys('damaged', 'sa.pub')).toThrow('sa.pub holds no key in PEM');
  });
});
