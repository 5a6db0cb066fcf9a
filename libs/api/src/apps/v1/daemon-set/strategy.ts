import { dropDisabledFields } from '../../../core/v1/pod-spec/disabled-fields';
import { defineKind } from '../../../define-kind';
import { daemonsets } from '../../../generated/apps/v1';
import { defaultDaemonSet } from './defaults';
import { columns } from './table';
import { validateDaemonSet, validateDaemonSetUpdate } from './validation';

export const daemonSet = defineKind(daemonsets, {
  defaults: defaultDaemonSet,
  prepareForCreate: ({ spec }) => dropDisabledFields(spec.template.spec),
  prepareForUpdate: (next, previous) => dropDisabledFields(next.spec.template.spec, previous.spec.template.spec),
  validate: validateDaemonSet,
  validateUpdate: validateDaemonSetUpdate,
  columns,
});
