import { defineKind } from '../../../define-kind';
import { podtemplates } from '../../../generated/core/v1';
import { defaultPodTemplate } from './defaults';
import { columns } from './table';
import { validatePodTemplate } from './validation';

export const podTemplate = defineKind(podtemplates, {
  defaults: defaultPodTemplate,
  validate: validatePodTemplate,
  columns,
  generationFrom: ['template'],
});
