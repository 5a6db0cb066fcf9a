import type { DeepReadonly } from '@keelson/apimachinery';
import { ageColumn, nameColumn, orNone } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { ingressclasses, type IngressClass } from '../../../generated/networking/v1';
import { validateIngressClass, validateIngressClassUpdate } from './validation';

const columns: readonly TableColumn<IngressClass>[] = [
  nameColumn,
  { name: 'Controller', type: 'string', value: ({ spec }) => spec.controller ?? '' },
  { name: 'Parameters', type: 'string', value: ({ spec }) => orNone(parametersText(spec)) },
  ageColumn,
];

export const ingressClass = defineKind(ingressclasses, {
  defaults,
  validate: validateIngressClass,
  validateUpdate: validateIngressClassUpdate,
  columns,
});

function defaults({ spec }: IngressClass): void {
  if (spec.parameters !== undefined) spec.parameters.scope ??= 'Cluster';
}

function parametersText({ parameters }: DeepReadonly<IngressClass['spec']>): string {
  if (parameters === undefined) return '';
  const { apiGroup = '', kind, name } = parameters;
  return `${kind}${apiGroup === '' ? '' : `.${apiGroup}`}/${name}`;
}
