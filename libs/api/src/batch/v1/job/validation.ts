import {
  deepEqual,
  FIELD_IS_IMMUTABLE,
  LabelMatcher,
  NOT_NEGATIVE,
  validateLabelSelector,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import { validatePodTemplateSpec } from '../../../core/v1/pod-template-spec/validation';
import type { Job, JobSpec } from '../../../generated/batch/v1';

const MAX_PARALLELISM_INDEXED = 100_000;
const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;
const IMMUTABLE = ['selector', 'completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const;

export function validateJob({ spec }: DeepReadonly<Job>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  validateJobSpec(spec, at, errors);
  if (spec.selector === undefined) return errors.required(at.child('selector'));
  validateLabelSelector(spec.selector, at.child('selector'), errors);
  const labels = spec.template.metadata?.labels ?? {};
  if (!LabelMatcher.of(spec.selector).matches(labels))
    errors.invalid(at.child('template', 'metadata', 'labels'), labels, '`selector` does not match template `labels`');
}

/** The rules of a Job's spec that a CronJob's template shares: all but those of the selector. */
export function validateJobSpec(spec: DeepReadonly<JobSpec>, path: FieldPath, errors: FieldErrors): void {
  for (const field of COUNTS) {
    const value = spec[field];
    if (value !== undefined && value < 0) errors.invalid(path.child(field), value, NOT_NEGATIVE);
  }
  validateIndexed(spec, path, errors);
  validatePodTemplateSpec(spec.template, path.child('template'), errors);
  const restartPolicy = spec.template.spec?.restartPolicy ?? '';
  const at = path.child('template', 'spec', 'restartPolicy');
  if (restartPolicy === '' || restartPolicy === 'Always') errors.required(at, 'valid values: "OnFailure", "Never"');
  else if (spec.podFailurePolicy !== undefined && restartPolicy !== 'Never')
    errors.invalid(at, restartPolicy, 'only "Never" is supported when podFailurePolicy is specified');
}

function validateIndexed(spec: DeepReadonly<JobSpec>, path: FieldPath, errors: FieldErrors): void {
  const { backoffLimitPerIndex, completionMode = '', completions, maxFailedIndexes, parallelism = 0 } = spec;
  if (completionMode !== 'Indexed' && completionMode !== 'NonIndexed')
    errors.notSupported(path.child('completionMode'), completionMode, ['Indexed', 'NonIndexed']);
  if (completionMode === 'Indexed') {
    if (completions === undefined) errors.required(path.child('completions'), 'when completion mode is Indexed');
    if (parallelism > MAX_PARALLELISM_INDEXED)
      errors.invalid(
        path.child('parallelism'),
        parallelism,
        `must be less than or equal to ${MAX_PARALLELISM_INDEXED} when completion mode is Indexed`,
      );
    return;
  }
  if (backoffLimitPerIndex !== undefined)
    errors.invalid(path.child('backoffLimitPerIndex'), backoffLimitPerIndex, 'requires indexed completion mode');
  if (maxFailedIndexes !== undefined) errors.invalid(path.child('maxFailedIndexes'), maxFailedIndexes, 'requires indexed completion mode');
  if (spec.successPolicy !== undefined) errors.invalid(path.child('successPolicy'), spec.successPolicy, 'requires indexed completion mode');
}

export function validateJobUpdate(next: DeepReadonly<Job>, previous: DeepReadonly<Job>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  for (const field of IMMUTABLE)
    if (!deepEqual(next.spec[field], previous.spec[field])) errors.invalid(at.child(field), next.spec[field], FIELD_IS_IMMUTABLE);
  const scalesTogether = next.spec.completionMode === 'Indexed' && next.spec.completions === next.spec.parallelism;
  if (next.spec.completions !== previous.spec.completions && !scalesTogether)
    errors.invalid(at.child('completions'), next.spec.completions, FIELD_IS_IMMUTABLE);
  const mayChangeTemplate = previous.spec.suspend === true && previous.status?.startTime === undefined;
  if (!mayChangeTemplate && !deepEqual(next.spec.template, previous.spec.template))
    errors.invalid(at.child('template'), next.spec.template, FIELD_IS_IMMUTABLE);
}
