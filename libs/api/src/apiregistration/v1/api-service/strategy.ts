import { findCondition } from '@keelson/apimachinery';
import { ageColumn, nameColumn } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { apiservices, type APIService } from '../../../generated/apiregistration/v1';

const HTTPS_PORT = 443;

const columns: readonly TableColumn<APIService>[] = [
  nameColumn,
  {
    name: 'Service',
    type: 'string',
    value: ({ spec }) => (spec.service === undefined ? 'Local' : `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}`),
  },
  { name: 'Available', type: 'string', value: ({ status }) => findCondition(status?.conditions, 'Available')?.status ?? 'Unknown' },
  ageColumn,
];

export const apiService = defineKind(apiservices, {
  storagePath: 'apiregistration.k8s.io/apiservices',
  defaults,
  generationFrom: [],
  columns,
});

function defaults({ spec }: APIService): void {
  if (spec.service !== undefined) spec.service.port ??= HTTPS_PORT;
}
