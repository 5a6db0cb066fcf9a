import type { DownwardAPIVolumeFile, ProjectedVolumeSource, Volume } from '../../../generated/core/v1';
import { elementsOf } from '../../../presence';
import { defaultPullPolicy } from './image-tag';
import { defaultStorageSource } from './storage-source-defaults';

const FILE_MODE = 0o644;
const TOKEN_SECONDS = 3600;

/** Fills in a volume; one that names no source is an empty directory. */
export function defaultVolume(volume: Volume): void {
  if (Object.keys(volume).every((field) => field === 'name')) volume.emptyDir = {};
  for (const source of [volume.secret, volume.configMap, volume.downwardAPI, volume.projected])
    if (source !== undefined) source.defaultMode ??= FILE_MODE;
  defaultStorageSource(volume);
  if (volume.image !== undefined) volume.image.pullPolicy ??= defaultPullPolicy(volume.image.reference ?? '');
  if (volume.ephemeral?.volumeClaimTemplate !== undefined) volume.ephemeral.volumeClaimTemplate.spec.volumeMode ??= 'Filesystem';
  elementsOf(volume.downwardAPI?.items).forEach(defaultFile);
  defaultProjection(volume.projected);
}

function defaultProjection(projected: ProjectedVolumeSource | undefined): void {
  for (const source of elementsOf(projected?.sources)) {
    if (source.serviceAccountToken !== undefined) source.serviceAccountToken.expirationSeconds ??= TOKEN_SECONDS;
    elementsOf(source.downwardAPI?.items).forEach(defaultFile);
  }
}

function defaultFile({ fieldRef }: DownwardAPIVolumeFile): void {
  if (fieldRef !== undefined) fieldRef.apiVersion ??= 'v1';
}
