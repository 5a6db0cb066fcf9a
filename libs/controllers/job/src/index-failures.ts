import type { DeepReadonly, Job, Pod } from '@keelson/api';
import { parseIndexes } from './completed-indexes';
import { hasFailed, indexOf } from './job-pods';
import { finishTime, untilRetry } from './pod-failure-backoff';
import { judgeFailure } from './pod-failure-policy';

/** How often pods of the index failed before this one, those failures aside that a rule ignores (KEP-3850). */
export const FAILURE_COUNT = 'batch.kubernetes.io/job-index-failure-count';
export const IGNORED_FAILURE_COUNT = 'batch.kubernetes.io/job-index-ignored-failure-count';

export const limitsEachIndex = ({ spec }: DeepReadonly<Job>): boolean =>
  spec.completionMode === 'Indexed' && spec.backoffLimitPerIndex !== undefined;

/** The indexes that have failed for good: those in the status, and those that `tracked` pods have failed since. */
export function failedIndexes(job: DeepReadonly<Job>, tracked: readonly DeepReadonly<Pod>[]): Set<number> {
  const indexes = parseIndexes(job.status?.failedIndexes, job.spec.completions ?? 0);
  for (const pod of tracked) {
    const index = indexOf(pod, job);
    if (index !== undefined && failsItsIndex(pod, job)) indexes.add(index);
  }
  return indexes;
}

function failsItsIndex(pod: DeepReadonly<Pod>, job: DeepReadonly<Job>): boolean {
  if (!hasFailed(pod, job)) return false;
  const { action, counts } = judgeFailure(job.spec.podFailurePolicy, pod);
  return action === 'FailIndex' || (counts && countOf(pod, FAILURE_COUNT) >= (job.spec.backoffLimitPerIndex ?? 0));
}

/**
 * The last failed pod of each index that is to be tried again. It is kept until there is another, which takes its count of failures over.
 * @param settled the indexes that have a pod, or need none
 */
export function podsToReplace(
  job: DeepReadonly<Job>,
  failed: readonly DeepReadonly<Pod>[],
  settled: ReadonlySet<number>,
): ReadonlyMap<number, DeepReadonly<Pod>> {
  const last = new Map<number, DeepReadonly<Pod>>();
  for (const pod of failed) {
    const index = indexOf(pod, job);
    if (index === undefined || settled.has(index)) continue;
    const other = last.get(index);
    const isLater = other === undefined || (totalOf(other) <= totalOf(pod) && finishTime(pod) >= finishTime(other));
    if (isLater) last.set(index, pod);
  }
  return last;
}

/** The annotations by which the pod made after `replaced`, or the first of its index, tells how often its index failed. */
export function failureAnnotations(job: DeepReadonly<Job>, replaced: DeepReadonly<Pod> | undefined): Record<string, string> {
  if (replaced === undefined) return { [FAILURE_COUNT]: '0' };
  const { counts } = judgeFailure(job.spec.podFailurePolicy, replaced);
  const ignored = countOf(replaced, IGNORED_FAILURE_COUNT) + (counts ? 0 : 1);
  return {
    [FAILURE_COUNT]: String(countOf(replaced, FAILURE_COUNT) + (counts ? 1 : 0)),
    ...(ignored > 0 ? { [IGNORED_FAILURE_COUNT]: String(ignored) } : {}),
  };
}

/** How long the index of the failed pod `replaced` must wait for another, in milliseconds. */
export function untilIndexRetry(replaced: DeepReadonly<Pod> | undefined, now: number): number {
  return replaced === undefined ? 0 : untilRetry({ failures: totalOf(replaced) + 1, lastFailure: finishTime(replaced) }, now);
}

const totalOf = (pod: DeepReadonly<Pod>): number => countOf(pod, FAILURE_COUNT) + countOf(pod, IGNORED_FAILURE_COUNT);

/** What anyone may have written there and is no count stands for none. */
function countOf({ metadata }: DeepReadonly<Pod>, annotation: string): number {
  const text = metadata.annotations?.[annotation] ?? '';
  return /^\d{1,10}$/.test(text) && Number(text) < 2 ** 31 ? Number(text) : 0;
}
