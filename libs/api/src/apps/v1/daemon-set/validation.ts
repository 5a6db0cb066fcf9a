import { deepEqual, FIELD_IS_IMMUTABLE, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { DaemonSet, DaemonSetSpec } from '../../../generated/apps/v1';
import { isZero, validateAmount } from '../deployment/validation';
import { validateWorkload } from '../workload';

export function validateDaemonSet({ spec }: DeepReadonly<DaemonSet>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  validateWorkload(spec, at, errors, 'DaemonSet');
  validateUpdateStrategy(spec.updateStrategy, at.child('updateStrategy'), errors);
}

export function validateDaemonSetUpdate(
  next: DeepReadonly<DaemonSet>,
  previous: DeepReadonly<DaemonSet>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (!deepEqual(next.spec.selector, previous.spec.selector))
    errors.invalid(path.child('spec', 'selector'), next.spec.selector, FIELD_IS_IMMUTABLE);
}

function validateUpdateStrategy(strategy: DeepReadonly<DaemonSetSpec['updateStrategy']>, path: FieldPath, errors: FieldErrors): void {
  const { rollingUpdate, type = '' } = strategy ?? {};
  if (type === 'OnDelete') return;
  if (type !== 'RollingUpdate') return errors.notSupported(path.child('type'), type, ['RollingUpdate', 'OnDelete']);
  if (rollingUpdate === undefined) return errors.required(path.child('rollingUpdate'));
  const { maxSurge = 0, maxUnavailable = 0 } = rollingUpdate;
  validateAmount(maxUnavailable, path.child('rollingUpdate', 'maxUnavailable'), errors);
  validateAmount(maxSurge, path.child('rollingUpdate', 'maxSurge'), errors);
  if (isZero(maxSurge) && isZero(maxUnavailable))
    errors.required(path.child('rollingUpdate', 'maxUnavailable'), 'cannot be 0 when maxSurge is 0');
  if (!isZero(maxSurge) && !isZero(maxUnavailable))
    errors.invalid(path.child('rollingUpdate', 'maxSurge'), maxSurge, 'may not be set when maxUnavailable is non-zero');
}
