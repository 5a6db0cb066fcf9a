import {
  addProblems,
  dns1123Label,
  dns1123Subdomain,
  Quantity,
  validateAnnotations,
  validateLabels,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { CSIVolumeSource, EphemeralVolumeSource, HostPathVolumeSource, NFSVolumeSource, Volume } from '../../../generated/core/v1';
import { isEmpty, listOf, omit, presentFields } from '../../../presence';
import { validateDriverName } from '../../../storage/v1/driver-name';
import { validatePersistentVolumeClaimSpec } from '../persistent-volume-claim/validation';
import { validateNameWithPortal } from './iscsi-validation';
import type { VolumesByName } from './mount-validation';
import { PULL_POLICIES, validateOneOf } from './one-of';
import { validateNoBacksteps, validateFileMode } from './path-validation';
import { validateProjected } from './projected-volume-validation';
import { validateQuantity } from './resource-validation';
import { validateStorageSource } from './storage-source-validation';
import { validateDownwardFile, validateItems } from './volume-file-validation';

const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];

/**
 * Checks each volume, and that names are unique (pkg/apis/core/validation `ValidateVolumes`).
 * @returns the volumes with nothing wrong, which are those that a container may name
 */
export function validateVolumes(volumes: DeepReadonly<Volume[]> | undefined, path: FieldPath, errors: FieldErrors): VolumesByName {
  const seen = new Set<string>();
  const valid = new Map<string, DeepReadonly<Volume>>();
  listOf(volumes).forEach((volume, position) => {
    const at = path.index(position);
    const before = errors.all.length;
    validateSource(volume, at, errors);
    if (isEmpty(volume.name)) errors.required(at.child('name'));
    else addProblems(dns1123Label(volume.name), volume.name, at.child('name'), errors);
    if (seen.has(volume.name)) errors.duplicate(at.child('name'), volume.name);
    seen.add(volume.name);
    validateNameWithPortal({ iscsi: volume.iscsi, name: volume.name, shown: volume.name }, at.child('name'), errors);
    if (errors.all.length === before) valid.set(volume.name, volume);
  });
  return valid;
}

function validateSource(volume: DeepReadonly<Volume>, path: FieldPath, errors: FieldErrors): void {
  const [first, ...more] = presentFields(omit(volume, 'name'));
  if (first === undefined) return errors.required(path, 'must specify a volume type');
  for (const field of more) errors.forbidden(path.child(field), 'may not specify more than 1 volume type');
  validateFiles(volume, path, errors);
  const { csi, emptyDir, ephemeral, hostPath, image, nfs, persistentVolumeClaim } = volume;
  if (emptyDir?.sizeLimit !== undefined) validateSizeLimit(emptyDir.sizeLimit, path.child('emptyDir', 'sizeLimit'), errors);
  if (hostPath !== undefined) validateHostPath(hostPath, path.child('hostPath'), errors);
  if (image !== undefined) validateOneOf(image.pullPolicy, PULL_POLICIES, path.child('image', 'pullPolicy'), errors);
  if (nfs !== undefined) validateNfs(nfs, path.child('nfs'), errors);
  if (persistentVolumeClaim !== undefined && isEmpty(persistentVolumeClaim.claimName))
    errors.required(path.child('persistentVolumeClaim', 'claimName'));
  validateStorageSource(volume, path, errors);
  if (csi !== undefined) validateCsi(csi, path.child('csi'), errors);
  if (ephemeral !== undefined) validateEphemeral(ephemeral, path.child('ephemeral', 'volumeClaimTemplate'), errors);
}

function validateCsi({ driver, nodePublishSecretRef: secret }: DeepReadonly<CSIVolumeSource>, path: FieldPath, errors: FieldErrors): void {
  validateDriverName(driver, path.child('driver'), errors);
  if (secret === undefined) return;
  if (isEmpty(secret.name)) errors.required(path.child('nodePublishSecretRef', 'name'));
  else addProblems(dns1123Subdomain(secret.name ?? ''), secret.name, path.child('name'), errors);
}

/** The claim that is made for the pod takes its labels and annotations from a template, and nothing else of its metadata. */
function validateEphemeral(
  { volumeClaimTemplate: template }: DeepReadonly<EphemeralVolumeSource>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (template === undefined) return errors.required(path);
  const { annotations, labels, ...rest } = template.metadata ?? {};
  validateAnnotations(annotations, path.child('metadata', 'annotations'), errors);
  validateLabels(labels, path.child('metadata', 'labels'), errors);
  for (const field of presentFields(rest)) errors.forbidden(path.child('metadata', field), 'cannot be set');
  validatePersistentVolumeClaimSpec(template.spec, path.child('spec'), errors);
}

/** The sources whose files the kubelet writes. */
function validateFiles({ secret, configMap, downwardAPI, projected }: DeepReadonly<Volume>, path: FieldPath, errors: FieldErrors): void {
  if (secret !== undefined) {
    const at = path.child('secret');
    if (isEmpty(secret.secretName)) errors.required(at.child('secretName'));
    validateFileMode(secret.defaultMode, at.child('defaultMode'), errors);
    validateItems(secret.items, at.child('items'), errors);
  }
  if (configMap !== undefined) {
    const at = path.child('configMap');
    if (isEmpty(configMap.name)) errors.required(at.child('name'));
    validateFileMode(configMap.defaultMode, at.child('defaultMode'), errors);
    validateItems(configMap.items, at.child('items'), errors);
  }
  if (downwardAPI !== undefined) {
    const at = path.child('downwardAPI');
    validateFileMode(downwardAPI.defaultMode, at.child('defaultMode'), errors);
    for (const file of listOf(downwardAPI.items)) validateDownwardFile(file, at, errors);
  }
  if (projected !== undefined) validateProjected(projected, path.child('projected'), errors);
}

function validateSizeLimit(text: string, path: FieldPath, errors: FieldErrors): void {
  const limit = validateQuantity(text, path, errors);
  if (limit !== undefined && limit.compare(Quantity.zero) < 0) errors.forbidden(path, 'SizeLimit field must be a valid resource quantity');
}

export function validateHostPath({ path: target, type }: DeepReadonly<HostPathVolumeSource>, path: FieldPath, errors: FieldErrors): void {
  if (isEmpty(target)) return errors.required(path.child('path'));
  validateNoBacksteps(target, path.child('path'), errors);
  if (type !== undefined && !HOST_PATH_TYPES.includes(type)) errors.notSupported(path.child('type'), type, HOST_PATH_TYPES);
}

export function validateNfs({ server, path: target }: DeepReadonly<NFSVolumeSource>, path: FieldPath, errors: FieldErrors): void {
  if (isEmpty(server)) errors.required(path.child('server'));
  if (isEmpty(target)) errors.required(path.child('path'));
  if (isEmpty(target) || !target.startsWith('/')) errors.invalid(path.child('path'), target, 'must be an absolute path');
}
