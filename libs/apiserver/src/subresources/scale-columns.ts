import type { KubernetesObject } from '@keelson/apimachinery';
import type { TableColumn } from '@keelson/api/server';

/** `autoscaling/v1` Scale: how many are wanted, and how many there are. */
export interface Scale extends KubernetesObject {
  spec?: { replicas?: number };
  status?: { replicas: number; selector?: string };
}

export const scaleColumns: readonly TableColumn<Scale>[] = [
  { name: 'Name', type: 'string', value: ({ metadata }) => metadata.name },
  { name: 'Desired', type: 'integer', value: ({ spec }) => spec?.replicas ?? 0 },
  { name: 'Available', type: 'integer', value: ({ status }) => status?.replicas ?? 0 },
  { name: 'Age', type: 'string', value: ({ metadata }, { age }) => age(metadata.creationTimestamp) },
];
