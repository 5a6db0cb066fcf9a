import type { DeepReadonly, Job, Pod } from '@keelson/api';
import type { ObjectKey } from '@keelson/apimachinery';
import { podIsActive, podIsTerminating, rankForDeletion } from '@keelson/controller-pod-control';
import { parseIndexes } from './completed-indexes';
import { failedIndexes, limitsEachIndex, podsToReplace } from './index-failures';
import { counts, hasFailed, hasSucceeded, indexOf, isIndexed, isSuspended, isTracked, replacesOnlyFailed } from './job-pods';
import { recordFinished, type FailureRecord } from './pod-failure-backoff';
import { judgeFailure } from './pod-failure-policy';

/** What a reconcile works on. */
export interface Situation {
  readonly key: ObjectKey;
  readonly job: DeepReadonly<Job>;
  readonly pods: readonly DeepReadonly<Pod>[];
  readonly active: readonly DeepReadonly<Pod>[];
  /** The pods that have the finalizer yet, as far as is known: none of them is in the counters. */
  readonly tracked: readonly DeepReadonly<Pod>[];
  /** Succeeded, whether in the counters yet or not. */
  readonly succeeded: number;
  /** Failed, whether in the counters yet or not. */
  readonly failed: number;
  readonly completed: ReadonlySet<number>;
  /** Indexes that are not tried again; undefined where the job's limit is not by index. */
  readonly failedIndexes: ReadonlySet<number> | undefined;
  /** By index: the failed pod that is kept until the next one has taken over its count of failures. */
  readonly toReplace: ReadonlyMap<number, DeepReadonly<Pod>>;
  readonly failures: FailureRecord;
  readonly signal: AbortSignal;
}

export interface Observed {
  readonly key: ObjectKey;
  readonly job: DeepReadonly<Job>;
  readonly pods: readonly DeepReadonly<Pod>[];
  /** Uids of pods whose finalizer was taken off, whatever the cache shows. */
  readonly released: ReadonlySet<string>;
  /** The failures before. */
  readonly failures: FailureRecord;
  readonly signal: AbortSignal;
}

export function situationOf({ key, job, pods, released, failures, signal }: Observed): Situation {
  const active = pods.filter(podIsActive);
  const tracked = pods.filter((pod) => isTracked(pod) && !released.has(pod.metadata.uid));
  const uncounted = job.status?.uncountedTerminatedPods;
  const noted = new Set([...(uncounted?.succeeded ?? []), ...(uncounted?.failed ?? [])]);
  const news = tracked.filter((pod) => counts(pod, job) && !noted.has(pod.metadata.uid));
  const succeeded = news.filter(hasSucceeded);
  const failed = news.filter((pod) => hasFailed(pod, job));
  const completed = completedIndexes(job, succeeded);
  const ofIndexes = failuresOfIndexes(job, { tracked, failed, active, completed });
  const counted = failed.filter((pod) => judgeFailure(job.spec.podFailurePolicy, pod).counts);
  return {
    key,
    job,
    pods,
    active,
    tracked,
    succeeded: isIndexed(job) ? completed.size : (job.status?.succeeded ?? 0) + (uncounted?.succeeded ?? []).length + succeeded.length,
    failed: (job.status?.failed ?? 0) + (uncounted?.failed ?? []).length + counted.length,
    completed,
    ...ofIndexes,
    failures: recordFinished(failures, succeeded, failed),
    signal,
  };
}

function completedIndexes(job: DeepReadonly<Job>, succeeded: readonly DeepReadonly<Pod>[]): Set<number> {
  const completed = parseIndexes(job.status?.completedIndexes, job.spec.completions ?? 0);
  for (const index of succeeded.flatMap((pod) => indexOf(pod, job) ?? [])) completed.add(index);
  return completed;
}

function failuresOfIndexes(
  job: DeepReadonly<Job>,
  {
    tracked,
    failed,
    active,
    completed,
  }: Pick<Situation, 'tracked' | 'active' | 'completed'> & { readonly failed: readonly DeepReadonly<Pod>[] },
): Pick<Situation, 'failedIndexes' | 'toReplace'> {
  if (!limitsEachIndex(job)) return { failedIndexes: undefined, toReplace: new Map() };
  const indexes = failedIndexes(job, tracked);
  const settled = new Set([...completed, ...indexes, ...active.flatMap((pod) => indexOf(pod, job) ?? [])]);
  return { failedIndexes: indexes, toReplace: podsToReplace(job, failed, settled) };
}

/** How many pods should be active; without a number of completions, no more are started after the first success. */
export function wantedActive({ job, active, succeeded }: Situation): number {
  if (isSuspended(job)) return 0;
  const { completions, parallelism = 1 } = job.spec;
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(parallelism, completions - succeeded));
}

/** The pods on their way out that must be gone before others take their places. */
export const leavingPods = ({ job, pods }: Situation): readonly DeepReadonly<Pod>[] =>
  replacesOnlyFailed(job) ? pods.filter(podIsTerminating) : [];

/** The indexes that need no pod now. */
export function takenIndexes(situation: Situation): Set<number> {
  const { job, active, completed, failedIndexes: failed } = situation;
  const busy = [...active, ...leavingPods(situation)].flatMap((pod) => indexOf(pod, job) ?? []);
  return new Set([...completed, ...(failed ?? []), ...busy]);
}

/** At least `count` pods: those that cannot be counted, those whose index another works on or that have none first, then those that cost least. */
export function podsToDelete({ job, active, completed }: Situation, count: number, now: number): DeepReadonly<Pod>[] {
  const ranked = rankForDeletion(active, active, now);
  // Without the finalizer it would never be counted: its deletion was cut off after that was taken off.
  const lost = ranked.filter((pod) => !isTracked(pod));
  if (!isIndexed(job)) return [...lost, ...ranked.filter(isTracked).slice(0, Math.max(0, count - lost.length))];
  const kept = new Set<number>(completed);
  const useful = [...ranked].reverse().filter((pod) => {
    const index = indexOf(pod, job);
    if (index === undefined || kept.has(index) || !isTracked(pod)) return false;
    kept.add(index);
    return true;
  });
  const useless = ranked.filter((pod) => !useful.includes(pod));
  const rest = ranked.filter((pod) => useful.includes(pod)).slice(0, Math.max(0, count - useless.length));
  return [...useless, ...rest];
}
