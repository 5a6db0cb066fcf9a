import { deepEqual, NOT_NEGATIVE, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { StatefulSet, StatefulSetSpec } from '../../../generated/apps/v1';
import { omit } from '../../../presence';
import { validateWorkload } from '../workload';

/** All that an update may change. */
const CHANGEABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;

export function validateStatefulSet({ spec }: DeepReadonly<StatefulSet>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  validateWorkload(spec, at, errors);
  if (!['OrderedReady', 'Parallel'].includes(spec.podManagementPolicy ?? ''))
    errors.invalid(at.child('podManagementPolicy'), spec.podManagementPolicy, "must be 'OrderedReady' or 'Parallel'");
  validateUpdateStrategy(spec.updateStrategy, at.child('updateStrategy'), errors);
  const { start = 0 } = spec.ordinals ?? {};
  if (start < 0) errors.invalid(at.child('ordinals', 'start'), start, NOT_NEGATIVE);
}

export function validateStatefulSetUpdate(
  next: DeepReadonly<StatefulSet>,
  previous: DeepReadonly<StatefulSet>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (!deepEqual(omit(next.spec, ...CHANGEABLE), omit(previous.spec, ...CHANGEABLE)))
    errors.forbidden(
      path.child('spec'),
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    );
}

function validateUpdateStrategy(strategy: DeepReadonly<StatefulSetSpec['updateStrategy']>, path: FieldPath, errors: FieldErrors): void {
  const { rollingUpdate, type = '' } = strategy ?? {};
  if (type === 'OnDelete') {
    if (rollingUpdate !== undefined)
      errors.invalid(path.child('rollingUpdate'), rollingUpdate, "only allowed for updateStrategy 'RollingUpdate'");
    return;
  }
  if (type !== 'RollingUpdate') return errors.invalid(path, strategy, "must be 'RollingUpdate' or 'OnDelete'");
  const { partition = 0 } = rollingUpdate ?? {};
  if (partition < 0) errors.invalid(path.child('rollingUpdate', 'partition'), partition, NOT_NEGATIVE);
}
