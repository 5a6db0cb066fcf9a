import { posix } from 'node:path';
import {
  addProblems,
  dns1123Subdomain,
  Quantity,
  semanticEqual,
  validateImmutable,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { PersistentVolume, PersistentVolumeSpec } from '../../../generated/core/v1';
import { isEmpty, listOf, omit, presentFields } from '../../../presence';
import { validateNodeSelector } from '../pod-spec/affinity-validation';
import { validateNameWithPortal } from '../pod-spec/iscsi-validation';
import { validateQuantity } from '../pod-spec/resource-validation';
import { validateNoBacksteps } from '../pod-spec/path-validation';
import { validateStorageSource } from '../pod-spec/storage-source-validation';
import { validateHostPath, validateNfs } from '../pod-spec/volume-validation';
import { validateAccessModes } from './access-modes';
import { validateClusterSource } from './cluster-source-validation';

const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain'];
const VOLUME_MODES = ['Block', 'Filesystem'];
/** The fields of the spec that are not a source. */
const NO_SOURCE = [
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
] as const;

type Spec = DeepReadonly<PersistentVolumeSpec>;

export function validatePersistentVolume({ metadata, spec }: DeepReadonly<PersistentVolume>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  if (isEmpty(spec.accessModes)) errors.required(at.child('accessModes'));
  validateAccessModes(listOf(spec.accessModes), at.child('accessModes'), errors);
  validateCapacity(spec.capacity ?? {}, at.child('capacity'), errors);
  validateChoices(spec, at, errors);
  validateSource(spec, at, errors);
  validateNameWithPortal(
    { iscsi: spec.iscsi, name: metadata.name, shown: spec.iscsi?.targetPortal ?? '' },
    at.child('iscsi', 'targetportal'),
    errors,
  );
  validateNodeAffinity(spec.nodeAffinity, at.child('nodeAffinity'), errors);
  validateClassNames(spec, at, errors);
}

function validateNodeAffinity(affinity: Spec['nodeAffinity'], path: FieldPath, errors: FieldErrors): void {
  if (affinity === undefined) return;
  const at = path.child('required');
  if (affinity.required === undefined) errors.required(at, 'must specify required node constraints');
  else validateNodeSelector(affinity.required, at, errors);
}

function validateClassNames(
  { csi, storageClassName, volumeAttributesClassName: attributes }: Spec,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (!isEmpty(storageClassName))
    addProblems(dns1123Subdomain(storageClassName ?? ''), storageClassName, path.child('storageClassName'), errors);
  if (attributes === undefined) return;
  const at = path.child('volumeAttributesClassName');
  if (attributes === '') errors.required(at, 'an empty string is disallowed');
  else addProblems(dns1123Subdomain(attributes), attributes, at, errors);
  if (csi === undefined) errors.required(path.child('csi'), 'has to be specified when using volumeAttributesClassName');
}

export function validatePersistentVolumeUpdate(
  next: DeepReadonly<PersistentVolume>,
  previous: DeepReadonly<PersistentVolume>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const [after, before] = [sourceOf(next.spec), sourceOf(previous.spec)];
  if (!semanticEqual(after, before))
    errors.forbidden(
      path.child('spec', 'persistentvolumesource'),
      `spec.persistentvolumesource is immutable after creation\n-  ${JSON.stringify(before)}\n+  ${JSON.stringify(after)}\n`,
    );
  validateImmutable({ next: next.spec.volumeMode, previous: previous.spec.volumeMode }, path.child('volumeMode'), errors);
  if (previous.spec.volumeAttributesClassName !== undefined && next.spec.volumeAttributesClassName === undefined)
    errors.forbidden(path.child('spec', 'volumeAttributesClassName'), 'update from non-nil value to nil is forbidden');
}

/** Where the data lies. The secret for growing a volume may be added later. */
function sourceOf(spec: Spec): object {
  const source = omit(spec, ...NO_SOURCE);
  return source.csi === undefined ? source : { ...source, csi: omit(source.csi, 'controllerExpandSecretRef') };
}

function validateCapacity(capacity: Readonly<Record<string, string>>, path: FieldPath, errors: FieldErrors): void {
  const names = Object.keys(capacity);
  if (names.length === 0) errors.required(path);
  if (names.length !== 1 || names[0] !== 'storage') errors.notSupported(path, capacity, ['storage']);
  for (const [name, text] of Object.entries(capacity)) {
    const quantity = validateQuantity(text, path.key(name), errors);
    if (quantity !== undefined && quantity.compare(Quantity.zero) <= 0)
      errors.invalid(path.key(name), quantity.toString(), 'must be greater than zero');
  }
}

function validateChoices(
  { persistentVolumeReclaimPolicy: policy = '', volumeMode, hostPath }: Spec,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const at = path.child('persistentVolumeReclaimPolicy');
  if (policy !== '' && !RECLAIM_POLICIES.includes(policy)) errors.notSupported(at, policy, RECLAIM_POLICIES);
  if (policy === 'Recycle' && hostPath !== undefined && posix.normalize(hostPath.path) === '/')
    errors.forbidden(at, "may not be 'recycle' for a hostPath mount of '/'");
  if (volumeMode !== undefined && !VOLUME_MODES.includes(volumeMode))
    errors.notSupported(path.child('volumeMode'), volumeMode, VOLUME_MODES);
}

function validateSource(spec: Spec, path: FieldPath, errors: FieldErrors): void {
  const [first, ...more] = presentFields(omit(spec, ...NO_SOURCE));
  if (first === undefined) return errors.required(path, 'must specify a volume type');
  for (const field of more) errors.forbidden(path.child(field), 'may not specify more than 1 volume type');
  const { hostPath, nfs, local, nodeAffinity } = spec;
  if (hostPath !== undefined) validateHostPath(hostPath, path.child('hostPath'), errors);
  if (nfs !== undefined) validateNfs(nfs, path.child('nfs'), errors);
  if (local !== undefined) {
    if (isEmpty(local.path)) errors.required(path.child('local', 'path'));
    else validateNoBacksteps(local.path, path.child('local', 'path'), errors);
    if (nodeAffinity?.required === undefined) errors.required(path.child('nodeAffinity'), 'Local volume requires node affinity');
  }
  validateStorageSource(spec, path, errors);
  validateClusterSource(spec, path, errors);
}
