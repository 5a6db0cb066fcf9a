import { ageColumn, nameColumn } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { StatefulSet } from '../../../generated/apps/v1';
import { containerColumns } from '../workload';

export const columns: readonly TableColumn<StatefulSet>[] = [
  nameColumn,
  { name: 'Ready', type: 'string', value: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}` },
  ageColumn,
  ...containerColumns<StatefulSet>(({ spec }) => spec.template),
];
