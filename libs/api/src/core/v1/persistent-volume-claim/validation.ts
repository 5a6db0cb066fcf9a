import {
  addProblems,
  dns1123Subdomain,
  Quantity,
  semanticEqual,
  validateImmutable,
  validateLabelSelector,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../../../generated/core/v1';
import { validateDataSources } from './data-source';
import { isEmpty, listOf, omit } from '../../../presence';
import { validateAccessModes } from '../persistent-volume/access-modes';
import { validateQuantity } from '../pod-spec/resource-validation';

const VOLUME_MODES = ['Block', 'Filesystem'];

type Claim = DeepReadonly<PersistentVolumeClaim>;
type Spec = DeepReadonly<PersistentVolumeClaimSpec>;

export function validatePersistentVolumeClaim({ spec }: Claim, path: FieldPath, errors: FieldErrors): void {
  validatePersistentVolumeClaimSpec(spec, path.child('spec'), errors);
}

/** Also for the claim templates of a StatefulSet and of ephemeral volumes. */
export function validatePersistentVolumeClaimSpec(spec: Spec, path: FieldPath, errors: FieldErrors): void {
  if (isEmpty(spec.accessModes)) errors.required(path.child('accessModes'), 'at least 1 access mode is required');
  validateLabelSelector(spec.selector, path.child('selector'), errors);
  validateAccessModes(listOf(spec.accessModes), path.child('accessModes'), errors);
  validateSize(spec, path.child('resources').key('storage'), errors);
  for (const field of ['storageClassName', 'volumeAttributesClassName'] as const) {
    const name = spec[field];
    if (!isEmpty(name)) addProblems(dns1123Subdomain(name ?? ''), name, path.child(field), errors);
  }
  if (spec.volumeMode !== undefined && !VOLUME_MODES.includes(spec.volumeMode))
    errors.notSupported(path.child('volumeMode'), spec.volumeMode, VOLUME_MODES);
  validateDataSources(spec, path, errors);
}

/** A bound claim may grow; all else is as it was created. */
export function validatePersistentVolumeClaimUpdate(next: Claim, previous: Claim, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  const [after, before] = [comparable(next, previous), comparable(previous, previous)];
  if (!semanticEqual(after, before))
    errors.forbidden(
      at,
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n' +
        `-  ${JSON.stringify(before)}\n+  ${JSON.stringify(after)}\n`,
    );
  const [size, oldSize] = [sizeOf(next), sizeOf(previous)];
  const actual = Quantity.parse(previous.status?.capacity?.['storage'] ?? '0');
  if (size.compare(oldSize) < 0 && size.compare(actual) <= 0)
    errors.forbidden(at.child('resources', 'requests', 'storage'), 'field can not be less than status.capacity');
  validateImmutable({ next: next.spec.volumeMode, previous: previous.spec.volumeMode }, path.child('volumeMode'), errors);
  const hasClass = previous.status?.currentVolumeAttributesClassName !== undefined;
  if (hasClass && isEmpty(next.spec.volumeAttributesClassName)) {
    const what = next.spec.volumeAttributesClassName === undefined ? 'nil' : 'empty string';
    errors.forbidden(
      at.child('volumeAttributesClassName'),
      `update to ${what} is forbidden when status.currentVolumeAttributesClassName is not nil`,
    );
  }
}

/** The spec without what may change now: the volume until it is set, the class name until it is set, the size once bound. */
function comparable({ spec }: Claim, previous: Claim): object {
  const isBound = previous.status?.phase === 'Bound';
  const volumeName = isEmpty(previous.spec.volumeName) ? undefined : spec.volumeName;
  const storageClassName = previous.spec.storageClassName === undefined ? undefined : spec.storageClassName;
  const rest = omit(spec, ...(isBound ? (['volumeAttributesClassName'] as const) : []));
  const requests = isBound ? omit(spec.resources?.requests ?? {}, 'storage') : spec.resources?.requests;
  return { ...rest, volumeName, storageClassName, resources: { ...spec.resources, requests } };
}

const sizeOf = ({ spec }: Claim): Quantity => Quantity.parse(spec.resources?.requests?.['storage'] ?? '0');

function validateSize({ resources }: Spec, path: FieldPath, errors: FieldErrors): void {
  const text = resources?.requests?.['storage'];
  if (text === undefined) return errors.required(path);
  const size = validateQuantity(text, path, errors);
  if (size !== undefined && size.compare(Quantity.zero) <= 0) errors.invalid(path, size.toString(), 'must be greater than zero');
}
