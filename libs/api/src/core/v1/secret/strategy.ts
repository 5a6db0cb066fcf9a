import { defineKind } from '../../../define-kind';
import { secrets } from '../../../generated/core/v1';
import { defaultSecret } from './defaults';
import { columns } from './table';
import { validateSecret, validateSecretUpdate } from './validation';

export const secret = defineKind(secrets, {
  defaults: defaultSecret,
  validate: validateSecret,
  validateUpdate: validateSecretUpdate,
  columns,
  selectableFields: { type: ({ type }) => type ?? '' },
});
