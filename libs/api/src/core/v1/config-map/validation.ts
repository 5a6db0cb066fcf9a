import { addProblems, configMapKey, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { ConfigMap } from '../../../generated/core/v1';

/** The total of all values, as upstream's `MaxSecretSize`. */
const MAX_TOTAL_BYTES = 1024 * 1024;

export function validateConfigMap(object: DeepReadonly<ConfigMap>, path: FieldPath, errors: FieldErrors): void {
  for (const field of ['data', 'binaryData'] as const)
    for (const key of Object.keys(object[field] ?? {})) addProblems(configMapKey(key), key, path.child(field).key(key), errors);
  for (const key of Object.keys(object.data ?? {}))
    if (object.binaryData?.[key] !== undefined) errors.invalid(path.child('data').key(key), key, 'duplicate of key present in binaryData');
  if (totalBytes(object) > MAX_TOTAL_BYTES) errors.tooLong(path, MAX_TOTAL_BYTES);
}

export function validateConfigMapUpdate(
  next: DeepReadonly<ConfigMap>,
  previous: DeepReadonly<ConfigMap>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (previous.immutable !== true) return;
  if (next.immutable !== true) errors.forbidden(path.child('immutable'), 'field is immutable when `immutable` is set');
  for (const field of ['data', 'binaryData'] as const)
    if (!sameEntries(next[field], previous[field])) errors.forbidden(path.child(field), 'field is immutable when `immutable` is set');
}

function totalBytes({ data, binaryData }: DeepReadonly<ConfigMap>): number {
  const texts = Object.values(data ?? {}).reduce((sum, value) => sum + Buffer.byteLength(value), 0);
  return Object.values(binaryData ?? {}).reduce((sum, value) => sum + Buffer.byteLength(value, 'base64'), texts);
}

function sameEntries(a: Readonly<Record<string, string>> = {}, b: Readonly<Record<string, string>> = {}): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
