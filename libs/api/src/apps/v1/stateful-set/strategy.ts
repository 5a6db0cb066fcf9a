import { dropDisabledFields } from '../../../core/v1/pod-spec/disabled-fields';
import { defineKind } from '../../../define-kind';
import { statefulsets } from '../../../generated/apps/v1';
import { defaultStatefulSet } from './defaults';
import { columns } from './table';
import { validateStatefulSet, validateStatefulSetUpdate } from './validation';

export const statefulSet = defineKind(statefulsets, {
  defaults: defaultStatefulSet,
  prepareForCreate: ({ spec }) => dropDisabledFields(spec.template.spec),
  prepareForUpdate: (next, previous) => dropDisabledFields(next.spec.template.spec, previous.spec.template.spec),
  validate: validateStatefulSet,
  validateUpdate: validateStatefulSetUpdate,
  columns,
});
