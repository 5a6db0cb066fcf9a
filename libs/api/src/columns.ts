import type { DeepReadonly, KubernetesObject } from '@keelson/apimachinery';
import type { TableColumn } from './define-kind';
import type { Container } from './generated/core/v1';
import { listOf } from './presence';

/** The columns that nearly every Table begins and ends with. */
export const nameColumn: TableColumn<KubernetesObject> = {
  name: 'Name',
  type: 'string',
  format: 'name',
  value: ({ metadata }) => metadata.name,
};
export const ageColumn: TableColumn<KubernetesObject> = {
  name: 'Age',
  type: 'string',
  value: ({ metadata }, { age }) => age(metadata.creationTimestamp),
};

export const orNone = (text: string | undefined): string => (text === undefined || text === '' ? '<none>' : text);

/** Labels as a cell shows them: `a=b,c=d`, sorted. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return orNone(pairs.sort().join(','));
}

export const containerNames = (containers: DeepReadonly<Container[]> | undefined): string =>
  listOf(containers)
    .map(({ name }) => name)
    .join(',');

export const containerImages = (containers: DeepReadonly<Container[]> | undefined): string =>
  listOf(containers)
    .map(({ image }) => image ?? '')
    .join(',');
