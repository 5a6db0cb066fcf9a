import type { KubernetesObject } from '@keelson/apimachinery';
import { nameColumn } from '../../columns';
import type { TableColumn } from '../../define-kind';

export const roleColumns: readonly TableColumn<KubernetesObject>[] = [
  nameColumn,
  { name: 'Created At', type: 'date', value: ({ metadata }) => metadata.creationTimestamp },
];
