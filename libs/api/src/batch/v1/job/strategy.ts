import { dropDisabledFields } from '../../../core/v1/pod-spec/disabled-fields';
import { podNameWarnings, templateWarnings } from '../../../core/v1/pod-template-spec/warnings';
import { defineKind } from '../../../define-kind';
import { jobs } from '../../../generated/batch/v1';
import { defaultJob } from './defaults';
import { generateSelector } from './selector';
import { columns } from './table';
import { validateJobUpdate } from './update-validation';
import { validateJob } from './validation';

export const job = defineKind(jobs, {
  podSpecPath: ['spec', 'template', 'spec'],
  defaults: defaultJob,
  prepareForCreate(object) {
    generateSelector(object);
    dropDisabledFields(object.spec.template.spec);
  },
  prepareForUpdate: (next, previous) => dropDisabledFields(next.spec.template.spec, previous.spec.template.spec),
  validate: validateJob,
  validateUpdate: validateJobUpdate,
  warnings: (next, previous) => [...(previous === undefined ? podNameWarnings(next) : []), ...templateWarnings(next, previous)],
  orphansByDefault: true,
  warningWithoutPolicy:
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  columns,
  unknownField: (field) => `field label ${JSON.stringify(field)} not supported for Job`,
  selectableFields: { 'status.successful': ({ status }) => String(status?.succeeded ?? 0) },
});
