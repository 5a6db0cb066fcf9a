import { nameColumn } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { LimitRange } from '../../../generated/core/v1';

export const columns: readonly TableColumn<LimitRange>[] = [
  nameColumn,
  { name: 'Created At', type: 'date', value: ({ metadata }) => metadata.creationTimestamp },
];
