import {
  dns1123Label,
  NOT_NEGATIVE,
  validateLabelSelector,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import { tryMatcher, validatePodTemplateSpec } from '../../../core/v1/pod-template-spec/validation';
import { validateDomainPrefixedPath } from '../../../domain-prefixed-path';
import type { Job, JobSpec } from '../../../generated/batch/v1';
import { validatePodFailurePolicy } from './failure-policy-validation';
import { validateIndexed } from './indexed-validation';
import { CONTROLLER_UID_LABELS, isIndexed, JOB_NAME_LABELS } from './selector';
import { validateSuccessPolicy } from './success-policy-validation';

const MAX_MANAGED_BY = 63;
const REPLACEMENT_POLICIES = ['Failed', 'TerminatingOrFailed'];
const RESTART_POLICIES = ['OnFailure', 'Never'];
const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;

export function validateJob(job: DeepReadonly<Job>, path: FieldPath, errors: FieldErrors): void {
  const { metadata, spec } = job;
  const at = path.child('spec');
  validateGeneratedSelector(job, path, errors);
  validateJobSpec(spec, at, errors);
  if (spec.selector === undefined) return errors.required(at.child('selector'));
  validateLabelSelector(spec.selector, at.child('selector'), errors);
  const labels = spec.template.metadata?.labels;
  if (tryMatcher(spec.selector)?.matches(labels) === false)
    errors.invalid(at.child('template', 'metadata', 'labels'), labels, '`selector` does not match template `labels`');
  if (!isIndexed(job) || (spec.completions ?? 0) <= 0) return;
  const hostname = `${metadata.name}-${(spec.completions ?? 0) - 1}`;
  if (dns1123Label(hostname).length > 0)
    errors.invalid(path.child('metadata', 'name'), metadata.name, `will not able to create pod with invalid DNS label: ${hostname}`);
}

/** The rules of a Job's spec that a CronJob's template shares: all but those of the selector. */
export function validateJobSpec(spec: DeepReadonly<JobSpec>, path: FieldPath, errors: FieldErrors): void {
  for (const field of COUNTS) {
    const value = spec[field];
    if (value !== undefined && value < 0) errors.invalid(path.child(field), value, NOT_NEGATIVE);
  }
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined)
    errors.required(path.child('backoffLimitPerIndex'), 'when maxFailedIndexes is specified');
  validateManagedBy(spec.managedBy, path.child('managedBy'), errors);
  validateIndexed(spec, path, errors);
  if (spec.podFailurePolicy !== undefined) validatePodFailurePolicy(spec, path.child('podFailurePolicy', 'rules'), errors);
  validateSuccessPolicy(spec, path.child('successPolicy'), errors);
  validatePodReplacementPolicy(spec, path.child('podReplacementPolicy'), errors);
  validatePodTemplateSpec(spec.template, path.child('template'), errors);
  validateRestartPolicy(spec, path.child('template', 'spec', 'restartPolicy'), errors);
}

/** Who lets the server make the selector may not have given its labels other values. */
function validateGeneratedSelector({ metadata, spec }: DeepReadonly<Job>, path: FieldPath, errors: FieldErrors): void {
  if (spec.manualSelector === true || spec.selector === undefined) return;
  const { labels } = spec.template.metadata ?? {};
  const at = path.child('spec', 'template', 'metadata', 'labels');
  const expected: Record<string, string> = {};
  for (const label of CONTROLLER_UID_LABELS) expected[label] = metadata.uid;
  for (const label of JOB_NAME_LABELS) expected[label] = metadata.name;
  for (const [label, value] of Object.entries(expected)) {
    if (labels?.[label] === undefined) errors.required(at.key(label), `must be '${value}'`);
    else if (labels[label] !== value) errors.invalid(at.key(label), labels, `must be '${value}'`);
  }
  if (tryMatcher(spec.selector)?.matches(expected) === false)
    errors.invalid(path.child('spec', 'selector'), spec.selector, '`selector` not auto-generated');
}

function validateManagedBy(managedBy: string | undefined, path: FieldPath, errors: FieldErrors): void {
  if (managedBy === undefined) return;
  validateDomainPrefixedPath(managedBy, path, errors);
  if (managedBy.length > MAX_MANAGED_BY) errors.tooLong(path, MAX_MANAGED_BY);
}

function validatePodReplacementPolicy(
  { podFailurePolicy, podReplacementPolicy: policy }: DeepReadonly<JobSpec>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (policy === undefined) return;
  const supported = podFailurePolicy === undefined ? REPLACEMENT_POLICIES : ['Failed'];
  if (!supported.includes(policy)) errors.notSupported(path, policy, supported);
}

function validateRestartPolicy({ podFailurePolicy, template }: DeepReadonly<JobSpec>, path: FieldPath, errors: FieldErrors): void {
  const policy = template.spec?.restartPolicy ?? '';
  if (policy === '' || policy === 'Always') errors.required(path, 'valid values: "OnFailure", "Never"');
  else if (!RESTART_POLICIES.includes(policy)) errors.notSupported(path, policy, RESTART_POLICIES);
  else if (podFailurePolicy !== undefined && policy !== 'Never')
    errors.invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified');
}
