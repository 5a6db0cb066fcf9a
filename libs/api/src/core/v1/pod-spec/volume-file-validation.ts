import type { DeepReadonly, FieldErrors, FieldPath } from '@keelson/apimachinery';
import type { DownwardAPIVolumeFile, KeyToPath } from '../../../generated/core/v1';
import { isEmpty, listOf } from '../../../presence';
import { validateFieldRef, validateResourceFieldRef } from './env-validation';
import { validateFileMode, validateUnreservedPath } from './path-validation';

export function validateItems(items: DeepReadonly<KeyToPath[]> | undefined, path: FieldPath, errors: FieldErrors): void {
  listOf(items).forEach(({ key, path: target, mode }, position) => {
    const at = path.index(position);
    if (isEmpty(key)) errors.required(at.child('key'));
    if (isEmpty(target)) errors.required(at.child('path'));
    else validateUnreservedPath(target, at.child('path'), errors);
    validateFileMode(mode, at.child('mode'), errors);
  });
}

export function validateDownwardFile(file: DeepReadonly<DownwardAPIVolumeFile>, path: FieldPath, errors: FieldErrors): void {
  if (isEmpty(file.path)) errors.required(path.child('path'));
  else validateUnreservedPath(file.path, path.child('path'), errors);
  if (file.fieldRef !== undefined) {
    validateFieldRef(file.fieldRef, 'volume', path.child('fieldRef'), errors);
    if (file.resourceFieldRef !== undefined)
      errors.invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously');
  } else if (file.resourceFieldRef !== undefined)
    validateResourceFieldRef(file.resourceFieldRef, 'volume', path.child('resourceFieldRef'), errors);
  else errors.required(path, 'one of fieldRef and resourceFieldRef is required');
  validateFileMode(file.mode, path.child('mode'), errors);
}
