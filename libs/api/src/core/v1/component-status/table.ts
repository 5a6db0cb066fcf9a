import type { DeepReadonly } from '@keelson/apimachinery';
import { nameColumn } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { ComponentCondition, ComponentStatus } from '../../../generated/core/v1';

export const columns: readonly TableColumn<ComponentStatus>[] = [
  nameColumn,
  { name: 'Status', type: 'string', value: statusText },
  { name: 'Message', type: 'string', value: (component) => healthOf(component)?.message ?? '' },
  { name: 'Error', type: 'string', value: (component) => healthOf(component)?.error ?? '' },
];

const healthOf = ({ conditions }: DeepReadonly<ComponentStatus>): DeepReadonly<ComponentCondition> | undefined =>
  conditions?.find(({ type }) => type === 'Healthy');

function statusText(component: DeepReadonly<ComponentStatus>): string {
  const health = healthOf(component);
  if (health === undefined) return 'Unknown';
  return health.status === 'True' ? 'Healthy' : 'Unhealthy';
}
