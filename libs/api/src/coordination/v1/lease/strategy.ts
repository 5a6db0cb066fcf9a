import { type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import { ageColumn, nameColumn } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { leases, type Lease } from '../../../generated/coordination/v1';

const columns: readonly TableColumn<Lease>[] = [
  nameColumn,
  { name: 'Holder', type: 'string', value: ({ spec }) => spec.holderIdentity ?? '' },
  ageColumn,
];

export const lease = defineKind(leases, {
  generationFrom: [],
  validate,
  columns,
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
});

function validate({ spec }: DeepReadonly<Lease>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  const { leaseDurationSeconds, leaseTransitions } = spec;
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0)
    errors.invalid(at.child('leaseDurationSeconds'), leaseDurationSeconds, 'must be greater than 0');
  if (leaseTransitions !== undefined && leaseTransitions < 0)
    errors.invalid(at.child('leaseTransitions'), leaseTransitions, 'must be greater than or equal to 0');
}
