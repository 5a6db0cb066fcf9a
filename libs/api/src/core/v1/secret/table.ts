import { ageColumn, nameColumn } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { Secret } from '../../../generated/core/v1';

export const columns: readonly TableColumn<Secret>[] = [
  nameColumn,
  { name: 'Type', type: 'string', value: ({ type }) => type ?? '' },
  { name: 'Data', type: 'string', value: ({ data }) => Object.keys(data ?? {}).length },
  ageColumn,
];
