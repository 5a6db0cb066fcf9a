import { FieldErrors, FieldPath, type ObjectMeta } from '@keelson/apimachinery';

/** What `check` finds wrong, a sentence each, for the specs of validation. */
export function problems(check: (path: FieldPath, errors: FieldErrors) => void, path: FieldPath = FieldPath.root): string[] {
  const errors = new FieldErrors();
  check(path, errors);
  return errors.all.map(({ field, message }) => `${field}: ${message}`);
}

/** Metadata as the server would have filled it in. */
export function storedMeta(fields: Partial<ObjectMeta> = {}): ObjectMeta {
  return {
    name: 'web',
    namespace: 'default',
    uid: 'u-1',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...fields,
  };
}
