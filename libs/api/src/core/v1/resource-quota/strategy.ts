import { defineKind } from '../../../define-kind';
import { resourcequotas } from '../../../generated/core/v1';
import { defaultResourceQuota } from './defaults';
import { columns } from './table';
import { validateResourceQuota, validateResourceQuotaUpdate } from './validation';

export const resourceQuota = defineKind(resourcequotas, {
  defaults: defaultResourceQuota,
  validate: validateResourceQuota,
  validateUpdate: validateResourceQuotaUpdate,
  generationFrom: [],
  columns,
});
