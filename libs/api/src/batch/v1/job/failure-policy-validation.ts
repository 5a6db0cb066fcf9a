import { addProblems, qualifiedName, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
} from '../../../generated/batch/v1';
import { isEmpty, listOf } from '../../../presence';

const MAX_RULES = 20;
const MAX_CONDITIONS = 20;
const MAX_EXIT_CODES = 255;
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const OPERATORS = ['In', 'NotIn'];
const STATUSES = ['False', 'True', 'Unknown'];

/** `path` is that of the policy's rules. */
export function validatePodFailurePolicy(spec: DeepReadonly<JobSpec>, path: FieldPath, errors: FieldErrors): void {
  const rules = listOf(spec.podFailurePolicy?.rules);
  if (rules.length > MAX_RULES) errors.tooMany(path, rules.length, MAX_RULES);
  rules.forEach((rule, index) => validateRule(rule, spec, path.index(index), errors));
}

function validateRule(rule: DeepReadonly<PodFailurePolicyRule>, spec: DeepReadonly<JobSpec>, path: FieldPath, errors: FieldErrors): void {
  const { action, onExitCodes } = rule;
  const onPodConditions = listOf(rule.onPodConditions);
  if (action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined)
      errors.invalid(path.child('action'), action, 'requires the backoffLimitPerIndex to be set');
  } else validateChoice(action, ACTIONS, path.child('action'), errors);
  if (onExitCodes !== undefined) validateExitCodes(onExitCodes, containerNames(spec), path.child('onExitCodes'), errors);
  validateConditions(onPodConditions, path.child('onPodConditions'), errors);
  if (onExitCodes !== undefined && onPodConditions.length > 0)
    errors.invalidWithoutValue(path, 'specifying both OnExitCodes and OnPodConditions is not supported');
  if (onExitCodes === undefined && onPodConditions.length === 0)
    errors.invalidWithoutValue(path, 'specifying one of OnExitCodes and OnPodConditions is required');
}

function containerNames({ template }: DeepReadonly<JobSpec>): ReadonlySet<string> {
  const { containers, initContainers } = template.spec ?? {};
  return new Set([...listOf(containers), ...listOf(initContainers)].map(({ name }) => name));
}

function validateExitCodes(
  { containerName, operator, values }: DeepReadonly<PodFailurePolicyOnExitCodesRequirement>,
  containers: ReadonlySet<string>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  validateChoice(operator, OPERATORS, path.child('operator'), errors);
  if (containerName !== undefined && !containers.has(containerName))
    errors.invalid(path.child('containerName'), containerName, 'must be one of the container or initContainer names in the pod template');
  const at = path.child('values');
  const codes = listOf(values);
  if (codes.length === 0) errors.invalid(at, values, 'at least one value is required');
  else if (codes.length > MAX_EXIT_CODES) errors.tooMany(at, codes.length, MAX_EXIT_CODES);
  codes.forEach((code, index) => {
    if (operator === 'In' && code === 0) errors.invalid(at.index(index), code, 'must not be 0 for the In operator');
    if (codes.indexOf(code) < index) errors.duplicate(at.index(index), code);
  });
  if (codes.some((code, index) => code < (codes[index - 1] ?? code))) errors.invalid(at, codes, 'must be ordered');
}

function validateConditions(
  conditions: readonly DeepReadonly<PodFailurePolicyOnPodConditionsPattern>[],
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (conditions.length > MAX_CONDITIONS) errors.tooMany(path, conditions.length, MAX_CONDITIONS);
  conditions.forEach(({ status, type }, index) => {
    const at = path.index(index);
    addProblems(qualifiedName(type), type, at.child('type'), errors);
    validateChoice(status, STATUSES, at.child('status'), errors);
  });
}

function validateChoice(value: string | undefined, choices: readonly string[], path: FieldPath, errors: FieldErrors): void {
  if (isEmpty(value)) errors.required(path, `valid values: [${choices.map((choice) => JSON.stringify(choice)).join(' ')}]`);
  else if (!choices.includes(value ?? '')) errors.notSupported(path, value, choices);
}
