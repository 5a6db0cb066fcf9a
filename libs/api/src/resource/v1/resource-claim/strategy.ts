import type { DeepReadonly } from '@keelson/apimachinery';
import { ageColumn, nameColumn } from '../../../columns';
import { defineKind } from '../../../define-kind';
import { resourceclaims, type ResourceClaim } from '../../../generated/resource/v1';
import { defaultDeviceClaim } from '../request-defaults';
import { isEmpty } from '../../../presence';

export const resourceClaim = defineKind(resourceclaims, {
  defaults: ({ spec }) => defaultDeviceClaim(spec.devices),
  generationFrom: [],
  columns: [nameColumn, { name: 'State', type: 'string', value: stateText }, ageColumn],
});

function stateText({ metadata, status }: DeepReadonly<ResourceClaim>): string {
  const isDeleted = metadata.deletionTimestamp !== undefined;
  const states = isDeleted ? ['deleted'] : [];
  if (status?.allocation !== undefined) states.push('allocated', ...(isEmpty(status.reservedFor) ? [] : ['reserved']));
  else if (!isDeleted) states.push('pending');
  return states.join(',');
}
