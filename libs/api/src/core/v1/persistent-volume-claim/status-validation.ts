import { addProblems, qualifiedName, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { PersistentVolumeClaim } from '../../../generated/core/v1';
import { isNativeResource } from '../pod-spec/resource-names';
import { validateAmount, validateQuantity } from '../pod-spec/resource-validation';

const RESIZE_STATUSES = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
];

type Claim = DeepReadonly<PersistentVolumeClaim>;

/** What a volume has been found to hold, and how far its growth has come. */
export function validatePersistentVolumeClaimStatusUpdate({ status }: Claim, _: Claim, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('status');
  validateSizes(status?.capacity, at.child('capacity'), errors);
  for (const [name, state] of Object.entries(status?.allocatedResourceStatuses ?? {})) {
    const here = at.child('allocatedResourceStatuses');
    validateName(name, here, errors);
    if (!RESIZE_STATUSES.includes(state)) errors.notSupported(here, name, RESIZE_STATUSES);
  }
  for (const [name, text] of Object.entries(status?.allocatedResources ?? {})) {
    const here = at.child('allocatedResources');
    if (validateName(name, here, errors)) validateAmount('storage', text, here.key(name), errors);
  }
}

function validateSizes(sizes: Readonly<Record<string, string>> | undefined, path: FieldPath, errors: FieldErrors): void {
  for (const [name, text] of Object.entries(sizes ?? {})) {
    const quantity = validateQuantity(text, path.key(name), errors);
    if (quantity !== undefined && quantity.sign < 0) errors.invalid(path.key(name), text, 'must be a valid resource quantity');
  }
}

/** Of the resources that Kubernetes itself knows, a volume has room alone. */
function validateName(name: string, path: FieldPath, errors: FieldErrors): boolean {
  const problems = qualifiedName(name);
  addProblems(problems, name, path, errors);
  if (problems.length > 0) return false;
  if (name === 'storage' || !isNativeResource(name)) return true;
  errors.notSupported(path, name, ['storage']);
  return false;
}
