import { addTotals, resourceTotals, type ResourceQuota } from '@keelson/api';
import type { DeepReadonly, KubernetesObject } from '@keelson/apimachinery';
import { exceeding, growth, isInScopes, only, usageText, withoutZeros, type QuotaEvaluator, type Usage } from '@keelson/quota';
import type { AdmissionAttributes } from '../../admission-plugin';
import { forbid } from '../../forbid';

/** A quota with what is used of it so far, written down or not. */
export interface QuotaState {
  readonly quota: DeepReadonly<ResourceQuota>;
  readonly hard: Usage;
  readonly used: Usage;
}

/** A change whose object may use up quota, and who knows how much. */
export interface ChargedChange {
  readonly attributes: AdmissionAttributes;
  readonly evaluator: QuotaEvaluator;
}

export function quotaState(quota: DeepReadonly<ResourceQuota>): QuotaState {
  return { quota, hard: resourceTotals(quota.status?.hard), used: resourceTotals(quota.status?.used) };
}

/**
 * Charges a change to all quotas that count its object. What a quota limits is what its status says, so one that nobody has counted yet
 * limits nothing.
 * @param now milliseconds since the epoch
 * @returns the states after it, in the same order; a state that it does not touch is the very same
 * @throws StatusError Forbidden, if a quota has too little left or an object does not say what it uses
 */
export function charge(states: readonly QuotaState[], change: ChargedChange, now: number): readonly QuotaState[] {
  const { attributes, evaluator } = change;
  const { object } = attributes;
  if (object === undefined) return states;
  const counting = new Set(states.filter((state) => counts(state, evaluator, object)));
  for (const state of counting) ensureMeasurable(state, change);
  if (counting.size === 0) return states;
  const usage = evaluator.usage(object, now);
  const negative = [...usage].filter(([, amount]) => amount.sign < 0).map(([name]) => name);
  if (negative.length > 0) throw forbid(attributes, `quota usage is negative for resource(s): ${negative.sort().join(',')}`);
  return states.map((state) => (counting.has(state) ? chargeOne(state, { ...change, object, usage }, now) : state));
}

function counts({ hard, quota }: QuotaState, evaluator: QuotaEvaluator, object: DeepReadonly<KubernetesObject>): boolean {
  return [...hard.keys()].some((name) => evaluator.measures(name)) && isInScopes(quota, evaluator, object);
}

function ensureMeasurable({ hard, quota, used }: QuotaState, { attributes, evaluator }: ChargedChange): void {
  const limited = [...hard.keys()].filter((name) => evaluator.measures(name)).sort();
  const objection = attributes.object === undefined ? undefined : evaluator.objection(limited, attributes.object);
  if (objection !== undefined) throw forbid(attributes, `failed quota: ${quota.metadata.name}: ${objection}`);
  if (!limited.every((name) => used.has(name)))
    throw forbid(attributes, `status unknown for quota: ${quota.metadata.name}, resources: ${limited.join(',')}`);
}

interface Charge extends ChargedChange {
  readonly object: DeepReadonly<KubernetesObject>;
  readonly usage: Usage;
}

function chargeOne(state: QuotaState, { attributes, evaluator, usage }: Charge, now: number): QuotaState {
  const { hard, quota, used } = state;
  const { oldObject } = attributes;
  // An object that comes into scope by this change is all new to the quota.
  const wasCounted = oldObject !== undefined && counts(state, evaluator, oldObject);
  const more = wasCounted ? growth(usage, evaluator.usage(oldObject, now)) : usage;
  const requested = only(withoutZeros(more), hard);
  if (requested.size === 0) return state;
  const total = addTotals(used, requested);
  // What has happened already can be counted, and not refused.
  const exceeded = attributes.subresource === 'status' ? [] : exceeding(only(total, requested), hard);
  if (exceeded.length === 0) return { ...state, used: total };
  const [asked, before, limit] = [requested, used, hard].map((amounts) => usageText(only(amounts, new Set(exceeded))));
  throw forbid(
    attributes,
    `exceeded quota: ${quota.metadata.name}, requested: ${asked ?? ''}, used: ${before ?? ''}, limited: ${limit ?? ''}`,
  );
}
