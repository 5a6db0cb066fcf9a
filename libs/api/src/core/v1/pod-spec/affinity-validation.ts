import {
  addProblems,
  dns1123Subdomain,
  labelValue,
  nameIsDnsLabel,
  qualifiedName,
  validateLabelSelector,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type {
  Affinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinityTerm,
  WeightedPodAffinityTerm,
} from '../../../generated/core/v1';
import { isEmpty, listOf } from '../../../presence';
import { validateLabelKeys } from './label-key-validation';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const WEIGHT = 'must be in the range 1-100';
const OPERATOR = 'not a valid selector operator';

export function validateAffinity(affinity: DeepReadonly<Affinity> | undefined, path: FieldPath, errors: FieldErrors): void {
  const node = affinity?.nodeAffinity;
  if (node?.[REQUIRED] !== undefined) validateNodeSelector(node[REQUIRED], path.child('nodeAffinity', REQUIRED), errors);
  listOf(node?.[PREFERRED]).forEach(({ weight, preference }, position) => {
    const at = path.child('nodeAffinity', PREFERRED).index(position);
    validateWeight(weight, at.child('weight'), errors);
    validateTerm(preference, { checkValues: false }, at.child('preference'), errors);
  });
  for (const field of ['podAffinity', 'podAntiAffinity'] as const) {
    listOf(affinity?.[field]?.[REQUIRED]).forEach((term, position) =>
      validatePodTerm(term, path.child(field, REQUIRED).index(position), errors),
    );
    validateWeightedTerms(affinity?.[field]?.[PREFERRED], path.child(field, PREFERRED), errors);
  }
}

/** What a node must be: any of the terms, of which each is all of its requirements. */
export function validateNodeSelector({ nodeSelectorTerms }: DeepReadonly<NodeSelector>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('nodeSelectorTerms');
  if (isEmpty(nodeSelectorTerms)) return errors.required(at, 'must have at least one node selector term');
  nodeSelectorTerms.forEach((term, position) => validateTerm(term, { checkValues: true }, at.index(position), errors));
}

interface TermOptions {
  /** Values in a preference were never checked, and must stay so. */
  readonly checkValues: boolean;
}

function validateTerm(term: DeepReadonly<NodeSelectorTerm>, options: TermOptions, path: FieldPath, errors: FieldErrors): void {
  listOf(term.matchExpressions).forEach((requirement, position) => {
    const at = path.child('matchExpressions').index(position);
    validateOperator(requirement, at, errors);
    addProblems(qualifiedName(requirement.key), requirement.key, at.child('key'), errors);
    if (!options.checkValues) return;
    listOf(requirement.values).forEach((value, index) => addProblems(labelValue(value), value, at.child('values').index(index), errors));
  });
  listOf(term.matchFields).forEach((requirement, position) =>
    validateFieldRequirement(requirement, path.child('matchFields').index(position), errors),
  );
}

function validateOperator({ operator, values = [] }: DeepReadonly<NodeSelectorRequirement>, path: FieldPath, errors: FieldErrors): void {
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) errors.required(path.child('values'), "must be specified when `operator` is 'In' or 'NotIn'");
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) errors.forbidden(path.child('values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) errors.required(path.child('values'), "must be specified single value when `operator` is 'Lt' or 'Gt'");
      break;
    default:
      errors.invalid(path.child('operator'), operator, OPERATOR);
  }
}

function validateFieldRequirement(
  { key, operator, values = [] }: DeepReadonly<NodeSelectorRequirement>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (operator !== 'In' && operator !== 'NotIn') errors.invalid(path.child('operator'), operator, OPERATOR);
  else if (values.length !== 1)
    errors.required(path.child('values'), "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
  if (key !== 'metadata.name') return errors.invalid(path.child('key'), key, 'not a valid field selector key');
  values.forEach((value, position) => addProblems(dns1123Subdomain(value), value, path.child('values').index(position), errors));
}

function validateWeightedTerms(terms: DeepReadonly<WeightedPodAffinityTerm[]> | undefined, path: FieldPath, errors: FieldErrors): void {
  listOf(terms).forEach(({ weight, podAffinityTerm }, position) => {
    validateWeight(weight, path.index(position).child('weight'), errors);
    validatePodTerm(podAffinityTerm, path.index(position).child('podAffinityTerm'), errors);
  });
}

function validatePodTerm(term: DeepReadonly<PodAffinityTerm>, path: FieldPath, errors: FieldErrors): void {
  validateLabelSelector(term.labelSelector, path.child('labelSelector'), errors);
  validateLabelSelector(term.namespaceSelector, path.child('namespaceSelector'), errors);
  for (const namespace of listOf(term.namespaces))
    addProblems(nameIsDnsLabel(namespace, false), namespace, path.child('namespace'), errors);
  validateLabelKeys(term, path, errors);
  if (isEmpty(term.topologyKey)) errors.required(path.child('topologyKey'), 'can not be empty');
  addProblems(qualifiedName(term.topologyKey), term.topologyKey, path.child('topologyKey'), errors);
}

function validateWeight(weight: number, path: FieldPath, errors: FieldErrors): void {
  if (weight <= 0 || weight > 100) errors.invalid(path, weight, WEIGHT);
}
