import { ageColumn, nameColumn } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { PersistentVolume } from '../../../generated/core/v1';
import { accessModesText, STORAGE_CLASS_ANNOTATION } from './access-modes';

export const columns: readonly TableColumn<PersistentVolume>[] = [
  nameColumn,
  { name: 'Capacity', type: 'string', value: ({ spec }) => spec.capacity?.['storage'] ?? '0' },
  { name: 'Access Modes', type: 'string', value: ({ spec }) => accessModesText(spec.accessModes) },
  { name: 'Reclaim Policy', type: 'string', value: ({ spec }) => spec.persistentVolumeReclaimPolicy ?? '' },
  {
    name: 'Status',
    type: 'string',
    value: ({ metadata, status }) => (metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating'),
  },
  {
    name: 'Claim',
    type: 'string',
    value: ({ spec: { claimRef } }) => (claimRef === undefined ? '' : `${claimRef.namespace ?? ''}/${claimRef.name ?? ''}`),
  },
  {
    name: 'StorageClass',
    type: 'string',
    value: ({ metadata, spec }) => metadata.annotations?.[STORAGE_CLASS_ANNOTATION] ?? spec.storageClassName ?? '',
  },
  { name: 'VolumeAttributesClass', type: 'string', value: ({ spec }) => spec.volumeAttributesClassName ?? '<unset>' },
  { name: 'Reason', type: 'string', value: ({ status }) => status?.reason ?? '' },
  ageColumn,
  { name: 'VolumeMode', type: 'string', priority: 1, value: ({ spec }) => spec.volumeMode ?? '<unset>' },
];
