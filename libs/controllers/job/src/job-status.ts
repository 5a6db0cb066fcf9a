import type { DeepReadonly, Job, JobCondition, JobStatus, Pod } from '@keelson/api';
import { conditionIsTrue, findCondition, formatTime, parseTime } from '@keelson/apimachinery';
import { formatIndexes, parseIndexes } from './completed-indexes';
import { counts, hasFailed, hasSucceeded, indexOf, isIndexed, isSuspended } from './job-pods';

/** At most this many pods are counted per reconcile, so that the status stays small. */
const MOST_UNCOUNTED = 500;

/** How a job ends: first told by an interim condition, then, when no pod is left to wait for, by the final one. */
export interface Outcome {
  readonly interim: 'SuccessCriteriaMet' | 'FailureTarget';
  readonly final: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

const failure = (reason: string, message: string): Outcome => ({ interim: 'FailureTarget', final: 'Failed', reason, message });

export const COMPLETION: Outcome = {
  interim: 'SuccessCriteriaMet',
  final: 'Complete',
  reason: 'CompletionsReached',
  message: 'Reached expected number of succeeded pods',
};

export const isFinished = ({ status }: DeepReadonly<Job>): boolean =>
  conditionIsTrue(status?.conditions, 'Complete') || conditionIsTrue(status?.conditions, 'Failed');

/** The outcome that an earlier reconcile has settled already. */
export function settledOutcome({ status }: DeepReadonly<Job>): Outcome | undefined {
  if (conditionIsTrue(status?.conditions, COMPLETION.interim)) return COMPLETION;
  const target = findCondition(status?.conditions, 'FailureTarget');
  return target?.status === 'True' ? failure(target.reason ?? '', target.message ?? '') : undefined;
}

/** @param failed pods failed so far @param startTime when the job became active @param now milliseconds since the epoch */
export function failureOf(
  job: DeepReadonly<Job>,
  { failed, pods, now }: { readonly failed: number; readonly pods: readonly DeepReadonly<Pod>[]; readonly now: number },
): Outcome | undefined {
  const limit = job.spec.backoffLimit ?? 6;
  if (failed > limit || restartsPast(job, pods, limit))
    return failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  const left = untilDeadline(job, now);
  return left !== undefined && left <= 0 ? failure('DeadlineExceeded', 'Job was active longer than specified deadline') : undefined;
}

/** Milliseconds until `activeDeadlineSeconds` are over; undefined where they are not set or do not run. */
export function untilDeadline(job: DeepReadonly<Job>, now: number): number | undefined {
  const seconds = job.spec.activeDeadlineSeconds;
  if (seconds === undefined || isSuspended(job)) return undefined;
  return (parseTime(job.status?.startTime ?? '') ?? now) + seconds * 1000 - now;
}

/** Where containers are restarted in place, their restarts are the retries. */
function restartsPast({ spec }: DeepReadonly<Job>, pods: readonly DeepReadonly<Pod>[], limit: number): boolean {
  if (spec.template.spec?.restartPolicy !== 'OnFailure') return false;
  const running = pods.filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending');
  const containers = running.flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]);
  const restarts = containers.reduce((sum, { restartCount }) => sum + restartCount, 0);
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

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
 * Notes the finished pods among `tracked` as uncounted, each once, or for an indexed job its index as completed.
 * @returns the status to write before any finalizer goes, and the pods whose finalizer may go then
 */
export function bookFinished(
  job: DeepReadonly<Job>,
  before: JobStatus,
  { tracked, outcome }: { readonly tracked: readonly DeepReadonly<Pod>[]; readonly outcome: Outcome | undefined },
): { status: JobStatus; release: DeepReadonly<Pod>[] } {
  const succeeded = new Set(before.uncountedTerminatedPods?.succeeded);
  const failed = new Set(before.uncountedTerminatedPods?.failed);
  const completed = parseIndexes(before.completedIndexes, job.spec.completions ?? 0);
  const atEnd = outcome !== undefined || job.metadata.deletionTimestamp !== undefined;
  const ended = tracked.filter((pod) => atEnd || hasSucceeded(pod) || hasFailed(pod, job));
  const release = ended.slice(0, MOST_UNCOUNTED);
  for (const pod of release) {
    const { uid } = pod.metadata;
    const index = indexOf(pod, job);
    if (!counts(pod, job) || failed.has(uid)) continue;
    if (hasSucceeded(pod)) {
      if (index !== undefined && isIndexed(job)) completed.add(index);
      else succeeded.add(uid);
    } else if (hasFailed(pod, job) || outcome?.final === 'Failed') failed.add(uid);
  }
  const status: JobStatus = { ...before, uncountedTerminatedPods: { succeeded: [...succeeded], failed: [...failed] } };
  if (isIndexed(job)) Object.assign(status, { completedIndexes: formatIndexes(completed), succeeded: completed.size });
  return { status, release };
}

/** Whether every finished pod is in the counters. */
export const allCounted = ({ uncountedTerminatedPods }: JobStatus): boolean =>
  (uncountedTerminatedPods?.succeeded ?? []).length + (uncountedTerminatedPods?.failed ?? []).length === 0;

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
