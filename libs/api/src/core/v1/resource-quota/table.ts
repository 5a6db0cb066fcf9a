import type { DeepReadonly } from '@keelson/apimachinery';
import { ageColumn, nameColumn } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { ResourceQuota } from '../../../generated/core/v1';

export const columns: readonly TableColumn<ResourceQuota>[] = [
  nameColumn,
  { name: 'Request', type: 'string', value: (quota) => usageText(quota, (name) => !isLimit(name)) },
  { name: 'Limit', type: 'string', value: (quota) => usageText(quota, isLimit) },
  ageColumn,
];

const isLimit = (name: string): boolean => name.startsWith('limits.');

/** What is used of each resource, of how much. */
function usageText({ status }: DeepReadonly<ResourceQuota>, includes: (name: string) => boolean): string {
  const { hard = {}, used = {} } = status ?? {};
  return Object.keys(hard)
    .filter(includes)
    .sort()
    .map((name) => `${name}: ${used[name] ?? '0'}/${hard[name] ?? '0'}`)
    .join(', ');
}
