import type { DeepReadonly, FieldErrors, FieldPath } from '@keelson/apimachinery';
import { ageColumn, nameColumn, orNone } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { ingresses, type Ingress, type IngressBackend, type IngressRule } from '../../../generated/networking/v1';
import { isEmpty, listOf } from '../../../presence';

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const SHOWN_HOSTS = 3;

const columns: readonly TableColumn<Ingress>[] = [
  nameColumn,
  { name: 'Class', type: 'string', value: ({ spec }) => orNone(spec.ingressClassName) },
  { name: 'Hosts', type: 'string', value: ({ spec }) => hostsText(listOf(spec.rules)) },
  {
    name: 'Address',
    type: 'string',
    value: ({ status }) =>
      listOf(status?.loadBalancer?.ingress)
        .map(({ hostname = '', ip = '' }) => (ip === '' ? hostname : ip))
        .sort()
        .join(','),
  },
  { name: 'Ports', type: 'string', value: ({ spec }) => (listOf(spec.tls).length > 0 ? '80, 443' : '80') },
  ageColumn,
];

export const ingress = defineKind(ingresses, { storagePath: 'ingress', validate, columns });

function hostsText(rules: DeepReadonly<IngressRule[]>): string {
  const hosts = rules.slice(0, SHOWN_HOSTS).flatMap(({ host = '' }) => (host === '' ? [] : [host]));
  if (hosts.length === 0) return '*';
  return rules.length > SHOWN_HOSTS ? `${hosts.join(',')} + ${rules.length - SHOWN_HOSTS} more...` : hosts.join(',');
}

function validate({ spec }: DeepReadonly<Ingress>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  if (listOf(spec.rules).length === 0 && spec.defaultBackend === undefined)
    errors.invalid(at, listOf(spec.rules), 'either `defaultBackend` or `rules` must be specified');
  if (spec.defaultBackend !== undefined) validateBackend(spec.defaultBackend, at.child('defaultBackend'), errors);
  listOf(spec.rules).forEach((rule, index) => validateRule(rule, at.child('rules').index(index), errors));
}

function validateRule({ http }: DeepReadonly<IngressRule>, path: FieldPath, errors: FieldErrors): void {
  if (http === undefined) return;
  const at = path.child('http', 'paths');
  if (isEmpty(http.paths)) errors.required(at);
  listOf(http.paths).forEach(({ backend, path: text = '', pathType }, index) => {
    const here = at.index(index);
    if (!PATH_TYPES.includes(pathType)) errors.notSupported(here.child('pathType'), pathType, PATH_TYPES);
    else if (pathType !== 'ImplementationSpecific' && !text.startsWith('/'))
      errors.invalid(here.child('path'), text, 'must be an absolute path');
    validateBackend(backend, here.child('backend'), errors);
  });
}

function validateBackend({ resource, service }: DeepReadonly<IngressBackend>, path: FieldPath, errors: FieldErrors): void {
  if (resource !== undefined && service !== undefined) return errors.invalid(path, '', 'cannot set both resource and service backends');
  if (resource === undefined && service === undefined) return errors.required(path, 'resource or service backend is required');
  if (service === undefined) return;
  const { name = '', number = 0 } = service.port ?? {};
  if (isEmpty(service.name)) errors.required(path.child('service', 'name'));
  if (name !== '' && number !== 0) errors.invalid(path.child('service', 'port'), service.port, 'cannot set both port name & port number');
  if (name === '' && number === 0) errors.required(path.child('service', 'port'), 'port name or number is required');
}
