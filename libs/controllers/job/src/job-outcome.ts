import type { DeepReadonly, Job, Pod } from '@keelson/api';
import { conditionIsTrue, findCondition, parseTime } from '@keelson/apimachinery';
import { hasFailed, isIndexed, isSuspended } from './job-pods';
import type { Situation } from './job-situation';
import { judgeFailure } from './pod-failure-policy';
import { matchSuccessPolicy } from './success-policy';

/** How a job ends: first told by an interim condition, then, when no pod is left to wait for, by the final one. */
export interface Outcome {
  readonly interim: 'SuccessCriteriaMet' | 'FailureTarget';
  readonly final: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

const success = (reason: string, message: string): Outcome => ({ interim: 'SuccessCriteriaMet', final: 'Complete', reason, message });

const failure = (reason: string, message: string): Outcome => ({ interim: 'FailureTarget', final: 'Failed', reason, message });

export const COMPLETION = success('CompletionsReached', 'Reached expected number of succeeded pods');

export const isFinished = ({ status }: DeepReadonly<Job>): boolean =>
  conditionIsTrue(status?.conditions, 'Complete') || conditionIsTrue(status?.conditions, 'Failed');

/** What ends the job although pods may still run: what is settled already, then failures, then its success policy; in upstream's order. */
export function outcomeOf(situation: Situation, now: number): Outcome | undefined {
  return settledOutcome(situation.job) ?? failureOf(situation, now) ?? failureOfIndexes(situation) ?? successByPolicy(situation);
}

/** The outcome that an earlier reconcile has settled already. */
function settledOutcome({ status }: DeepReadonly<Job>): Outcome | undefined {
  const met = findCondition(status?.conditions, 'SuccessCriteriaMet');
  if (met?.status === 'True') return success(met.reason ?? '', met.message ?? '');
  const target = findCondition(status?.conditions, 'FailureTarget');
  return target?.status === 'True' ? failure(target.reason ?? '', target.message ?? '') : undefined;
}

function failureOf({ job, pods, failed }: Situation, now: number): Outcome | undefined {
  const message = failureByPolicy(job, pods);
  if (message !== undefined) return failure('PodFailurePolicy', message);
  const limit = job.spec.backoffLimit ?? 6;
  if (failed > limit || restartsPast(job, pods, limit))
    return failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  const left = untilDeadline(job, now);
  return left !== undefined && left <= 0 ? failure('DeadlineExceeded', 'Job was active longer than specified deadline') : undefined;
}

function failureByPolicy(job: DeepReadonly<Job>, pods: readonly DeepReadonly<Pod>[]): string | undefined {
  if (job.spec.podFailurePolicy === undefined) return undefined;
  const messages = pods.filter((pod) => hasFailed(pod, job)).map((pod) => judgeFailure(job.spec.podFailurePolicy, pod).message);
  return messages.find((message) => message !== undefined);
}

/** A job with failed indexes goes on with the others, unless too many have failed, and fails when all are done. */
function failureOfIndexes({ job, completed, failedIndexes }: Situation): Outcome | undefined {
  if (failedIndexes === undefined || failedIndexes.size === 0) return undefined;
  const { completions = 0, maxFailedIndexes } = job.spec;
  if (maxFailedIndexes !== undefined && failedIndexes.size > maxFailedIndexes)
    return failure('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
  return failedIndexes.size + completed.size >= completions ? failure('FailedIndexes', 'Job has failed indexes') : undefined;
}

function successByPolicy({ job, completed }: Situation): Outcome | undefined {
  if (!isIndexed(job)) return undefined;
  const message = matchSuccessPolicy(job.spec.successPolicy, completed, job.spec.completions ?? 0);
  return message === undefined ? undefined : success('SuccessPolicy', message);
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
