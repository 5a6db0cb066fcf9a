import { labelSelectorText } from '@keelson/apimachinery';
import { ageColumn, labelsText, nameColumn } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { DaemonSet } from '../../../generated/apps/v1';
import { containerColumns } from '../workload';

export const columns: readonly TableColumn<DaemonSet>[] = [
  nameColumn,
  { name: 'Desired', type: 'integer', value: ({ status }) => status?.desiredNumberScheduled ?? 0 },
  { name: 'Current', type: 'integer', value: ({ status }) => status?.currentNumberScheduled ?? 0 },
  { name: 'Ready', type: 'integer', value: ({ status }) => status?.numberReady ?? 0 },
  { name: 'Up-to-date', type: 'integer', value: ({ status }) => status?.updatedNumberScheduled ?? 0 },
  { name: 'Available', type: 'integer', value: ({ status }) => status?.numberAvailable ?? 0 },
  { name: 'Node Selector', type: 'string', value: ({ spec }) => labelsText(spec.template.spec?.nodeSelector) },
  ageColumn,
  ...containerColumns<DaemonSet>(({ spec }) => spec.template),
  { name: 'Selector', type: 'string', priority: 1, value: ({ spec }) => labelSelectorText(spec.selector) },
];
