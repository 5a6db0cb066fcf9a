import type { DeepReadonly } from '@keelson/apimachinery';
import type { Job } from '../../../generated/batch/v1';

/** The old form of each label is kept beside the new one, for clients that look for it. */
export const CONTROLLER_UID_LABELS = ['batch.kubernetes.io/controller-uid', 'controller-uid'] as const;
export const JOB_NAME_LABELS = ['batch.kubernetes.io/job-name', 'job-name'] as const;

/**
 * Unless the user brings a selector, a Job finds its pods by its own uid, which no other pods can have. Labels that are there already stay:
 * validation refuses those that say something else.
 */
export function generateSelector({ metadata, spec }: Job): void {
  if (spec.manualSelector === true) return;
  const { template } = spec;
  template.metadata ??= {} as NonNullable<typeof template.metadata>;
  const labels = (template.metadata.labels ??= {});
  for (const label of JOB_NAME_LABELS) labels[label] ??= metadata.name;
  for (const label of CONTROLLER_UID_LABELS) labels[label] ??= metadata.uid;
  if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = labels;
  spec.selector ??= {};
  spec.selector.matchLabels = { [CONTROLLER_UID_LABELS[0]]: metadata.uid, ...spec.selector.matchLabels };
}

/** Whether a Job's pods are told apart by a completion index. */
export const isIndexed = ({ spec }: DeepReadonly<Pick<Job, 'spec'>>): boolean => spec.completionMode === 'Indexed';
