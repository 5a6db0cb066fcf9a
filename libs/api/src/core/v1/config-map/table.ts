import { ageColumn, nameColumn } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { ConfigMap } from '../../../generated/core/v1';

export const columns: readonly TableColumn<ConfigMap>[] = [
  nameColumn,
  { name: 'Data', type: 'string', value: ({ data, binaryData }) => countKeys(data) + countKeys(binaryData) },
  ageColumn,
];

const countKeys = (map: object | undefined): number => Object.keys(map ?? {}).length;
