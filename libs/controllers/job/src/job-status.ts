import type { DeepReadonly, Job, JobCondition, JobStatus, Pod } from '@keelson/api';
import { findCondition, formatTime } from '@keelson/apimachinery';
import { formatIndexes, parseIndexes } from './completed-indexes';
import type { Outcome } from './job-outcome';
import { counts, hasFailed, hasSucceeded, indexOf, isIndexed, isSuspended } from './job-pods';
import type { Situation } from './job-situation';
import { judgeFailure } from './pod-failure-policy';

/** At most this many pods are counted per reconcile, so that the status stays small. */
const MOST_UNCOUNTED = 500;

/** Moves the pods whose finalizer is gone from the uncounted to the counters. @param tracked uids of the pods that still have it */
export function countReleased(status: DeepReadonly<JobStatus>, tracked: ReadonlySet<string>): JobStatus {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const left = { succeeded: succeeded.filter((uid) => tracked.has(uid)), failed: failed.filter((uid) => tracked.has(uid)) };
  return {
    ...(structuredClone(status) as JobStatus),
    succeeded: (status.succeeded ?? 0) + succeeded.length - left.succeeded.length,
    failed: (status.failed ?? 0) + failed.length - left.failed.length,
    uncountedTerminatedPods: left,
  };
}

/**
 * Notes the finished pods among those that are tracked as uncounted, each once, or for an indexed job its index as completed.
 * @param withdrawn uids of pods that were deleted as no longer wanted, which count for nothing
 * @returns the status to write before any finalizer goes, and the pods whose finalizer may go then
 */
export function bookFinished(
  { job, tracked, failedIndexes, toReplace }: Situation,
  before: JobStatus,
  { withdrawn, outcome }: { readonly withdrawn: ReadonlySet<string>; readonly outcome: Outcome | undefined },
): { status: JobStatus; release: DeepReadonly<Pod>[] } {
  const succeeded = new Set(before.uncountedTerminatedPods?.succeeded);
  const failed = new Set(before.uncountedTerminatedPods?.failed);
  const completed = parseIndexes(before.completedIndexes, job.spec.completions ?? 0);
  const atEnd = outcome !== undefined || job.metadata.deletionTimestamp !== undefined;
  const kept = new Set([...toReplace.values()].map(({ metadata }) => metadata.uid));
  const hasEnded = (pod: DeepReadonly<Pod>): boolean =>
    !withdrawn.has(pod.metadata.uid) && (hasSucceeded(pod) || (hasFailed(pod, job) && !kept.has(pod.metadata.uid)));
  const release = tracked.filter((pod) => atEnd || hasEnded(pod)).slice(0, MOST_UNCOUNTED);
  for (const pod of release) {
    const { uid } = pod.metadata;
    const index = indexOf(pod, job);
    if (!counts(pod, job) || failed.has(uid)) continue;
    if (hasSucceeded(pod)) {
      if (index !== undefined && isIndexed(job)) completed.add(index);
      else succeeded.add(uid);
    } else if ((hasFailed(pod, job) || outcome?.final === 'Failed') && judgeFailure(job.spec.podFailurePolicy, pod).counts) failed.add(uid);
  }
  const status: JobStatus = { ...before, uncountedTerminatedPods: { succeeded: [...succeeded], failed: [...failed] } };
  if (isIndexed(job)) Object.assign(status, { completedIndexes: formatIndexes(completed), succeeded: completed.size });
  if (failedIndexes !== undefined) status.failedIndexes = formatIndexes(failedIndexes);
  return { status, release };
}

/** `status` with the condition, unless it stands there with that status; a condition that never was is not told to be False. */
export function withCondition(
  status: JobStatus,
  condition: Omit<JobCondition, 'lastProbeTime' | 'lastTransitionTime'>,
  now: number,
): JobStatus {
  const present = findCondition(status.conditions, condition.type);
  if (present?.status === condition.status || (present === undefined && condition.status === 'False')) return status;
  const time = formatTime(now);
  const others = (status.conditions ?? []).filter(({ type }) => type !== condition.type);
  return { ...status, conditions: [...others, { ...condition, lastProbeTime: time, lastTransitionTime: time }] };
}

/** Notes that the job was suspended or resumed; the active deadline runs from the resumption. */
export function withSuspension(job: DeepReadonly<Job>, status: JobStatus, now: number): JobStatus {
  const suspended = isSuspended(job);
  const words = suspended ? { reason: 'JobSuspended', message: 'Job suspended' } : { reason: 'JobResumed', message: 'Job resumed' };
  const next = withCondition(status, { type: 'Suspended', status: suspended ? 'True' : 'False', ...words }, now);
  if (next === status) return status;
  const { startTime: _, ...rest } = next;
  return suspended ? rest : { ...rest, startTime: formatTime(now) };
}
