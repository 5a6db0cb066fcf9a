import {
  addProblems,
  deepEqual,
  dns1123Label,
  NOT_NEGATIVE,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import { validatePersistentVolumeClaimSpec } from '../../../core/v1/persistent-volume-claim/validation';
import type { StatefulSet, StatefulSetSpec } from '../../../generated/apps/v1';
import type { PodTemplateSpec } from '../../../generated/core/v1';
import { omit } from '../../../presence';
import { isZero, validateAmount } from '../deployment/validation';
import { validateWorkload } from '../workload';

const RETENTION_POLICIES = ['Retain', 'Delete'];

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
  validateWorkload({ ...spec, template: templateOfPods(spec) }, at, errors, 'StatefulSet');
  if (!['OrderedReady', 'Parallel'].includes(spec.podManagementPolicy ?? ''))
    errors.invalid(at.child('podManagementPolicy'), spec.podManagementPolicy, "must be 'OrderedReady' or 'Parallel'");
  validateUpdateStrategy(spec.updateStrategy, at.child('updateStrategy'), errors);
  for (const field of ['whenDeleted', 'whenScaled'] as const) {
    const policy = spec.persistentVolumeClaimRetentionPolicy?.[field] ?? '';
    if (!RETENTION_POLICIES.includes(policy))
      errors.notSupported(at.child('persistentVolumeClaimRetentionPolicy', field), policy, RETENTION_POLICIES);
  }
  const { start = 0 } = spec.ordinals ?? {};
  if (start < 0) errors.invalid(at.child('ordinals', 'start'), start, NOT_NEGATIVE);
}

/** What can't be changed any more; what was stored before these rules stays. */
export function validateStatefulSetCreate({ spec }: DeepReadonly<StatefulSet>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  (spec.volumeClaimTemplates ?? []).forEach((template, index) => {
    validatePersistentVolumeClaimSpec(template.spec, at.child('volumeClaimTemplates').index(index).child('spec'), errors);
  });
  const { serviceName = '' } = spec;
  if (serviceName !== '') addProblems(dns1123Label(serviceName), serviceName, at.child('serviceName'), errors);
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

/** The template as the controller fills it in: with the claims' volumes, and without names, which are the pods' own. */
function templateOfPods({ template, volumeClaimTemplates = [] }: DeepReadonly<StatefulSetSpec>): DeepReadonly<PodTemplateSpec> {
  if (template.spec === undefined) return template;
  const claims = volumeClaimTemplates.map(({ metadata: { name } }) => ({ name, persistentVolumeClaim: { claimName: name } }));
  const names = new Set(claims.map(({ name }) => name));
  const volumes = [...claims, ...(template.spec.volumes ?? []).filter(({ name }) => !names.has(name))];
  return { ...template, spec: { ...omit(template.spec, 'hostname', 'subdomain'), volumes } };
}

function validateUpdateStrategy(strategy: DeepReadonly<StatefulSetSpec['updateStrategy']>, path: FieldPath, errors: FieldErrors): void {
  const { rollingUpdate, type = '' } = strategy ?? {};
  if (type === 'OnDelete') {
    if (rollingUpdate !== undefined)
      errors.invalid(path.child('rollingUpdate'), rollingUpdate, "only allowed for updateStrategy 'RollingUpdate'");
    return;
  }
  if (type !== 'RollingUpdate') return errors.invalid(path, strategy, "must be 'RollingUpdate' or 'OnDelete'");
  const { maxUnavailable, partition = 0 } = rollingUpdate ?? {};
  if (partition < 0) errors.invalid(path.child('rollingUpdate', 'partition'), partition, NOT_NEGATIVE);
  if (maxUnavailable === undefined) return;
  const at = path.child('rollingUpdate', 'maxUnavailable');
  validateAmount(maxUnavailable, at, errors);
  if (isZero(maxUnavailable)) errors.invalid(at, maxUnavailable, 'cannot be 0');
}
