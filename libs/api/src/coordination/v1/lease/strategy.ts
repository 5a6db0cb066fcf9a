import { NOT_NEGATIVE, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import { ageColumn, nameColumn } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { leases, type Lease } from '../../../generated/coordination/v1';
import { isEmpty } from '../../../presence';

const columns: readonly TableColumn<Lease>[] = [
  nameColumn,
  { name: 'Holder', type: 'string', value: ({ spec }) => spec.holderIdentity ?? '' },
  ageColumn,
];

export const lease = defineKind(leases, {
  prepareForCreate: dropGatedFields,
  prepareForUpdate,
  generationFrom: [],
  validate,
  columns,
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
});

/** The feature gate CoordinatedLeaderElection is off: its fields stay only where another server has let them in. */
function dropGatedFields({ spec }: Lease): void {
  delete spec.strategy;
  delete spec.preferredHolder;
}

function prepareForUpdate(next: Lease, previous: DeepReadonly<Lease>): void {
  if (previous.spec.strategy === undefined && previous.spec.preferredHolder === undefined) dropGatedFields(next);
}

function validate({ spec }: DeepReadonly<Lease>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  const { leaseDurationSeconds, leaseTransitions } = spec;
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0)
    errors.invalid(at.child('leaseDurationSeconds'), leaseDurationSeconds, 'must be greater than 0');
  if (leaseTransitions !== undefined && leaseTransitions < 0) errors.invalid(at.child('leaseTransitions'), leaseTransitions, NOT_NEGATIVE);
  if (!isEmpty(spec.preferredHolder) && isEmpty(spec.strategy))
    errors.forbidden(at.child('preferredHolder'), 'may only be specified if `strategy` is defined');
}
