import type { DeepReadonly } from '@keelson/apimachinery';
import { ageColumn, nameColumn } from '../../../columns';
import { defineKind } from '../../../define-kind';
import { resourceclaims, type ResourceClaim } from '../../../generated/resource/v1';
import { isEmpty } from '../../../presence';

export const resourceClaim = defineKind(resourceclaims, {
  columns: [nameColumn, { name: 'State', type: 'string', value: stateText }, ageColumn],
});

function stateText({ metadata, status }: DeepReadonly<ResourceClaim>): string {
  const isDeleted = metadata.deletionTimestamp !== undefined;
  const states = isDeleted ? ['deleted'] : [];
  if (status?.allocation !== undefined) states.push('allocated', ...(isEmpty(status.reservedFor) ? [] : ['reserved']));
  else if (!isDeleted) states.push('pending');
  return states.join(',');
}
