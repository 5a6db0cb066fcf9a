import {
  addProblems,
  cidrBlock,
  deepEqual,
  labelValue,
  qualifiedName,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { Node, Taint } from '../../../generated/core/v1';
import { isEmpty, listOf } from '../../../presence';
import { validateAmount } from '../pod-spec/resource-validation';
import { TAINT_EFFECTS } from '../pod-spec/scheduling-validation';

/** The rules of a node (pkg/apis/core/validation `ValidateNode`). Upstream reports taints under `metadata`, and so does this. */
export function validateNode(node: DeepReadonly<Node>, path: FieldPath, errors: FieldErrors): void {
  validateTaints(node.spec.taints, path.child('metadata', 'taints'), errors);
  for (const field of ['capacity', 'allocatable'] as const)
    for (const [name, amount] of Object.entries(node.status?.[field] ?? {}))
      validateAmount(name, amount, path.child('status', field, name), errors);
  validatePodCidrs(listOf(node.spec.podCIDRs), path.child('spec', 'podCIDRs'), errors);
  validateAddresses(node, path.child('status', 'addresses'), errors);
}

/** A node's range and its identity at the cloud, once set, stay. */
export function validateNodeUpdate(next: DeepReadonly<Node>, previous: DeepReadonly<Node>, path: FieldPath, errors: FieldErrors): void {
  const spec = path.child('spec');
  if (!isEmpty(previous.spec.podCIDRs) && !deepEqual(next.spec.podCIDRs, previous.spec.podCIDRs))
    errors.forbidden(spec.child('podCIDRs'), 'node updates may not change podCIDR except from "" to valid');
  if (!isEmpty(previous.spec.providerID) && next.spec.providerID !== previous.spec.providerID)
    errors.forbidden(spec.child('providerID'), 'node updates may not change providerID except from "" to valid');
  if ((next.spec.externalID ?? '') !== (previous.spec.externalID ?? '')) errors.forbidden(spec.child('externalID'), 'may not be updated');
}

function validateTaints(taints: DeepReadonly<Taint[]> | undefined, path: FieldPath, errors: FieldErrors): void {
  const seen = new Set<string>();
  listOf(taints).forEach((taint, position) => {
    const at = path.index(position);
    const { key, value = '', effect } = taint;
    addProblems(qualifiedName(key), key, at.child('key'), errors);
    const problems = labelValue(value);
    if (problems.length > 0) errors.invalid(at.child('value'), value, problems.join(';'));
    if (isEmpty(effect)) errors.required(at.child('effect'));
    else if (!TAINT_EFFECTS.includes(effect)) errors.notSupported(at.child('effect'), effect, TAINT_EFFECTS);
    if (seen.has(`${key}:${effect}`)) errors.duplicate(at, taint, 'taints must be unique by key and effect pair');
    seen.add(`${key}:${effect}`);
  });
}

function validatePodCidrs(cidrs: readonly string[], path: FieldPath, errors: FieldErrors): void {
  cidrs.forEach((cidr, position) => addProblems(cidrBlock(cidr), cidr, path.index(position), errors));
  const families = new Set(cidrs.map((cidr) => cidr.includes(':')));
  if (cidrs.length > 1 && (families.size < 2 || cidrs.length > 2))
    errors.invalid(path, cidrs, 'may specify no more than one CIDR for each IP family');
}

function validateAddresses({ status }: DeepReadonly<Node>, path: FieldPath, errors: FieldErrors): void {
  const seen = new Set<string>();
  listOf(status?.addresses).forEach((address, position) => {
    const key = `${address.type} ${address.address}`;
    if (seen.has(key)) errors.duplicate(path.index(position), address);
    seen.add(key);
  });
}
