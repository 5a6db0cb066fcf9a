import type { DeepReadonly } from '@keelson/apimachinery';
import type { PersistentVolume } from '../../../generated/core/v1';
import { GONE_VOLUMES } from '../pod-spec/warnings';

/** Upstream says nothing of these, though no kubelet mounts them either. */
const SILENT: readonly string[] = ['flocker', 'quobyte'];

export function persistentVolumeWarnings({ spec }: DeepReadonly<PersistentVolume>): readonly string[] {
  const sources = spec as Readonly<Record<string, unknown>>;
  return [
    ...(spec.persistentVolumeReclaimPolicy === 'Recycle'
      ? [
          'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
        ]
      : []),
    ...GONE_VOLUMES.filter(({ field }) => !SILENT.includes(field) && sources[field] !== undefined).map(
      ({ field, shown, since }) => `spec.${shown ?? field}: ${since}`,
    ),
  ];
}
