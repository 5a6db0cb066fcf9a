import {
  addProblems,
  configMapKey,
  semanticEqual,
  validateImmutable,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { Secret } from '../../../generated/core/v1';

/** The total of all values, as upstream's `MaxSecretSize`. */
const MAX_TOTAL_BYTES = 1024 * 1024;
const SERVICE_ACCOUNT_ANNOTATION = 'kubernetes.io/service-account.name';
const IMMUTABLE = 'field is immutable when `immutable` is set';

/** The keys that a type of Secret must have. */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};
const BASIC_AUTH_KEYS = ['username', 'password'];

export function validateSecret(secret: DeepReadonly<Secret>, path: FieldPath, errors: FieldErrors): void {
  const { data = {}, type = '' } = secret;
  const at = path.child('data');
  for (const key of Object.keys(data)) addProblems(configMapKey(key), key, at.key(key), errors);
  const bytes = Object.values(data).reduce((sum, value) => sum + Buffer.byteLength(value, 'base64'), 0);
  if (bytes > MAX_TOTAL_BYTES) errors.tooLong(at, MAX_TOTAL_BYTES);
  for (const key of REQUIRED_KEYS[type] ?? []) if (data[key] === undefined) errors.required(at.key(key));
  if (type === 'kubernetes.io/basic-auth' && BASIC_AUTH_KEYS.every((key) => data[key] === undefined))
    for (const key of BASIC_AUTH_KEYS) errors.required(at.key(key));
  if (type === 'kubernetes.io/service-account-token' && (secret.metadata.annotations?.[SERVICE_ACCOUNT_ANNOTATION] ?? '') === '')
    errors.required(path.child('metadata', 'annotations').key(SERVICE_ACCOUNT_ANNOTATION));
  if (type.startsWith('kubernetes.io/dockerc')) validateDockerConfig(data, REQUIRED_KEYS[type]?.[0] ?? '', at, errors);
}

export function validateSecretUpdate(
  next: DeepReadonly<Secret>,
  previous: DeepReadonly<Secret>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  validateImmutable({ next: next.type, previous: previous.type }, path.child('type'), errors);
  if (previous.immutable !== true) return;
  if (next.immutable !== true) errors.forbidden(path.child('immutable'), IMMUTABLE);
  if (!semanticEqual(next.data, previous.data)) errors.forbidden(path.child('data'), IMMUTABLE);
}

/** Registry credentials are JSON; what is wrong with them is said without showing them. */
function validateDockerConfig(data: Readonly<Record<string, string>>, key: string, path: FieldPath, errors: FieldErrors): void {
  const text = data[key];
  if (text !== undefined && !isJsonObject(Buffer.from(text, 'base64').toString()))
    errors.invalid(path.key(key), '<secret contents redacted>', 'must be a JSON object');
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
