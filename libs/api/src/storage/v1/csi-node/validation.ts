import {
  addProblems,
  NOT_NEGATIVE,
  qualifiedName,
  validateImmutable,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import type { CSINode, CSINodeDriver } from '../../../generated/storage/v1';
import { isEmpty, listOf, omit } from '../../../presence';
import { validateDriverName } from '../driver-name';

const MAX_NODE_ID = 256;

type Node = DeepReadonly<CSINode>;

export function validateCsiNode({ spec }: Node, path: FieldPath, errors: FieldErrors): void {
  const names = new Set<string>();
  listOf(spec.drivers).forEach((driver, index) => {
    const at = path.child('spec', 'drivers').index(index);
    validateDriver(driver, at, errors);
    if (names.has(driver.name)) errors.duplicate(at.child('name'), driver.name);
    names.add(driver.name);
  });
}

/** A driver may come and go, and find that it can take more or fewer volumes; else it is as it registered. */
export function validateCsiNodeUpdate(next: Node, previous: Node, path: FieldPath, errors: FieldErrors): void {
  for (const driver of listOf(next.spec.drivers)) {
    const before = listOf(previous.spec.drivers).find(({ name }) => name === driver.name);
    if (before === undefined) continue;
    const change = { next: omit(driver, 'allocatable'), previous: omit(before, 'allocatable') };
    validateImmutable(change, path.child('spec', 'drivers'), errors);
  }
}

function validateDriver(
  { allocatable, name, nodeID, topologyKeys }: DeepReadonly<CSINodeDriver>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  validateDriverName(name, path.child('name'), errors);
  if (isEmpty(nodeID)) errors.required(path.child('nodeID'));
  if (nodeID.length > MAX_NODE_ID) errors.invalid(path.child('nodeID'), nodeID, `must be ${MAX_NODE_ID} characters or less`);
  const count = allocatable?.count ?? 0;
  if (count < 0) errors.invalid(path.child('allocatable', 'count'), count, NOT_NEGATIVE);
  const keys = listOf(topologyKeys);
  keys.forEach((key, index) => {
    if (key === '') errors.required(path);
    if (keys.indexOf(key) < index) errors.duplicate(path, key);
    addProblems(qualifiedName(key), key, path, errors);
  });
}
