import {
  NOT_NEGATIVE,
  percent,
  validateLabelSelector,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
  type IntOrString,
} from '@keelson/apimachinery';
import { validateAmount } from '../../../apps/v1/deployment/validation';
import { ageColumn, nameColumn } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { poddisruptionbudgets, type PodDisruptionBudget } from '../../../generated/policy/v1';

const EVICTION_POLICIES = ['AlwaysAllow', 'IfHealthyBudget'];

/** What a budget counts; none of it below zero. */
const COUNTS = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const;

const columns: readonly TableColumn<PodDisruptionBudget>[] = [
  nameColumn,
  { name: 'Min Available', type: 'string', value: ({ spec }) => String(spec.minAvailable ?? 'N/A') },
  { name: 'Max Unavailable', type: 'string', value: ({ spec }) => String(spec.maxUnavailable ?? 'N/A') },
  { name: 'Allowed Disruptions', type: 'integer', value: ({ status }) => status?.disruptionsAllowed ?? 0 },
  ageColumn,
];

export const podDisruptionBudget = defineKind(poddisruptionbudgets, {
  validate,
  subresources: { status: { prepareForUpdate: takeSpecFrom, validateUpdate: validateStatusUpdate } },
  allowUnconditionalUpdate: false,
  columns,
});

function takeSpecFrom(next: PodDisruptionBudget, previous: DeepReadonly<PodDisruptionBudget>): void {
  next.spec = structuredClone(previous.spec) as PodDisruptionBudget['spec'];
}

function validateStatusUpdate(
  { status }: DeepReadonly<PodDisruptionBudget>,
  _: DeepReadonly<PodDisruptionBudget>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  for (const field of COUNTS) {
    const value = status?.[field] ?? 0;
    if (value < 0) errors.invalid(path.child('status', field), value, NOT_NEGATIVE);
  }
}

function validate({ spec }: DeepReadonly<PodDisruptionBudget>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  const { maxUnavailable, minAvailable, selector, unhealthyPodEvictionPolicy } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined)
    errors.invalid(at, spec, 'minAvailable and maxUnavailable cannot be both set');
  if (minAvailable !== undefined) validateShare(minAvailable, at.child('minAvailable'), errors);
  if (maxUnavailable !== undefined) validateShare(maxUnavailable, at.child('maxUnavailable'), errors);
  if (unhealthyPodEvictionPolicy !== undefined && !EVICTION_POLICIES.includes(unhealthyPodEvictionPolicy))
    errors.notSupported(at.child('unhealthyPodEvictionPolicy'), unhealthyPodEvictionPolicy, EVICTION_POLICIES);
  validateLabelSelector(selector, at.child('selector'), errors);
}

/** A number of pods, or a part of all. */
function validateShare(share: IntOrString, path: FieldPath, errors: FieldErrors): void {
  validateAmount(share, path, errors);
  if (typeof share === 'string' && percent(share).length === 0 && Number.parseInt(share, 10) > 100)
    errors.invalid(path, share, 'must not be greater than 100%');
}
