import { nameIsDnsLabel } from '@keelson/apimachinery';
import { defineKind } from '../../../define-kind';
import { services } from '../../../generated/core/v1';
import { defaultService } from './defaults';
import { pairClusterIps, prepareForUpdate } from './prepare';
import { prepareStatus, validateServiceStatusUpdate } from './status';
import { columns } from './table';
import { validateService, validateServiceUpdate } from './validation';
import { serviceWarnings } from './warnings';

export const service = defineKind(services, {
  storagePath: 'services/specs',
  defaults: defaultService,
  prepareForCreate: pairClusterIps,
  prepareForUpdate,
  validateName: nameIsDnsLabel,
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  subresources: { status: { prepareForUpdate: prepareStatus, validateUpdate: validateServiceStatusUpdate } },
  generationFrom: [],
  warnings: serviceWarnings,
  columns,
  selectableFields: {
    'spec.clusterIP': ({ spec }) => spec.clusterIP ?? '',
    'spec.type': ({ spec }) => spec.type ?? '',
  },
  allowCreateOnUpdate: true,
});
