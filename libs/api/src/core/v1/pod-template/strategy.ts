import { defineKind } from '../../../define-kind';
import { podtemplates } from '../../../generated/core/v1';
import { dropDisabledFields } from '../pod-spec/disabled-fields';
import { defaultPodTemplate } from './defaults';
import { columns } from './table';
import { validatePodTemplate } from './validation';

export const podTemplate = defineKind(podtemplates, {
  podSpecPath: ['template', 'spec'],
  defaults: defaultPodTemplate,
  prepareForCreate: ({ template }) => dropDisabledFields(template?.spec),
  prepareForUpdate: (next, previous) => dropDisabledFields(next.template?.spec, previous.template?.spec),
  validate: validatePodTemplate,
  columns,
  generationFrom: ['template'],
});
