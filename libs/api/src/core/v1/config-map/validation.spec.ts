import { FieldErrors, FieldPath } from '@keelson/apimachinery';
import type { ConfigMap } from '../../../generated/core/v1';
import { validateConfigMap, validateConfigMapUpdate } from './validation';

const configMap = (fields: Partial<ConfigMap>): ConfigMap => ({
  metadata: { name: 'settings', namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
  ...fields,
});

const problems = (check: (errors: FieldErrors) => void): string[] => {
  const errors = new FieldErrors();
  check(errors);
  return errors.all.map(({ field, message }) => `${field}: ${message}`);
};

describe('validateConfigMap', () => {
  it('refuses a key that stands in both data and binaryData', () => {
    const object = configMap({ data: { a: 'x' }, binaryData: { a: 'eA==' } });
    expect(problems((errors) => validateConfigMap(object, FieldPath.root, errors))).toEqual([
      'data[a]: Invalid value: "a": duplicate of key present in binaryData',
    ]);
  });

  it('refuses more than one MiB in all', () => {
    const object = configMap({ data: { a: 'x'.repeat(1024 * 1024), b: 'y' } });
    expect(problems((errors) => validateConfigMap(object, FieldPath.root, errors))).toEqual([
      '<nil>: Too long: may not be more than 1048576 bytes',
    ]);
  });
});

describe('validateConfigMapUpdate', () => {
  it('lets an immutable map change its labels but not its data', () => {
    const previous = configMap({ immutable: true, data: { a: 'x' } });
    const relabelled = { ...previous, metadata: { ...previous.metadata, labels: { tier: 'web' } } };
    expect(problems((errors) => validateConfigMapUpdate(relabelled, previous, FieldPath.root, errors))).toEqual([]);
    const changed = { ...previous, data: { a: 'y' } };
    expect(problems((errors) => validateConfigMapUpdate(changed, previous, FieldPath.root, errors))).toEqual([
      'data: Forbidden: field is immutable when `immutable` is set',
    ]);
  });
});
