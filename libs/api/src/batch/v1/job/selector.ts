import type { DeepReadonly } from '@keelson/apimachinery';
import type { Job } from '../../../generated/batch/v1';

/** The old form of each label is kept beside the new one, for clients that look for it. */
export const CONTROLLER_UID_LABELS = ['batch.kubernetes.io/controller-uid', 'controller-uid'] as const;
export const JOB_NAME_LABELS = ['batch.kubernetes.io/job-name', 'job-name'] as const;

/** Unless the user brings a selector, a Job finds its pods by its own uid, which no other pods can have. */
export function generateSelector({ metadata, spec }: Job): void {
  if (spec.manualSelector === true) return;
  const { template } = spec;
  template.metadata ??= {} as NonNullable<typeof template.metadata>;
  const labels = (template.metadata.labels ??= {});
  for (const label of JOB_NAME_LABELS) labels[label] = metadata.name;
  for (const label of CONTROLLER_UID_LABELS) labels[label] = metadata.uid;
  spec.selector ??= {};
  spec.selector.matchLabels = { ...spec.selector.matchLabels, [CONTROLLER_UID_LABELS[0]]: metadata.uid };
}

/** Whether a Job's pods are told apart by a completion index. */
export const isIndexed = ({ spec }: DeepReadonly<Pick<Job, 'spec'>>): boolean => spec.completionMode === 'Indexed';
