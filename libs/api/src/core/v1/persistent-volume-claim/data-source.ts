import { addProblems, dns1123Label, dns1123Subdomain, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { PersistentVolumeClaimSpec, TypedLocalObjectReference, TypedObjectReference } from '../../../generated/core/v1';
import { isEmpty } from '../../../presence';

const CLAIM = 'PersistentVolumeClaim';
const SNAPSHOT = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot' };

/**
 * Makes `dataSource` and `dataSourceRef` say the same, whichever a client gave (KEP-1495). What the old field could not say before there
 * was the new one is still dropped in silence, unless the claim has had it. A source in another namespace needs a feature that is off.
 */
export function normalizeDataSources(spec: PersistentVolumeClaimSpec, previous?: DeepReadonly<PersistentVolumeClaimSpec>): void {
  if (!isEmpty(spec.dataSourceRef?.namespace) && previous?.dataSourceRef === undefined) delete spec.dataSourceRef;
  const { dataSource } = spec;
  const isGarbage = dataSource !== undefined && !isClaimOrSnapshot(dataSource);
  if (isGarbage && spec.dataSourceRef === undefined && previous?.dataSource === undefined) delete spec.dataSource;
  if (spec.dataSource !== undefined) spec.dataSourceRef ??= { ...spec.dataSource };
  else if (spec.dataSourceRef !== undefined && isEmpty(spec.dataSourceRef.namespace)) {
    const { apiGroup, kind, name } = spec.dataSourceRef;
    spec.dataSource = { ...(apiGroup === undefined ? {} : { apiGroup }), kind, name };
  }
}

export function validateDataSources(
  { dataSource, dataSourceRef }: DeepReadonly<PersistentVolumeClaimSpec>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (dataSource !== undefined) validateReference(dataSource, path.child('dataSource'), errors);
  if (dataSourceRef === undefined) return;
  validateReference(dataSourceRef, path.child('dataSourceRef'), errors);
  const { namespace = '' } = dataSourceRef;
  if (namespace !== '') addProblems(dns1123Label(namespace), namespace, path.child('dataSourceRef', 'namespace'), errors);
  if (dataSource === undefined) return;
  if (namespace !== '')
    errors.invalid(path, path.child('dataSource').toString(), 'may not be specified when dataSourceRef.namespace is specified');
  else if (!sameReference(dataSource, dataSourceRef)) errors.invalid(path, path.child('dataSource').toString(), 'must match dataSourceRef');
}

type Reference = DeepReadonly<TypedLocalObjectReference | TypedObjectReference>;

const isClaimOrSnapshot = ({ apiGroup = '', kind }: Reference): boolean =>
  (apiGroup === '' && kind === CLAIM) || (apiGroup === SNAPSHOT.apiGroup && kind === SNAPSHOT.kind);

const sameReference = (one: Reference, other: Reference): boolean =>
  one.kind === other.kind && one.name === other.name && (one.apiGroup ?? '') === (other.apiGroup ?? '');

function validateReference({ apiGroup = '', kind, name }: Reference, path: FieldPath, errors: FieldErrors): void {
  if (isEmpty(name)) errors.required(path.child('name'));
  if (isEmpty(kind)) errors.required(path.child('kind'));
  if (apiGroup === '') {
    if (kind !== CLAIM) errors.invalid(path, kind, `must be '${CLAIM}' when referencing the default apiGroup`);
  } else addProblems(dns1123Subdomain(apiGroup), apiGroup, path.child('apiGroup'), errors);
}
