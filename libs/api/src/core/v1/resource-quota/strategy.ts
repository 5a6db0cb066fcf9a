import type { DeepReadonly } from '@keelson/apimachinery';
import { defineKind } from '../../../define-kind';
import { resourcequotas, type ResourceQuota } from '../../../generated/core/v1';
import { defaultResourceQuota } from './defaults';
import { columns } from './table';
import { validateResourceQuota, validateResourceQuotaStatusUpdate, validateResourceQuotaUpdate } from './validation';
import { quotaWarnings } from './warnings';

export const resourceQuota = defineKind(resourcequotas, {
  defaults: defaultResourceQuota,
  validate: validateResourceQuota,
  validateUpdate: validateResourceQuotaUpdate,
  subresources: { status: { prepareForUpdate: takeSpecFrom, validateUpdate: validateResourceQuotaStatusUpdate } },
  warnings: quotaWarnings,
  generationFrom: [],
  columns,
});

function takeSpecFrom(next: ResourceQuota, previous: DeepReadonly<ResourceQuota>): void {
  next.spec = structuredClone(previous.spec) as ResourceQuota['spec'];
}
