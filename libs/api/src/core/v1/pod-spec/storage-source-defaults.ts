import type { PersistentVolumeSpec, Volume } from '../../../generated/core/v1';

/** What volumes of pods and PersistentVolumes have in common. */
type StorageSources = Pick<Volume, 'azureDisk' | 'hostPath' | 'iscsi' | 'rbd' | 'scaleIO'> | PersistentVolumeSpec;

/** Fills in the sources that have standard values of their own. */
export function defaultStorageSource({ azureDisk, hostPath, iscsi, rbd, scaleIO }: StorageSources): void {
  if (hostPath !== undefined) hostPath.type ??= '';
  if (iscsi !== undefined) iscsi.iscsiInterface ??= 'default';
  if (rbd !== undefined) {
    rbd.pool ??= 'rbd';
    rbd.user ??= 'admin';
    rbd.keyring ??= '/etc/ceph/keyring';
  }
  if (azureDisk !== undefined) {
    azureDisk.cachingMode ??= 'ReadWrite';
    azureDisk.kind ??= 'Shared';
    azureDisk.fsType ??= 'ext4';
    azureDisk.readOnly ??= false;
  }
  if (scaleIO !== undefined) {
    scaleIO.storageMode ??= 'ThinProvisioned';
    scaleIO.fsType ??= 'xfs';
  }
}
