import { defineKind } from '../../../define-kind';
import { limitranges } from '../../../generated/core/v1';
import { defaultLimitRange } from './defaults';
import { columns } from './table';
import { validateLimitRange } from './validation';

export const limitRange = defineKind(limitranges, {
  defaults: defaultLimitRange,
  validate: validateLimitRange,
  generationFrom: [],
  columns,
  allowCreateOnUpdate: true,
});
