import {
  addProblems,
  dns1035Label,
  dns1123Subdomain,
  qualifiedName,
  validateLabelSelector,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import { isEmpty, listOf } from '../../presence';
import { validateClientConfig } from './client-config-validation';
import { validateRule } from './rule-validation';
import type { Webhook } from './webhook-defaults';

const FAILURE_POLICIES = ['Fail', 'Ignore'];
const MATCH_POLICIES = ['Equivalent', 'Exact'];
/** Others were allowed once, and stay where they are. */
const SIDE_EFFECTS = ['None', 'NoneOnDryRun'];
const FORMER_SIDE_EFFECTS = [...SIDE_EFFECTS, 'Some', 'Unknown'];
/** What the server can say in a review. */
const REVIEW_VERSIONS = ['v1', 'v1beta1'];
const MAX_TIMEOUT_SECONDS = 30;
const MAX_CONDITIONS = 64;

type Webhooks = readonly DeepReadonly<Webhook>[];

/** @param previous the webhooks as they are stored; what these have wrong already is taken */
export function validateWebhooks(webhooks: Webhooks, previous: Webhooks | undefined, path: FieldPath, errors: FieldErrors): void {
  const names = webhooks.map(({ name }) => name);
  const oldNames = listOf(previous).map(({ name }) => name);
  const mayRepeat = new Set(oldNames).size < oldNames.length;
  const sideEffects = listOf(previous).every((webhook) => SIDE_EFFECTS.includes(webhook.sideEffects)) ? SIDE_EFFECTS : FORMER_SIDE_EFFECTS;
  const needsVersion = listOf(previous).every(hasKnownVersion);
  webhooks.forEach((webhook, index) => {
    const at = path.index(index);
    validateWebhook(webhook, at, errors, sideEffects);
    validateVersions(webhook.admissionReviewVersions, at.child('admissionReviewVersions'), errors, needsVersion);
    if (!mayRepeat && webhook.name !== '' && names.indexOf(webhook.name) < index) errors.duplicate(at.child('name'), webhook.name);
  });
}

const hasKnownVersion = ({ admissionReviewVersions }: DeepReadonly<Webhook>): boolean =>
  listOf(admissionReviewVersions).some((version) => REVIEW_VERSIONS.includes(version));

function validateWebhook(webhook: DeepReadonly<Webhook>, path: FieldPath, errors: FieldErrors, sideEffects: readonly string[]): void {
  const { failurePolicy, matchPolicy, timeoutSeconds } = webhook;
  validateName(webhook.name, path.child('name'), errors);
  listOf(webhook.rules).forEach((rule, index) => validateRule(rule, path.child('rules').index(index), errors));
  if (failurePolicy !== undefined && !FAILURE_POLICIES.includes(failurePolicy))
    errors.notSupported(path.child('failurePolicy'), failurePolicy, FAILURE_POLICIES);
  if (matchPolicy !== undefined && !MATCH_POLICIES.includes(matchPolicy))
    errors.notSupported(path.child('matchPolicy'), matchPolicy, MATCH_POLICIES);
  if (isEmpty(webhook.sideEffects)) errors.required(path.child('sideEffects'), `must specify one of ${sideEffects.join(', ')}`);
  else if (!sideEffects.includes(webhook.sideEffects)) errors.notSupported(path.child('sideEffects'), webhook.sideEffects, sideEffects);
  if (timeoutSeconds !== undefined && (timeoutSeconds > MAX_TIMEOUT_SECONDS || timeoutSeconds < 1))
    errors.invalid(path.child('timeoutSeconds'), timeoutSeconds, 'the timeout value must be between 1 and 30 seconds');
  validateLabelSelector(webhook.namespaceSelector, path.child('namespaceSelector'), errors);
  validateLabelSelector(webhook.objectSelector, path.child('objectSelector'), errors);
  validateClientConfig(webhook.clientConfig, path.child('clientConfig'), errors);
  validateMatchConditions(listOf(webhook.matchConditions), path.child('matchConditions'), errors);
}

/** A domain of three labels or more. */
function validateName(name: string, path: FieldPath, errors: FieldErrors): void {
  if (isEmpty(name)) return errors.required(path);
  const problems = dns1123Subdomain(name);
  if (problems.length > 0) errors.invalid(path, name, problems.join(','));
  else if (name.split('.').length < 3) errors.invalid(path, name, 'should be a domain with at least three segments separated by dots');
}

function validateVersions(given: readonly string[] | undefined, path: FieldPath, errors: FieldErrors, needsKnown: boolean): void {
  const versions = listOf(given);
  if (versions.length === 0) return errors.required(path, `must specify one of ${REVIEW_VERSIONS.join(', ')}`);
  versions.forEach((version, index) => {
    if (versions.indexOf(version) < index) errors.invalid(path.index(index), version, 'duplicate version');
    else addProblems(dns1035Label(version), version, path.index(index), errors);
  });
  if (needsKnown && !versions.some((version) => REVIEW_VERSIONS.includes(version)))
    errors.invalid(path, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`);
}

/** Whether an expression is one of CEL is not looked into. */
export function validateMatchConditions(
  conditions: readonly { readonly name: string; readonly expression: string }[],
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (conditions.length > MAX_CONDITIONS) errors.tooMany(path, conditions.length, MAX_CONDITIONS);
  const names = conditions.map(({ name }) => name);
  conditions.forEach(({ expression, name }, index) => {
    const at = path.index(index);
    if (expression.trim() === '') errors.required(at.child('expression'));
    if (name === '') errors.required(at.child('name'));
    else addProblems(qualifiedName(name), name, at.child('name'), errors);
    if (name !== '' && names.indexOf(name) < index) errors.duplicate(at.child('name'), name);
  });
}
