import { deepEqual, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import { ageColumn, nameColumn } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { volumeattributesclasses, type VolumeAttributesClass } from '../../../generated/storage/v1';
import { validateParameters, validateProvisioner } from '../driver-name';

const columns: readonly TableColumn<VolumeAttributesClass>[] = [
  nameColumn,
  { name: 'DriverName', type: 'string', value: ({ driverName }) => driverName },
  ageColumn,
];

export const volumeAttributesClass = defineKind(volumeattributesclasses, { generationFrom: [], validate, validateUpdate, columns });

type Class = DeepReadonly<VolumeAttributesClass>;

function validate({ driverName, parameters = {} }: Class, path: FieldPath, errors: FieldErrors): void {
  validateProvisioner(driverName, path.child('driverName'), errors);
  validateParameters(parameters, path.child('parameters'), errors);
  if (Object.keys(parameters).length === 0) errors.required(path.child('parameters'), 'must contain at least one key/value pair');
}

function validateUpdate(next: Class, previous: Class, path: FieldPath, errors: FieldErrors): void {
  if (next.driverName !== previous.driverName) errors.forbidden(path.child('driverName'), 'updates to driverName are forbidden.');
  if (!deepEqual(next.parameters, previous.parameters)) errors.forbidden(path.child('parameters'), 'updates to parameters are forbidden.');
}
