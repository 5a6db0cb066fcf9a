import type { DeepReadonly } from '@keelson/apimachinery';
import { defineKind, type ChangeOrigin } from '../../../define-kind';
import { persistentvolumes, type PersistentVolume } from '../../../generated/core/v1';
import { defaultPersistentVolume } from './defaults';
import { columns } from './table';
import { persistentVolumeWarnings } from './warnings';
import { validatePersistentVolume, validatePersistentVolumeUpdate } from './validation';

export const persistentVolume = defineKind(persistentvolumes, {
  defaults: defaultPersistentVolume,
  prepareForCreate: (volume, { now }) => void (volume.status = { phase: 'Pending', lastPhaseTransitionTime: now() }),
  validate: validatePersistentVolume,
  validateUpdate: validatePersistentVolumeUpdate,
  subresources: { status: { prepareForUpdate: prepareStatus } },
  generationFrom: [],
  warnings: persistentVolumeWarnings,
  columns,
});

/** Dates a new phase, unless who reports it has done so. */
function prepareStatus(next: PersistentVolume, previous: DeepReadonly<PersistentVolume>, { now }: ChangeOrigin): void {
  next.spec = structuredClone(previous.spec) as PersistentVolume['spec'];
  const status = (next.status ??= {});
  const before = previous.status?.lastPhaseTransitionTime;
  if (status.phase !== previous.status?.phase) {
    if (status.lastPhaseTransitionTime === undefined || status.lastPhaseTransitionTime === before) status.lastPhaseTransitionTime = now();
  } else if (before !== undefined) status.lastPhaseTransitionTime ??= before;
}
