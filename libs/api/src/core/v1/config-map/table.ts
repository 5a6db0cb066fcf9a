import type { TableColumn } from '../../../define-kind';
import type { ConfigMap } from '../../../generated/core/v1';

export const columns: readonly TableColumn<ConfigMap>[] = [
  { name: 'Name', type: 'string', format: 'name', value: ({ metadata }) => metadata.name },
  { name: 'Data', type: 'string', value: ({ data, binaryData }) => countKeys(data) + countKeys(binaryData) },
  { name: 'Age', type: 'string', value: ({ metadata }, { age }) => age(metadata.creationTimestamp) },
];

const countKeys = (map: object | undefined): number => Object.keys(map ?? {}).length;
