import { labelSelectorText, NOT_NEGATIVE, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import { containerColumns } from '../../../apps/v1/workload';
import { ageColumn, nameColumn, orNone } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { cronjobs, type CronJob } from '../../../generated/batch/v1';
import { defaultJobSpec } from '../job/defaults';
import { validateJobSpec } from '../job/validation';

/** A CronJob's name goes into its Jobs' names with eleven characters more, and these into the labels of pods. */
const MAX_NAME_LENGTH = 52;
const CONCURRENCY_POLICIES = ['Allow', 'Forbid', 'Replace'];

const columns: readonly TableColumn<CronJob>[] = [
  nameColumn,
  { name: 'Schedule', type: 'string', value: ({ spec }) => spec.schedule },
  { name: 'Timezone', type: 'string', value: ({ spec }) => orNone(spec.timeZone) },
  { name: 'Suspend', type: 'boolean', value: ({ spec }) => (spec.suspend === true ? 'True' : 'False') },
  { name: 'Active', type: 'integer', value: ({ status }) => (status?.active ?? []).length },
  {
    name: 'Last Schedule',
    type: 'string',
    value: ({ status }, { age }) => (status?.lastScheduleTime === undefined ? '<none>' : age(status.lastScheduleTime)),
  },
  ageColumn,
  ...containerColumns<CronJob>(({ spec }) => spec.jobTemplate.spec?.template),
  { name: 'Selector', type: 'string', priority: 1, value: ({ spec }) => labelSelectorText(spec.jobTemplate.spec?.selector) },
];

export const cronJob = defineKind(cronjobs, {
  defaults,
  validate,
  columns,
});

function defaults({ spec }: CronJob): void {
  spec.concurrencyPolicy ??= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  if (spec.jobTemplate.spec !== undefined) defaultJobSpec(spec.jobTemplate.spec);
}

function validate({ metadata, spec }: DeepReadonly<CronJob>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  if (metadata.name.length > MAX_NAME_LENGTH)
    errors.invalid(path.child('metadata', 'name'), metadata.name, `must be no more than ${MAX_NAME_LENGTH} characters`);
  if (spec.schedule === '') errors.required(at.child('schedule'));
  if (!CONCURRENCY_POLICIES.includes(spec.concurrencyPolicy ?? ''))
    errors.notSupported(at.child('concurrencyPolicy'), spec.concurrencyPolicy ?? '', CONCURRENCY_POLICIES);
  for (const field of ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'] as const) {
    const value = spec[field];
    if (value !== undefined && value < 0) errors.invalid(at.child(field), value, NOT_NEGATIVE);
  }
  const jobSpec = spec.jobTemplate.spec;
  if (jobSpec === undefined) return errors.required(at.child('jobTemplate', 'spec'));
  if (jobSpec.manualSelector === true) errors.notSupported(at.child('jobTemplate', 'spec', 'manualSelector'), true, ['false']);
  validateJobSpec(jobSpec, at.child('jobTemplate', 'spec'), errors);
}
