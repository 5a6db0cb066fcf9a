import { ageColumn, nameColumn } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { storageclasses, type StorageClass } from '../../../generated/storage/v1';
import { validateStorageClass, validateStorageClassUpdate } from './validation';

const columns: readonly TableColumn<StorageClass>[] = [
  nameColumn,
  { name: 'Provisioner', type: 'string', value: ({ provisioner }) => provisioner },
  { name: 'ReclaimPolicy', type: 'string', value: ({ reclaimPolicy }) => reclaimPolicy ?? '' },
  { name: 'VolumeBindingMode', type: 'string', value: ({ volumeBindingMode }) => volumeBindingMode ?? '' },
  { name: 'AllowVolumeExpansion', type: 'string', value: ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false },
  ageColumn,
];

export const storageClass = defineKind(storageclasses, {
  defaults,
  generationFrom: [],
  validate: validateStorageClass,
  validateUpdate: validateStorageClassUpdate,
  columns,
});

function defaults(object: StorageClass): void {
  object.reclaimPolicy ??= 'Delete';
  object.volumeBindingMode ??= 'Immediate';
}
