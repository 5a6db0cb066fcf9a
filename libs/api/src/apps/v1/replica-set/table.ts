import { labelSelectorText } from '@keelson/apimachinery';
import { ageColumn, nameColumn } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { ReplicaSet } from '../../../generated/apps/v1';
import { containerColumns } from '../workload';

export const columns: readonly TableColumn<ReplicaSet>[] = [
  nameColumn,
  { name: 'Desired', type: 'integer', value: ({ spec }) => spec.replicas ?? 0 },
  { name: 'Current', type: 'integer', value: ({ status }) => status?.replicas ?? 0 },
  { name: 'Ready', type: 'integer', value: ({ status }) => status?.readyReplicas ?? 0 },
  ageColumn,
  ...containerColumns<ReplicaSet>(({ spec }) => spec.template),
  { name: 'Selector', type: 'string', priority: 1, value: ({ spec }) => labelSelectorText(spec.selector) },
];
