import {
  controllerOf,
  deepEqual,
  FIELD_IS_IMMUTABLE,
  NOT_NEGATIVE,
  parseApiVersion,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import { ageColumn, nameColumn, orNone } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { controllerrevisions, type ControllerRevision } from '../../../generated/apps/v1';

const columns: readonly TableColumn<ControllerRevision>[] = [
  nameColumn,
  { name: 'Controller', type: 'string', value: (object) => orNone(controllerText(object)) },
  { name: 'Revision', type: 'string', value: ({ revision }) => revision },
  ageColumn,
];

export const controllerRevision = defineKind(controllerrevisions, {
  validate,
  validateUpdate,
  columns,
});

function controllerText(object: DeepReadonly<ControllerRevision>): string {
  const controller = controllerOf(object);
  if (controller === undefined) return '';
  const { group } = parseApiVersion(controller.apiVersion);
  return `${controller.kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${controller.name}`;
}

function validate({ data, revision }: DeepReadonly<ControllerRevision>, path: FieldPath, errors: FieldErrors): void {
  if (data === undefined) errors.required(path.child('data'), 'data is mandatory');
  if (revision < 0) errors.invalid(path.child('revision'), revision, NOT_NEGATIVE);
}

function validateUpdate(
  next: DeepReadonly<ControllerRevision>,
  previous: DeepReadonly<ControllerRevision>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (!deepEqual(next.data, previous.data)) errors.invalid(path.child('data'), next.data, FIELD_IS_IMMUTABLE);
}
