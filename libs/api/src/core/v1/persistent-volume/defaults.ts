import type { PersistentVolume } from '../../../generated/core/v1';
import { ensure } from '../../../presence';
import { inWholeMillis } from '../pod-spec/defaults';
import { defaultStorageSource } from '../pod-spec/storage-source-defaults';

export function defaultPersistentVolume(volume: PersistentVolume): void {
  const spec = ensure(volume, 'spec', {});
  const status = (volume.status ??= {});
  status.phase ??= 'Pending';
  spec.persistentVolumeReclaimPolicy ??= 'Retain';
  spec.volumeMode ??= 'Filesystem';
  defaultStorageSource(spec);
  if (spec.capacity !== undefined) spec.capacity = inWholeMillis(spec.capacity);
}
