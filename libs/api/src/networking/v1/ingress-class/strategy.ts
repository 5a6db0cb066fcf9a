import type { DeepReadonly } from '@keelson/apimachinery';
import { ageColumn, nameColumn, orNone } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { ingressclasses, type IngressClass } from '../../../generated/networking/v1';

const columns: readonly TableColumn<IngressClass>[] = [
  nameColumn,
  { name: 'Controller', type: 'string', value: ({ spec }) => spec.controller ?? '' },
  { name: 'Parameters', type: 'string', value: ({ spec }) => orNone(parametersText(spec)) },
  ageColumn,
];

export const ingressClass = defineKind(ingressclasses, { columns });

function parametersText({ parameters }: DeepReadonly<IngressClass['spec']>): string {
  if (parameters === undefined) return '';
  const { apiGroup = '', kind, name } = parameters;
  return `${kind}${apiGroup === '' ? '' : `.${apiGroup}`}/${name}`;
}
