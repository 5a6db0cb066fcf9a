import type { DeepReadonly } from '@keelson/apimachinery';
import { ageColumn, nameColumn, orNone } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { csidrivers, type CSIDriver } from '../../../generated/storage/v1';
import { isEmpty, listOf } from '../../../presence';
import { validateCsiDriver, validateCsiDriverUpdate } from './validation';

const columns: readonly TableColumn<CSIDriver>[] = [
  nameColumn,
  { name: 'AttachRequired', type: 'boolean', value: ({ spec }) => spec.attachRequired ?? true },
  { name: 'PodInfoOnMount', type: 'boolean', value: ({ spec }) => spec.podInfoOnMount ?? false },
  { name: 'StorageCapacity', type: 'boolean', value: ({ spec }) => spec.storageCapacity ?? false },
  {
    name: 'TokenRequests',
    type: 'string',
    value: ({ spec }) =>
      isEmpty(spec.tokenRequests)
        ? '<unset>'
        : listOf(spec.tokenRequests)
            .map(({ audience }) => audience)
            .join(','),
  },
  { name: 'RequiresRepublish', type: 'boolean', value: ({ spec }) => spec.requiresRepublish ?? false },
  { name: 'Modes', type: 'string', value: ({ spec }) => orNone(listOf(spec.volumeLifecycleModes).join(',')) },
  ageColumn,
];

export const csiDriver = defineKind(csidrivers, {
  defaults,
  prepareForCreate: dropGatedField,
  prepareForUpdate,
  generationFrom: [],
  validate: validateCsiDriver,
  validateUpdate: validateCsiDriverUpdate,
  allowUnconditionalUpdate: false,
  columns,
});

/** The feature gate VolumeLimitScaling is off: its field stays only where another server has let it in. */
function dropGatedField({ spec }: CSIDriver): void {
  delete spec.preventPodSchedulingIfMissing;
}

function prepareForUpdate(next: CSIDriver, previous: DeepReadonly<CSIDriver>): void {
  if (previous.spec.preventPodSchedulingIfMissing === undefined) dropGatedField(next);
}

function defaults({ spec }: CSIDriver): void {
  spec.attachRequired ??= true;
  spec.podInfoOnMount ??= false;
  spec.storageCapacity ??= false;
  spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
  if (isEmpty(spec.volumeLifecycleModes)) spec.volumeLifecycleModes = ['Persistent'];
  spec.requiresRepublish ??= false;
  spec.seLinuxMount ??= false;
}
