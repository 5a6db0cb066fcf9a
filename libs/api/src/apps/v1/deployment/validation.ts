import {
  deepEqual,
  FIELD_IS_IMMUTABLE,
  NOT_NEGATIVE,
  percent,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
  type IntOrString,
} from '@keelson/apimachinery';
import type { Deployment, DeploymentStrategy } from '../../../generated/apps/v1';
import { validateWorkload } from '../workload';

export function validateDeployment({ spec }: DeepReadonly<Deployment>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  validateWorkload(spec, at, errors);
  validateStrategy(spec.strategy ?? {}, at.child('strategy'), errors);
  const { minReadySeconds = 0, progressDeadlineSeconds } = spec;
  if (progressDeadlineSeconds === undefined) return;
  if (progressDeadlineSeconds < 0) errors.invalid(at.child('progressDeadlineSeconds'), progressDeadlineSeconds, NOT_NEGATIVE);
  if (progressDeadlineSeconds <= minReadySeconds)
    errors.invalid(at.child('progressDeadlineSeconds'), progressDeadlineSeconds, 'must be greater than minReadySeconds');
}

export function validateDeploymentUpdate(
  next: DeepReadonly<Deployment>,
  previous: DeepReadonly<Deployment>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (!deepEqual(next.spec.selector, previous.spec.selector))
    errors.invalid(path.child('spec', 'selector'), next.spec.selector, FIELD_IS_IMMUTABLE);
}

function validateStrategy({ rollingUpdate, type }: DeepReadonly<DeploymentStrategy>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('rollingUpdate');
  if (type === 'Recreate') {
    if (rollingUpdate !== undefined) errors.forbidden(at, "may not be specified when strategy `type` is 'Recreate'");
    return;
  }
  if (type !== 'RollingUpdate') {
    // Named as upstream's message shows it.
    const { maxSurge: MaxSurge, maxUnavailable: MaxUnavailable } = rollingUpdate ?? {};
    const shown = { Type: type ?? '', RollingUpdate: rollingUpdate === undefined ? null : { MaxUnavailable, MaxSurge } };
    return errors.notSupported(path, shown, ['Recreate', 'RollingUpdate']);
  }
  if (rollingUpdate === undefined) return errors.required(at, 'this should be defaulted and never be nil');
  const { maxSurge = 0, maxUnavailable = 0 } = rollingUpdate;
  validateAmount(maxUnavailable, at.child('maxUnavailable'), errors);
  validateAmount(maxSurge, at.child('maxSurge'), errors);
  if (isZero(maxSurge) && isZero(maxUnavailable))
    errors.invalid(at.child('maxUnavailable'), maxUnavailable, 'may not be 0 when `maxSurge` is 0');
  const unavailable = /^(\d+)%$/.exec(String(maxUnavailable))?.[1];
  if (unavailable !== undefined && Number(unavailable) > 100)
    errors.invalid(at.child('maxUnavailable'), maxUnavailable, 'must not be greater than 100%');
}

/** A number that is not negative, or a percentage. */
export function validateAmount(value: IntOrString, path: FieldPath, errors: FieldErrors): void {
  if (typeof value === 'number') {
    if (value < 0) errors.invalid(path, value, NOT_NEGATIVE);
    return;
  }
  for (const problem of percent(value)) errors.invalid(path, value, problem);
}

export const isZero = (value: IntOrString): boolean => value === 0 || value === '0%';
