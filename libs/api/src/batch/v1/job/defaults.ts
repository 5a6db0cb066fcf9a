import { defaultPodTemplateSpec } from '../../../core/v1/pod-template-spec/defaults';
import type { Job, JobSpec } from '../../../generated/batch/v1';
import { elementsOf, isEmpty } from '../../../presence';

const NO_LIMIT = 2 ** 31 - 1;

export function defaultJob({ metadata, spec }: Job): void {
  defaultJobSpec(spec);
  const labels = spec.template.metadata?.labels;
  // The template's own map, so that the labels which come with the selector are the Job's too.
  if (labels !== undefined && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = labels;
}

function defaultJobSpec(spec: JobSpec): void {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : NO_LIMIT;
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.manualSelector ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed';
  for (const rule of elementsOf(spec.podFailurePolicy?.rules))
    for (const condition of elementsOf(rule.onPodConditions)) if (isEmpty(condition.status)) condition.status = 'True';
  defaultPodTemplateSpec(spec.template);
}
