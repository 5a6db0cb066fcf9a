import { FieldPath, labelSelectorText, type DeepReadonly } from '@keelson/apimachinery';
import { containerColumns } from '../../../apps/v1/workload';
import { defaultPodTemplateSpec } from '../../../core/v1/pod-template-spec/defaults';
import { dropDisabledFields } from '../../../core/v1/pod-spec/disabled-fields';
import { isNewGeneration, podNameWarnings, podTemplateWarnings } from '../../../core/v1/pod-template-spec/warnings';
import { ageColumn, nameColumn, orNone } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { cronjobs, type CronJob } from '../../../generated/batch/v1';
import { namesTimeZone, validateCronJob, validateCronJobCreate, validateCronJobUpdate } from './validation';

const TEMPLATE = FieldPath.of('spec').child('jobTemplate', 'spec', 'template');

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
  podSpecPath: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  defaults,
  prepareForCreate: ({ spec }) => dropDisabledFields(spec.jobTemplate.spec?.template.spec),
  prepareForUpdate: (next, previous) =>
    dropDisabledFields(next.spec.jobTemplate.spec?.template.spec, previous.spec.jobTemplate.spec?.template.spec),
  validate: validateCronJob,
  validateCreate: validateCronJobCreate,
  validateUpdate: validateCronJobUpdate,
  warnings,
  columns,
});

function defaults({ spec }: CronJob): void {
  spec.concurrencyPolicy ??= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  // The rest of the Job is filled in when there is one.
  defaultPodTemplateSpec(spec.jobTemplate.spec?.template);
}

function warnings(next: DeepReadonly<CronJob>, previous: DeepReadonly<CronJob> | undefined): readonly string[] {
  const { spec } = next;
  return [
    ...(previous === undefined ? podNameWarnings(next) : []),
    ...(isNewGeneration(next, previous) ? podTemplateWarnings(spec.jobTemplate.spec?.template, TEMPLATE) : []),
    ...(previous !== undefined && namesTimeZone(spec.schedule)
      ? [
          'cannot use TZ or CRON_TZ in spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details',
        ]
      : []),
  ];
}
