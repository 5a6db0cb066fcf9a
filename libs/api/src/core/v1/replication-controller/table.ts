import { ageColumn, containerImages, containerNames, labelsText, nameColumn } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { ReplicationController } from '../../../generated/core/v1';

export const columns: readonly TableColumn<ReplicationController>[] = [
  nameColumn,
  { name: 'Desired', type: 'integer', value: ({ spec }) => spec.replicas ?? 0 },
  { name: 'Current', type: 'integer', value: ({ status }) => status?.replicas ?? 0 },
  { name: 'Ready', type: 'integer', value: ({ status }) => status?.readyReplicas ?? 0 },
  ageColumn,
  { name: 'Containers', type: 'string', priority: 1, value: ({ spec }) => containerNames(spec.template?.spec?.containers) },
  { name: 'Images', type: 'string', priority: 1, value: ({ spec }) => containerImages(spec.template?.spec?.containers) },
  { name: 'Selector', type: 'string', priority: 1, value: ({ spec }) => labelsText(spec.selector) },
];
