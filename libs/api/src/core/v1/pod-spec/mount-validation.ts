import type { DeepReadonly, FieldErrors, FieldPath } from '@keelson/apimachinery';
import type { Container, Volume, VolumeMount } from '../../../generated/core/v1';
import { isEmpty, listOf } from '../../../presence';
import { validateDescendingPath, validateNoBacksteps } from './path-validation';

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None'];
const RECURSIVE_READ_ONLY = ['Disabled', 'Enabled', 'IfPossible'];

export type VolumesByName = ReadonlyMap<string, DeepReadonly<Volume>>;

/** Where a container finds its volumes, as directories and as devices. */
export function validateMounts(container: DeepReadonly<Container>, volumes: VolumesByName, path: FieldPath, errors: FieldErrors): void {
  const devices = listOf(container.volumeDevices);
  const taken = new Set<string>();
  listOf(container.volumeMounts).forEach((mount, position) => {
    const at = path.child('volumeMounts').index(position);
    if (isEmpty(mount.name)) errors.required(at.child('name'));
    if (!volumes.has(mount.name)) errors.notFound(at.child('name'), mount.name);
    if (isEmpty(mount.mountPath)) errors.required(at.child('mountPath'));
    if (taken.has(mount.mountPath)) errors.invalid(at.child('mountPath'), mount.mountPath, 'must be unique');
    taken.add(mount.mountPath);
    if (devices.some(({ name }) => name === mount.name))
      errors.invalid(at.child('name'), mount.name, 'must not already exist in volumeDevices');
    if (devices.some(({ devicePath }) => devicePath === mount.mountPath))
      errors.invalid(at.child('mountPath'), mount.mountPath, 'must not already exist as a path in volumeDevices');
    validateMountOptions(mount, { container, path: path.child('volumeMounts'), at }, errors);
  });
  validateDevices(container, volumes, path.child('volumeDevices'), errors);
}

interface MountPlace {
  readonly container: DeepReadonly<Container>;
  /** The list's: upstream names the options after it, without the mount's index. */
  readonly path: FieldPath;
  readonly at: FieldPath;
}

function validateMountOptions(mount: DeepReadonly<VolumeMount>, { container, path, at }: MountPlace, errors: FieldErrors): void {
  const { subPath = '', subPathExpr = '', mountPropagation, recursiveReadOnly } = mount;
  if (subPath !== '') validateDescendingPath(subPath, path.child('subPath'), errors);
  if (subPathExpr !== '') {
    if (subPath !== '') errors.invalid(at.child('subPathExpr'), subPathExpr, 'subPathExpr and subPath are mutually exclusive');
    validateDescendingPath(subPathExpr, path.child('subPathExpr'), errors);
  }
  if (mountPropagation !== undefined) {
    if (!PROPAGATIONS.includes(mountPropagation)) errors.notSupported(path.child('mountPropagation'), mountPropagation, PROPAGATIONS);
    if (mountPropagation === 'Bidirectional' && container.securityContext?.privileged !== true)
      errors.forbidden(path.child('mountPropagation'), 'Bidirectional mount propagation is available only to privileged containers');
  }
  if (recursiveReadOnly !== undefined) validateRecursiveReadOnly(mount, recursiveReadOnly, path.child('recursiveReadOnly'), errors);
}

function validateRecursiveReadOnly(mount: DeepReadonly<VolumeMount>, mode: string, path: FieldPath, errors: FieldErrors): void {
  if (!RECURSIVE_READ_ONLY.includes(mode)) return errors.notSupported(path, mode, RECURSIVE_READ_ONLY);
  if (mode === 'Disabled') return;
  if (mount.readOnly !== true) errors.forbidden(path, 'may only be specified when readOnly is true');
  if (mount.mountPropagation !== undefined && mount.mountPropagation !== 'None')
    errors.forbidden(path, 'may only be specified when mountPropagation is None or not specified');
}

function validateDevices(container: DeepReadonly<Container>, volumes: VolumesByName, path: FieldPath, errors: FieldErrors): void {
  const mounts = listOf(container.volumeMounts);
  const [names, paths] = [new Set<string>(), new Set<string>()];
  listOf(container.volumeDevices).forEach(({ name, devicePath }, position) => {
    const at = path.index(position);
    const volume = volumes.get(name);
    if (isEmpty(name)) errors.required(at.child('name'));
    if (names.has(name)) errors.invalid(at.child('name'), name, 'must be unique');
    if (volume === undefined) errors.notFound(at.child('name'), name);
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined)
      errors.invalid(at.child('name'), name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode');
    if (isEmpty(devicePath)) errors.required(at.child('devicePath'));
    else validateNoBacksteps(devicePath, at.child('devicePath'), errors);
    if (paths.has(devicePath)) errors.invalid(at.child('devicePath'), devicePath, 'must be unique');
    if (mounts.some((mount) => mount.name === name)) errors.invalid(at.child('name'), name, 'must not already exist in volumeMounts');
    if (mounts.some(({ mountPath }) => mountPath === devicePath))
      errors.invalid(at.child('devicePath'), devicePath, 'must not already exist as a path in volumeMounts');
    names.add(name);
    paths.add(devicePath);
  });
}
