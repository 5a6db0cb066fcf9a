import { ageColumn, nameColumn } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { Namespace } from '../../../generated/core/v1';

export const columns: readonly TableColumn<Namespace>[] = [
  nameColumn,
  { name: 'Status', type: 'string', value: ({ status }) => status?.phase ?? '' },
  ageColumn,
];
