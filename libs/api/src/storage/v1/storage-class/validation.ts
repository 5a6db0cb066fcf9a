import {
  addProblems,
  deepEqual,
  qualifiedName,
  validateImmutable,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { TopologySelectorTerm } from '../../../generated/core/v1';
import type { StorageClass } from '../../../generated/storage/v1';
import { isEmpty, listOf } from '../../../presence';
import { validateParameters, validateProvisioner } from '../driver-name';

const RECLAIM_POLICIES = ['Delete', 'Retain'];
const BINDING_MODES = ['Immediate', 'WaitForFirstConsumer'];
const IMMUTABLE = ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const;

type Class = DeepReadonly<StorageClass>;

export function validateStorageClass(object: Class, path: FieldPath, errors: FieldErrors): void {
  const { allowedTopologies, parameters = {}, provisioner, reclaimPolicy = '', volumeBindingMode } = object;
  validateProvisioner(provisioner, path.child('provisioner'), errors);
  validateParameters(parameters, path.child('parameters'), errors);
  if (reclaimPolicy !== '' && !RECLAIM_POLICIES.includes(reclaimPolicy))
    errors.notSupported(path.child('reclaimPolicy'), reclaimPolicy, RECLAIM_POLICIES);
  if (volumeBindingMode === undefined) errors.required(path.child('volumeBindingMode'));
  else if (!BINDING_MODES.includes(volumeBindingMode))
    errors.notSupported(path.child('volumeBindingMode'), volumeBindingMode, BINDING_MODES);
  validateTopologies(listOf(allowedTopologies), path.child('allowedTopologies'), errors);
}

/** A class says how volumes were made that exist already; what it allows from now on may change. */
export function validateStorageClassUpdate(next: Class, previous: Class, path: FieldPath, errors: FieldErrors): void {
  for (const field of IMMUTABLE) validateImmutable({ next: next[field], previous: previous[field] }, path.child(field), errors);
}

function validateTopologies(terms: readonly DeepReadonly<TopologySelectorTerm>[], path: FieldPath, errors: FieldErrors): void {
  const seen: object[] = [];
  terms.forEach(({ matchLabelExpressions }, position) => {
    const at = path.index(position).child('matchLabelExpressions');
    const term = new Map<string, readonly string[]>();
    listOf(matchLabelExpressions).forEach(({ key, values }, index) => {
      const here = at.index(index);
      if (isEmpty(values)) errors.required(here.child('values'));
      listOf(values).forEach((value, each) => {
        if (values.indexOf(value) < each) errors.duplicate(here.child('values').index(each), value);
      });
      addProblems(qualifiedName(key), key, here.child('key'), errors);
      if (term.has(key)) errors.duplicate(here.child('key'), key);
      term.set(key, [...new Set(values)].sort());
    });
    const meaning = Object.fromEntries(term);
    if (seen.some((other) => deepEqual(other, meaning))) errors.duplicate(at, '');
    seen.push(meaning);
  });
}
