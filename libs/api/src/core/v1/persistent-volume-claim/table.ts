import { ageColumn, nameColumn } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { PersistentVolumeClaim } from '../../../generated/core/v1';
import { isEmpty } from '../../../presence';
import { accessModesText, STORAGE_CLASS_ANNOTATION } from '../persistent-volume/access-modes';

export const columns: readonly TableColumn<PersistentVolumeClaim>[] = [
  nameColumn,
  {
    name: 'Status',
    type: 'string',
    value: ({ metadata, status }) => (metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating'),
  },
  { name: 'Volume', type: 'string', value: ({ spec }) => spec.volumeName ?? '' },
  {
    name: 'Capacity',
    type: 'string',
    value: ({ spec, status }) => (isEmpty(spec.volumeName) ? '' : (status?.capacity?.['storage'] ?? '0')),
  },
  {
    name: 'Access Modes',
    type: 'string',
    value: ({ spec, status }) => (isEmpty(spec.volumeName) ? '' : accessModesText(status?.accessModes)),
  },
  {
    name: 'StorageClass',
    type: 'string',
    value: ({ metadata, spec }) => metadata.annotations?.[STORAGE_CLASS_ANNOTATION] ?? spec.storageClassName ?? '',
  },
  { name: 'VolumeAttributesClass', type: 'string', value: ({ spec }) => spec.volumeAttributesClassName ?? '<unset>' },
  ageColumn,
  { name: 'VolumeMode', type: 'string', priority: 1, value: ({ spec }) => spec.volumeMode ?? '<unset>' },
];
