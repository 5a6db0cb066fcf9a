import { FIELD_IS_IMMUTABLE, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import { ageColumn, nameColumn } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { priorityclasses, type PriorityClass } from '../../../generated/scheduling/v1';

const SYSTEM_PREFIX = 'system-';
const SYSTEM_CLASSES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};
/** Above this is the system's. */
const MAX_USER_PRIORITY = 1_000_000_000;
const POLICIES = ['PreemptLowerPriority', 'Never'];

const columns: readonly TableColumn<PriorityClass>[] = [
  nameColumn,
  { name: 'Value', type: 'integer', value: ({ value }) => value ?? 0 },
  { name: 'Global-Default', type: 'boolean', value: ({ globalDefault }) => globalDefault ?? false },
  ageColumn,
  { name: 'PreemptionPolicy', type: 'string', value: ({ preemptionPolicy }) => preemptionPolicy ?? '' },
];

export const priorityClass = defineKind(priorityclasses, {
  defaults: (object) => void (object.preemptionPolicy ??= 'PreemptLowerPriority'),
  prepareForCreate: ({ metadata }) => void (metadata.generation = 1),
  generationFrom: ['value', 'globalDefault', 'description', 'preemptionPolicy'],
  validate,
  validateUpdate,
  columns,
});

function validate({ metadata, preemptionPolicy, value = 0 }: DeepReadonly<PriorityClass>, path: FieldPath, errors: FieldErrors): void {
  if (metadata.name.startsWith(SYSTEM_PREFIX)) {
    if (SYSTEM_CLASSES[metadata.name] !== value)
      errors.forbidden(
        path.child('metadata', 'name'),
        `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only`,
      );
  } else if (value > MAX_USER_PRIORITY)
    errors.forbidden(path.child('value'), `maximum allowed value of a user defined priority is ${MAX_USER_PRIORITY}`);
  if (preemptionPolicy !== undefined && !POLICIES.includes(preemptionPolicy))
    errors.notSupported(path.child('preemptionPolicy'), preemptionPolicy, POLICIES);
}

function validateUpdate(
  next: DeepReadonly<PriorityClass>,
  previous: DeepReadonly<PriorityClass>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (next.value !== previous.value) errors.forbidden(path.child('value'), 'may not be changed in an update.');
  if (next.preemptionPolicy !== previous.preemptionPolicy)
    errors.invalid(path.child('preemptionPolicy'), next.preemptionPolicy, FIELD_IS_IMMUTABLE);
}
