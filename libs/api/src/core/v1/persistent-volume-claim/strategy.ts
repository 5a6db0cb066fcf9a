import type { DeepReadonly } from '@keelson/apimachinery';
import { defineKind } from '../../../define-kind';
import { persistentvolumeclaims, type PersistentVolumeClaim } from '../../../generated/core/v1';
import { normalizeDataSources } from './data-source';
import { defaultPersistentVolumeClaim } from './defaults';
import { validatePersistentVolumeClaimStatusUpdate } from './status-validation';
import { columns } from './table';
import { validatePersistentVolumeClaim, validatePersistentVolumeClaimUpdate } from './validation';

export const persistentVolumeClaim = defineKind(persistentvolumeclaims, {
  defaults: defaultPersistentVolumeClaim,
  prepareForCreate(claim) {
    claim.status = { phase: 'Pending' };
    normalizeDataSources(claim.spec);
  },
  prepareForUpdate: (next, previous) => normalizeDataSources(next.spec, previous.spec),
  validate: validatePersistentVolumeClaim,
  validateUpdate: validatePersistentVolumeClaimUpdate,
  subresources: { status: { prepareForUpdate: takeSpecFrom, validateUpdate: validatePersistentVolumeClaimStatusUpdate } },
  generationFrom: [],
  columns,
});

function takeSpecFrom(next: PersistentVolumeClaim, previous: DeepReadonly<PersistentVolumeClaim>): void {
  next.spec = structuredClone(previous.spec) as PersistentVolumeClaim['spec'];
}
