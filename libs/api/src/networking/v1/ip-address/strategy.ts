import {
  addProblems,
  canonicalIpAddress,
  deepEqual,
  dns1123Subdomain,
  FIELD_IS_IMMUTABLE,
  ipAddress,
  pathSegmentName,
  type DeepReadonly,
  type FieldErrors,
  type FieldPath,
} from '@keelson/apimachinery';
import { nameColumn } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { ipaddresses, type IPAddress } from '../../../generated/networking/v1';
import { isEmpty } from '../../../presence';

const columns: readonly TableColumn<IPAddress>[] = [nameColumn, { name: 'ParentRef', type: 'string', value: parentText }];

export const ipAddressKind = defineKind(ipaddresses, {
  validateName: (name) => (ipAddress(name).length > 0 ? ipAddress(name) : canonicalIpAddress(name)),
  generationFrom: [],
  validate,
  validateUpdate,
  columns,
});

function parentText({ spec }: DeepReadonly<IPAddress>): string {
  const { group = '', name, namespace = '', resource } = spec.parentRef;
  return `${resource}${group === '' ? '' : `.${group}`}/${namespace === '' ? '' : `${namespace}/`}${name}`;
}

function validate({ spec }: DeepReadonly<IPAddress>, path: FieldPath, errors: FieldErrors): void {
  const parent = spec.parentRef as IPAddress['spec']['parentRef'] | undefined;
  const at = path.child('spec', 'parentRef');
  if (parent === undefined) return errors.required(at);
  const { group = '', namespace = '' } = parent;
  if (group !== '') addProblems(dns1123Subdomain(group), group, at.child('group'), errors);
  for (const field of ['resource', 'name'] as const)
    if (isEmpty(parent[field])) errors.required(at.child(field));
    else addProblems(pathSegmentName(parent[field]), parent[field], at.child(field), errors);
  if (namespace !== '') addProblems(pathSegmentName(namespace), namespace, at.child('namespace'), errors);
}

function validateUpdate(next: DeepReadonly<IPAddress>, previous: DeepReadonly<IPAddress>, path: FieldPath, errors: FieldErrors): void {
  if (!deepEqual(next.spec.parentRef, previous.spec.parentRef))
    errors.invalid(path.child('spec', 'parentRef'), next.spec.parentRef, FIELD_IS_IMMUTABLE);
}
