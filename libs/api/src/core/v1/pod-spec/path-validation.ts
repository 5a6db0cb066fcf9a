import type { FieldErrors, FieldPath } from '@keelson/apimachinery';

export const FILE_MODE = 'must be a number between 0 and 0777 (octal), both inclusive';

/** A path that does not climb. */
export function validateNoBacksteps(target: string, path: FieldPath, errors: FieldErrors): void {
  if (target.split('/').includes('..')) errors.invalid(path, target, "must not contain '..'");
}

/** A path within a volume. */
export function validateDescendingPath(target: string, path: FieldPath, errors: FieldErrors): void {
  if (target.startsWith('/')) errors.invalid(path, target, 'must be a relative path');
  validateNoBacksteps(target, path, errors);
}

/** A path within a volume that the kubelet writes; names that begin with two dots are its own. */
export function validateUnreservedPath(target: string, path: FieldPath, errors: FieldErrors): void {
  validateDescendingPath(target, path, errors);
  if (target.startsWith('..') && !target.startsWith('../')) errors.invalid(path, target, "must not start with '..'");
}

export function validateFileMode(mode: number | undefined, path: FieldPath, errors: FieldErrors): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) errors.invalid(path, mode, FILE_MODE);
}
