import {
  addProblems,
  labelValue,
  qualifiedName,
  validateLabelSelector,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { PodSchedulingGate, Toleration, TopologySpreadConstraint } from '../../../generated/core/v1';
import { isEmpty, listOf } from '../../../presence';
import { validateLabelKeys } from './label-key-validation';

export const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const UNSATISFIABLE_ACTIONS = ['DoNotSchedule', 'ScheduleAnyway'];
const INCLUSION_POLICIES = ['Honor', 'Ignore'];
const POSITIVE = 'must be greater than zero';

export function validateTolerations(tolerations: DeepReadonly<Toleration[]> | undefined, path: FieldPath, errors: FieldErrors): void {
  listOf(tolerations).forEach((toleration, position) => {
    const at = path.index(position);
    const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration;
    if (key !== '') addProblems(qualifiedName(key), key, at.child('key'), errors);
    else if (operator !== 'Exists')
      errors.invalid(
        at.child('operator'),
        operator,
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      );
    if (tolerationSeconds !== undefined && effect !== 'NoExecute')
      errors.invalid(at.child('effect'), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
    validateTolerationOperator(operator, value, at.child('operator'), errors);
    if (effect !== '' && !TAINT_EFFECTS.includes(effect)) errors.notSupported(at.child('effect'), effect, TAINT_EFFECTS);
  });
}

function validateTolerationOperator(operator: string, value: string, path: FieldPath, errors: FieldErrors): void {
  if (operator === 'Equal' || operator === '') {
    const problems = labelValue(value);
    if (problems.length > 0) errors.invalid(path, value, problems.join(';'));
  } else if (operator === 'Exists') {
    if (value !== '') errors.invalid(path, value, "value must be empty when `operator` is 'Exists'");
  } else errors.notSupported(path, operator, ['Equal', 'Exists']);
}

export function validateSchedulingGates(gates: DeepReadonly<PodSchedulingGate[]> | undefined, path: FieldPath, errors: FieldErrors): void {
  const seen = new Set<string>();
  listOf(gates).forEach(({ name }, position) => {
    addProblems(qualifiedName(name), name, path.index(position), errors);
    if (seen.has(name)) errors.duplicate(path.index(position), name);
    seen.add(name);
  });
}

export function validateTopologySpread(
  constraints: DeepReadonly<TopologySpreadConstraint[]> | undefined,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const all = listOf(constraints);
  all.forEach((constraint, position) => {
    const at = path.index(position);
    const { topologyKey, whenUnsatisfiable } = constraint;
    validateConstraint(constraint, at, errors);
    const isRepeated = all
      .slice(position + 1)
      .some((later) => later.topologyKey === topologyKey && later.whenUnsatisfiable === whenUnsatisfiable);
    if (isRepeated) errors.duplicate(at.child('{topologyKey, whenUnsatisfiable}'), `{${topologyKey}, ${whenUnsatisfiable}}`);
  });
}

function validateConstraint(constraint: DeepReadonly<TopologySpreadConstraint>, path: FieldPath, errors: FieldErrors): void {
  const { maxSkew, topologyKey, whenUnsatisfiable, minDomains } = constraint;
  if (maxSkew <= 0) errors.invalid(path.child('maxSkew'), maxSkew, POSITIVE);
  if (isEmpty(topologyKey)) errors.required(path.child('topologyKey'), 'can not be empty');
  if (!UNSATISFIABLE_ACTIONS.includes(whenUnsatisfiable))
    errors.notSupported(path.child('whenUnsatisfiable'), whenUnsatisfiable, UNSATISFIABLE_ACTIONS);
  if (minDomains !== undefined) {
    if (minDomains <= 0) errors.invalid(path.child('minDomains'), minDomains, POSITIVE);
    if (whenUnsatisfiable !== 'DoNotSchedule')
      errors.invalid(
        path.child('minDomains'),
        minDomains,
        `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`,
      );
  }
  for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
    const policy = constraint[field];
    if (policy !== undefined && !INCLUSION_POLICIES.includes(policy)) errors.notSupported(path.child(field), policy, INCLUSION_POLICIES);
  }
  validateLabelKeys(constraint, path, errors);
  validateLabelSelector(constraint.labelSelector, path.child('labelSelector'), errors);
}
