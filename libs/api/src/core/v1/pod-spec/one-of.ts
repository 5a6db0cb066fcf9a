import type { FieldErrors, FieldPath } from '@keelson/apimachinery';

export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
export const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];

/** A required choice. */
export function validateOneOf(value: string | undefined, supported: readonly string[], path: FieldPath, errors: FieldErrors): void {
  if (value === undefined || value === '') errors.required(path);
  else if (!supported.includes(value)) errors.notSupported(path, value, supported);
}
