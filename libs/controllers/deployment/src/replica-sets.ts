import type { DeepReadonly, Deployment, PodTemplateSpec, ReplicaSet } from '@keelson/api';
import { scaledValue, semanticEqual } from '@keelson/apimachinery';

export type Sets = readonly DeepReadonly<ReplicaSet>[];

export const HASH_LABEL = 'pod-template-hash';

export const desired = ({ spec }: DeepReadonly<Deployment | ReplicaSet>): number => spec.replicas ?? 1;
export const sum = (sets: Sets, count: (set: DeepReadonly<ReplicaSet>) => number | undefined): number =>
  sets.reduce((total, set) => total + (count(set) ?? 0), 0);
export const totalDesired = (sets: Sets): number => sum(sets, desired);
export const isRolling = ({ spec }: DeepReadonly<Deployment>): boolean => spec.strategy?.type !== 'Recreate';

/** Oldest first; by name where two are of one second. */
export function byAge(a: DeepReadonly<ReplicaSet>, b: DeepReadonly<ReplicaSet>): number {
  const order = Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp);
  return order !== 0 ? order : a.metadata.name < b.metadata.name ? -1 : 1;
}

/** Whether two templates make the same pods: the hash that tells sets apart aside. */
export function templatesEqual(a: DeepReadonly<PodTemplateSpec> | undefined, b: DeepReadonly<PodTemplateSpec> | undefined): boolean {
  return semanticEqual(withoutHash(a), withoutHash(b));
}

function withoutHash(template: DeepReadonly<PodTemplateSpec> | undefined): unknown {
  const labels = { ...template?.metadata?.labels };
  return {
    ...template,
    metadata: { ...template?.metadata, labels: Object.fromEntries(Object.entries(labels).filter(([name]) => name !== HASH_LABEL)) },
  };
}

/** The set that makes the deployment's present pods: the oldest, should several do. */
export function findNewSet(deployment: DeepReadonly<Deployment>, sets: Sets): DeepReadonly<ReplicaSet> | undefined {
  return [...sets].sort(byAge).find(({ spec }) => templatesEqual(spec.template, deployment.spec.template));
}

/** How many pods beyond, and how many below the wanted number a rolling update may go; never both none. */
export function rollingLimits(deployment: DeepReadonly<Deployment>): { readonly maxSurge: number; readonly maxUnavailable: number } {
  if (!isRolling(deployment)) return { maxSurge: 0, maxUnavailable: 0 };
  const { maxSurge = 0, maxUnavailable = 0 } = deployment.spec.strategy?.rollingUpdate ?? {};
  const total = desired(deployment);
  const surge = scaledValue(maxSurge, total, 'up');
  const unavailable = scaledValue(maxUnavailable, total, 'down');
  return { maxSurge: surge, maxUnavailable: Math.min(surge === 0 && unavailable === 0 ? 1 : unavailable, total) };
}
