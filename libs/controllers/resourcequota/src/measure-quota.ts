import { addTotals, resourceTotals, type ResourceQuota } from '@keelson/api';
import { Quantity, type DeepReadonly, type KubernetesObject } from '@keelson/apimachinery';
import type { Informer } from '@keelson/controller-runtime';
import { isInScopes, isSameUsage, only, type QuotaEvaluator, type Usage } from '@keelson/quota';

/** A resource whose objects are counted. */
export interface Counted {
  readonly evaluator: QuotaEvaluator;
  readonly objects: Informer<KubernetesObject>;
}

export interface Measure {
  readonly hard: Usage;
  /** Of what nobody could measure, it has what was known before. */
  readonly used: Usage;
  /** Whether something that is limited could not be counted, because its objects have not been listed yet. */
  readonly awaitsLists: boolean;
  /** Whether something that is limited is no resource that the server is known to serve. */
  readonly hasUnknown: boolean;
}

/** Counts what of a quota is used. @param now milliseconds since the epoch */
export function measureQuota(quota: DeepReadonly<ResourceQuota>, counted: Iterable<Counted>, now: number): Measure {
  const hard = resourceTotals(quota.spec.hard);
  const known = new Set<string>();
  let awaitsLists = false;
  let measured: Usage = new Map();
  for (const { evaluator, objects } of counted) {
    const names = [...hard.keys()].filter((name) => evaluator.measures(name));
    if (names.length === 0) continue;
    for (const name of names) known.add(name);
    if (objects.hasSynced) measured = addTotals(measured, usageOf(quota, { evaluator, objects }, { names, now }));
    else awaitsLists = true;
  }
  const used = only(new Map([...resourceTotals(quota.status?.used), ...measured]), hard);
  const hasUnknown = [...hard.keys()].some((name) => name.startsWith('count/') && !known.has(name));
  return { hard, used, awaitsLists, hasUnknown };
}

function usageOf(
  quota: DeepReadonly<ResourceQuota>,
  { evaluator, objects }: Counted,
  { names, now }: { readonly names: readonly string[]; readonly now: number },
): Usage {
  const wanted = new Set(names);
  let total: Usage = new Map(names.map((name) => [name, Quantity.zero]));
  for (const object of objects.list(quota.metadata.namespace))
    if (isInScopes(quota, evaluator, object)) total = addTotals(total, only(evaluator.usage(object, now), wanted));
  return total;
}

/** Whether a quota's status says so already, be it in other words. */
export function isUpToDate({ status }: DeepReadonly<ResourceQuota>, { hard, used }: Pick<Measure, 'hard' | 'used'>): boolean {
  if (status?.hard === undefined || status.used === undefined) return false;
  return isSameUsage(resourceTotals(status.hard), hard) && isSameUsage(resourceTotals(status.used), used);
}
