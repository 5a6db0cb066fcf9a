import type { Secret } from '../../../generated/core/v1';
import { problems, storedMeta } from '../../../testing/problems';
import { defaultSecret } from './defaults';
import { validateSecret, validateSecretUpdate } from './validation';

const testSecret = (fields: Partial<Secret> = {}): Secret => ({ metadata: storedMeta(), type: 'Opaque', ...fields });
const onSecret = (fields: Partial<Secret>) => problems((path, errors) => validateSecret(testSecret(fields), path, errors));
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a Secret', () => {
  it('takes plain texts and keeps them encoded, over data of the same key', () => {
    const secret: Secret = { metadata: storedMeta(), data: { a: base64('old'), b: base64('kept') }, stringData: { a: 'new' } };
    defaultSecret(secret);
    expect(secret).toEqual({ metadata: storedMeta(), type: 'Opaque', data: { a: base64('new'), b: base64('kept') } });
  });

  it('has the keys that its type asks for', () => {
    expect(onSecret({ type: 'kubernetes.io/tls', data: { 'tls.crt': '' } })).toEqual(['data[tls.key]: Required value']);
    expect(onSecret({ type: 'kubernetes.io/basic-auth' })).toEqual(['data[username]: Required value', 'data[password]: Required value']);
    expect(onSecret({ type: 'kubernetes.io/service-account-token' })).toEqual([
      'metadata.annotations[kubernetes.io/service-account.name]: Required value',
    ]);
  });

  it('does not show the credentials it refuses', () => {
    const [problem] = onSecret({ type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': base64('s3cret') } });
    expect(problem).toContain('<secret contents redacted>');
    expect(problem).not.toContain('s3cret');
  });

  it('keeps its type, and once immutable its data', () => {
    const previous = testSecret({ immutable: true, data: { a: 'eA==' } });
    const next = testSecret({ type: 'other', immutable: true, data: { a: 'eQ==' } });
    expect(problems((path, errors) => validateSecretUpdate(next, previous, path, errors))).toEqual([
      'type: Invalid value: "other": field is immutable',
      'data: Forbidden: field is immutable when `immutable` is set',
    ]);
  });
});
