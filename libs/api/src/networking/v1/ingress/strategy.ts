import type { DeepReadonly } from '@keelson/apimachinery';
import { ageColumn, nameColumn, orNone } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { ingresses, type Ingress, type IngressRule } from '../../../generated/networking/v1';
import { listOf } from '../../../presence';
import { CLASS_ANNOTATION, validateIngressCreate, validateIngressStatusUpdate, validateIngressUpdate } from './validation';

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

export const ingress = defineKind(ingresses, {
  storagePath: 'ingress',
  validateCreate: validateIngressCreate,
  validateUpdate: validateIngressUpdate,
  subresources: { status: { prepareForUpdate: takeSpecFrom, validateUpdate: validateIngressStatusUpdate } },
  warnings: (object, previous) => (previous === undefined ? classWarnings(object) : []),
  columns,
});

function takeSpecFrom(next: Ingress, previous: DeepReadonly<Ingress>): void {
  next.spec = structuredClone(previous.spec) as Ingress['spec'];
}

function classWarnings({ metadata, spec }: DeepReadonly<Ingress>): readonly string[] {
  if (metadata.annotations?.[CLASS_ANNOTATION] === undefined || spec.ingressClassName !== undefined) return [];
  return [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`];
}

function hostsText(rules: DeepReadonly<IngressRule[]>): string {
  const hosts = rules.slice(0, SHOWN_HOSTS).flatMap(({ host = '' }) => (host === '' ? [] : [host]));
  if (hosts.length === 0) return '*';
  return rules.length > SHOWN_HOSTS ? `${hosts.join(',')} + ${rules.length - SHOWN_HOSTS} more...` : hosts.join(',');
}
