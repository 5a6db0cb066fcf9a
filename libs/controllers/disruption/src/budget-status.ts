import { podIsReady, type DeepReadonly, type Pod, type PodDisruptionBudget, type PodDisruptionBudgetStatus } from '@keelson/api';
import { findCondition, formatTime, parseTime, type Condition } from '@keelson/apimachinery';

/** An evicted pod that is not being deleted after this long is taken to stay; upstream's `DeletionTimeout`. */
export const DELETION_TIMEOUT_MILLISECONDS = 2 * 60 * 1000;

export interface Budgeted {
  readonly pods: readonly DeepReadonly<Pod>[];
  readonly expected: number;
  readonly desiredHealthy: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** @param disrupted from {@link pendingDisruptions} */
export function budgetStatus(
  budget: DeepReadonly<PodDisruptionBudget>,
  { pods, expected, desiredHealthy, now }: Budgeted,
  disrupted: Readonly<Record<string, string>>,
): PodDisruptionBudgetStatus {
  const isHealthy = (pod: DeepReadonly<Pod>): boolean =>
    pod.metadata.deletionTimestamp === undefined && !Object.hasOwn(disrupted, pod.metadata.name) && podIsReady(pod);
  const currentHealthy = pods.filter(isHealthy).length;
  // A budget without pods is in a safe state when the first appear and their number is not known here yet.
  const disruptionsAllowed = expected <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  const observedGeneration = budget.metadata.generation ?? 0;
  const verdict = disruptionsAllowed > 0 ? { status: 'True', reason: 'SufficientPods' } : { status: 'False', reason: 'InsufficientPods' };
  return {
    currentHealthy,
    desiredHealthy,
    expectedPods: expected,
    disruptionsAllowed,
    ...(Object.keys(disrupted).length === 0 ? {} : { disruptedPods: { ...disrupted } }),
    observedGeneration,
    conditions: withDisruptionAllowed(budget, { ...verdict, message: '', observedGeneration }, now),
  };
}

/** Nothing may be disrupted while nobody knows what that would do. */
export function failedStatus(budget: DeepReadonly<PodDisruptionBudget>, message: string, now: number): PodDisruptionBudgetStatus {
  const before = structuredClone(budget.status ?? {}) as PodDisruptionBudgetStatus;
  const verdict = { status: 'False', reason: 'SyncFailed', message, observedGeneration: before.observedGeneration ?? 0 };
  return { ...before, disruptionsAllowed: 0, conditions: withDisruptionAllowed(budget, verdict, now) };
}

/** The evictions in the budget's status whose pods are still to be deleted, those that have not been in time, and when that is next so for one. */
export function pendingDisruptions(
  { status }: DeepReadonly<PodDisruptionBudget>,
  pods: readonly DeepReadonly<Pod>[],
  now: number,
): { readonly pending: Record<string, string>; readonly overdue: readonly DeepReadonly<Pod>[]; readonly recheckAfter: number | undefined } {
  const pending: Record<string, string> = {};
  const overdue: DeepReadonly<Pod>[] = [];
  const waits: number[] = [];
  for (const pod of pods) {
    const time = status?.disruptedPods?.[pod.metadata.name];
    if (time === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
    const left = (parseTime(time) ?? 0) + DELETION_TIMEOUT_MILLISECONDS - now;
    if (left < 0) overdue.push(pod);
    else {
      pending[pod.metadata.name] = time;
      waits.push(left);
    }
  }
  // Just past the time, when the pod is overdue.
  return { pending, overdue, recheckAfter: waits.length === 0 ? undefined : Math.min(...waits) + 1 };
}

function withDisruptionAllowed(
  { status }: DeepReadonly<PodDisruptionBudget>,
  verdict: Omit<Condition, 'type' | 'lastTransitionTime'>,
  now: number,
): Condition[] {
  const present = findCondition(status?.conditions, 'DisruptionAllowed');
  const lastTransitionTime = present?.status === verdict.status ? present.lastTransitionTime : formatTime(now);
  const others = (status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionAllowed').map((condition) => ({ ...condition }));
  return [...others, { type: 'DisruptionAllowed', ...verdict, lastTransitionTime }];
}
