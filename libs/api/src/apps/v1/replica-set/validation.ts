import { deepEqual, FIELD_IS_IMMUTABLE, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { ReplicaSet } from '../../../generated/apps/v1';
import { validateWorkload } from '../workload';

export function validateReplicaSet({ spec }: DeepReadonly<ReplicaSet>, path: FieldPath, errors: FieldErrors): void {
  validateWorkload(spec, path.child('spec'), errors);
}

export function validateReplicaSetUpdate(
  next: DeepReadonly<ReplicaSet>,
  previous: DeepReadonly<ReplicaSet>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (!deepEqual(next.spec.selector, previous.spec.selector))
    errors.invalid(path.child('spec', 'selector'), next.spec.selector, FIELD_IS_IMMUTABLE);
}
