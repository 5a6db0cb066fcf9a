import type { ResourceQuota } from '@keelson/api';
import type { DeepReadonly, KubernetesObject } from '@keelson/apimachinery';
import type { QuotaEvaluator, ScopeRequirement } from './evaluator';

/** What an object must be for a quota to count it; none counts all. */
export function scopesOf({ spec }: DeepReadonly<ResourceQuota>): readonly ScopeRequirement[] {
  const named = (spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' }));
  return [...named, ...(spec.scopeSelector?.matchExpressions ?? [])];
}

/** Whether a quota counts an object, as far as its scopes go. */
export function isInScopes(quota: DeepReadonly<ResourceQuota>, evaluator: QuotaEvaluator, object: DeepReadonly<KubernetesObject>): boolean {
  return scopesOf(quota).every((requirement) => evaluator.isInScope(requirement, object));
}

/** Whether a requirement holds for the classes that an object names; none of them stands for a label that is not there. */
export function classesMatch({ operator, values = [] }: ScopeRequirement, classes: readonly string[]): boolean {
  switch (operator) {
    case 'Exists':
      return classes.length > 0;
    case 'DoesNotExist':
      return classes.length === 0;
    case 'In':
      return classes.some((name) => values.includes(name));
    case 'NotIn':
      return classes.length === 0 || classes.some((name) => !values.includes(name));
    default:
      return false;
  }
}
