import {
  addProblems,
  dns1123Subdomain,
  NOT_NEGATIVE,
  validateImmutable,
  validateLabelSelector,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import { nameColumn } from '../../../columns';
import { validateQuantity } from '../../../core/v1/pod-spec/resource-validation';
import { defineKind, type TableColumn } from '../../../define-kind';
import { csistoragecapacities, type CSIStorageCapacity } from '../../../generated/storage/v1';

const columns: readonly TableColumn<CSIStorageCapacity>[] = [
  nameColumn,
  { name: 'Created At', type: 'date', value: ({ metadata }) => metadata.creationTimestamp },
];

export const csiStorageCapacity = defineKind(csistoragecapacities, {
  generationFrom: [],
  validate,
  validateUpdate,
  allowUnconditionalUpdate: false,
  columns,
});

type Capacity = DeepReadonly<CSIStorageCapacity>;

function validate({ capacity, nodeTopology, storageClassName }: Capacity, path: FieldPath, errors: FieldErrors): void {
  validateLabelSelector(nodeTopology, path.child('nodeTopology'), errors);
  addProblems(dns1123Subdomain(storageClassName), storageClassName, path.child('storageClassName'), errors);
  const quantity = capacity === undefined ? undefined : validateQuantity(capacity, path.child('capacity'), errors);
  if (quantity !== undefined && quantity.sign < 0) errors.invalid(path.child('capacity'), capacity, NOT_NEGATIVE);
}

function validateUpdate(next: Capacity, previous: Capacity, path: FieldPath, errors: FieldErrors): void {
  for (const field of ['nodeTopology', 'storageClassName'] as const)
    validateImmutable({ next: next[field], previous: previous[field] }, path.child(field), errors);
}
