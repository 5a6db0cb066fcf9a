import { defineKind } from '../../../define-kind';
import { persistentvolumeclaims } from '../../../generated/core/v1';
import { defaultPersistentVolumeClaim } from './defaults';
import { columns } from './table';
import { validatePersistentVolumeClaim, validatePersistentVolumeClaimUpdate } from './validation';

export const persistentVolumeClaim = defineKind(persistentvolumeclaims, {
  defaults: defaultPersistentVolumeClaim,
  prepareForCreate: (claim) => void (claim.status = { phase: 'Pending' }),
  validate: validatePersistentVolumeClaim,
  validateUpdate: validatePersistentVolumeClaimUpdate,
  generationFrom: [],
  columns,
  selectableFields: { name: ({ metadata }) => metadata.name },
});
