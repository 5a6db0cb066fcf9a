import { defineKind } from '../../../define-kind';
import { endpoints as resource } from '../../../generated/core/v1';
import { defaultEndpoints } from './defaults';
import { columns } from './table';
import { validateEndpoints } from './validation';

export const endpoints = defineKind(resource, {
  storagePath: 'services/endpoints',
  defaults: defaultEndpoints,
  validate: validateEndpoints,
  columns,
  allowCreateOnUpdate: true,
});
