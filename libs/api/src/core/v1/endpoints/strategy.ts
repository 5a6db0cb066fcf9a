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
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  allowCreateOnUpdate: true,
});
