import type { ScopedResourceSelectorRequirement } from '@keelson/api';
import type { DeepReadonly, KubernetesObject } from '@keelson/apimachinery';
import type { Usage } from './usage';

/** A change that is about to be made; admission's attributes are one. */
export interface QuotaChange<T extends KubernetesObject = KubernetesObject> {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  /** Empty for the object itself. */
  readonly subresource: string;
  readonly object: DeepReadonly<T> | undefined;
  readonly oldObject: DeepReadonly<T> | undefined;
}

export type ScopeRequirement = DeepReadonly<ScopedResourceSelectorRequirement>;

/**
 * Knows what the objects of one resource use of a quota. Pure: what it says depends on its arguments alone, and it is the same at
 * admission and when the quota controller counts (k8s.io/apiserver/pkg/quota/v1).
 */
export interface QuotaEvaluator<T extends KubernetesObject = KubernetesObject> {
  /** Whether a change may make the object use more. */
  handles(change: QuotaChange<T>): boolean;
  /** Whether a quota's limit of that name is about this resource. */
  measures(name: string): boolean;
  /** Whether the object is among those to which a scope narrows a quota down. */
  isInScope(requirement: ScopeRequirement, object: DeepReadonly<T>): boolean;
  /** Why an object may not be there at all while `limited` are; undefined if it may. */
  objection(limited: readonly string[], object: DeepReadonly<T>): string | undefined;
  /** @param now milliseconds since the epoch: a pod that is overdue uses nothing */
  usage(object: DeepReadonly<T>, now: number): Usage;
  /** Whether a change that was made may have given something back, or moved the object into another scope. */
  needsRecount(next: DeepReadonly<T>, previous: DeepReadonly<T>, now: number): boolean;
}
