import {
  addProblems,
  cidrBlock,
  deepEqual,
  FIELD_IS_IMMUTABLE,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import { ageColumn, nameColumn } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { servicecidrs, type ServiceCIDR } from '../../../generated/networking/v1';
import { listOf } from '../../../presence';

const columns: readonly TableColumn<ServiceCIDR>[] = [
  nameColumn,
  { name: 'CIDRs', type: 'string', value: ({ spec }) => listOf(spec.cidrs).join(',') },
  ageColumn,
];

export const serviceCidr = defineKind(servicecidrs, { generationFrom: [], validate, validateUpdate, columns });

function validate({ spec }: DeepReadonly<ServiceCIDR>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec', 'cidrs');
  const cidrs = listOf(spec.cidrs);
  if (cidrs.length === 0) return errors.required(at, 'at least one CIDR required');
  if (cidrs.length > 2) errors.invalid(at, cidrs, 'may only hold up to 2 values');
  cidrs.forEach((cidr, index) => addProblems(cidrBlock(cidr), cidr, at.index(index), errors));
}

function validateUpdate(next: DeepReadonly<ServiceCIDR>, previous: DeepReadonly<ServiceCIDR>, path: FieldPath, errors: FieldErrors): void {
  if (!deepEqual(next.spec.cidrs, previous.spec.cidrs)) errors.invalid(path.child('spec', 'cidrs'), next.spec.cidrs, FIELD_IS_IMMUTABLE);
}
