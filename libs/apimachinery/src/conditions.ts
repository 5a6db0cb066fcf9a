/** What the conditions of all kinds have in common. */
export interface ConditionLike {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string;
}

export function findCondition<C extends ConditionLike>(conditions: readonly C[] | undefined, type: string): C | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function conditionIsTrue(conditions: readonly ConditionLike[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === 'True';
}

/**
 * Puts `condition` in the place of the one of its type, or at the end. The time of the last transition is kept unless the status changes.
 * @returns a new list
 */
export function setCondition<C extends ConditionLike>(conditions: readonly C[] | undefined, condition: C): C[] {
  const existing = findCondition(conditions, condition.type);
  if (existing === undefined) return [...(conditions ?? []), condition];
  const isTransition = existing.status !== condition.status || existing.lastTransitionTime === undefined;
  const next = isTransition ? condition : { ...condition, lastTransitionTime: existing.lastTransitionTime };
  return (conditions ?? []).map((candidate) => (candidate === existing ? next : candidate));
}
