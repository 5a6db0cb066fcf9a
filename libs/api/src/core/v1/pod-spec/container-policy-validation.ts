import type { DeepReadonly, FieldErrors, FieldPath } from '@keelson/apimachinery';
import type { Container, ContainerResizePolicy, ContainerRestartRule } from '../../../generated/core/v1';
import { listOf } from '../../../presence';

const RESTART_POLICIES = ['Always', 'Never', 'OnFailure'];
const RULE_ACTIONS = ['Restart', 'RestartAllContainers'];
const RULE_OPERATORS = ['In', 'NotIn'];
const MAX_RULES = 20;
const MAX_EXIT_CODES = 255;

/** How a container restarts apart from its pod: KEP-5307. */
export function validateContainerRestartRules(
  { restartPolicy, restartPolicyRules }: DeepReadonly<Container>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const rules = listOf(restartPolicyRules);
  if (restartPolicy === undefined) {
    if (rules.length > 0) errors.required(path.child('restartPolicy'), 'must specify restartPolicy when restart rules are used');
  } else if (!RESTART_POLICIES.includes(restartPolicy)) errors.notSupported(path.child('restartPolicy'), restartPolicy, RESTART_POLICIES);
  if (rules.length > MAX_RULES) errors.tooMany(path.child('restartPolicyRules'), rules.length, MAX_RULES);
  rules.forEach((rule, position) => validateRule(rule, path.child('restartPolicyRules').index(position), errors));
}

function validateRule({ action, exitCodes }: DeepReadonly<ContainerRestartRule>, path: FieldPath, errors: FieldErrors): void {
  if (!RULE_ACTIONS.includes(action)) errors.notSupported(path.child('action'), action, RULE_ACTIONS);
  if (exitCodes === undefined) return errors.required(path.child('exitCodes'), 'must be specified');
  const at = path.child('exitCodes');
  if (!RULE_OPERATORS.includes(exitCodes.operator)) errors.notSupported(at.child('operator'), exitCodes.operator, RULE_OPERATORS);
  const count = listOf(exitCodes.values).length;
  if (count > MAX_EXIT_CODES) errors.tooMany(at.child('values'), count, MAX_EXIT_CODES);
}

export function validateResizePolicy(
  policies: DeepReadonly<ContainerResizePolicy[]> | undefined,
  podRestartPolicy: string | undefined,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const seen = new Set<string>();
  listOf(policies).forEach(({ resourceName, restartPolicy }, position) => {
    if (seen.has(resourceName)) errors.duplicate(path.index(position), resourceName);
    seen.add(resourceName);
    validateChoice(resourceName, ['cpu', 'memory'], path, errors);
    validateChoice(restartPolicy, ['NotRequired', 'RestartContainer'], path, errors);
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired')
      errors.invalid(path, restartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'");
  });
}

function validateChoice(value: string, supported: readonly string[], path: FieldPath, errors: FieldErrors): void {
  if (value === '') errors.required(path);
  else if (!supported.includes(value)) errors.notSupported(path, value, supported);
}
