import { labelSelectorText } from '@keelson/apimachinery';
import { ageColumn, nameColumn } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { Deployment } from '../../../generated/apps/v1';
import { containerColumns } from '../workload';

export const columns: readonly TableColumn<Deployment>[] = [
  nameColumn,
  { name: 'Ready', type: 'string', value: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}` },
  { name: 'Up-to-date', type: 'string', value: ({ status }) => status?.updatedReplicas ?? 0 },
  { name: 'Available', type: 'string', value: ({ status }) => status?.availableReplicas ?? 0 },
  ageColumn,
  ...containerColumns<Deployment>(({ spec }) => spec.template),
  { name: 'Selector', type: 'string', priority: 1, value: ({ spec }) => labelSelectorText(spec.selector) },
];
