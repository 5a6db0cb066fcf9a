import { defineKind } from '../../../define-kind';
import { persistentvolumes } from '../../../generated/core/v1';
import { defaultPersistentVolume } from './defaults';
import { columns } from './table';
import { validatePersistentVolume, validatePersistentVolumeUpdate } from './validation';

export const persistentVolume = defineKind(persistentvolumes, {
  defaults: defaultPersistentVolume,
  prepareForCreate: (volume) => void (volume.status = { phase: 'Pending' }),
  validate: validatePersistentVolume,
  validateUpdate: validatePersistentVolumeUpdate,
  generationFrom: [],
  columns,
  selectableFields: { name: ({ metadata }) => metadata.name },
});
