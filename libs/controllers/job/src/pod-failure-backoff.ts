import type { DeepReadonly, Pod } from '@keelson/api';
import { findCondition, parseTime } from '@keelson/apimachinery';

const FIRST_MILLISECONDS = 10 * 1000;
const LAST_MILLISECONDS = 10 * 60 * 1000;

/** The failures of a job's pods since one last succeeded. */
export interface FailureRecord {
  readonly failures: number;
  /** Milliseconds since the epoch. */
  readonly lastFailure: number;
}

export const NO_FAILURES: FailureRecord = { failures: 0, lastFailure: 0 };

/** Takes the pods that finished since `record` was made into it: a success wipes out the failures before it. */
export function recordFinished(
  record: FailureRecord,
  succeeded: readonly DeepReadonly<Pod>[],
  failed: readonly DeepReadonly<Pod>[],
): FailureRecord {
  const lastSuccess = Math.max(...succeeded.map(finishTime));
  const times = failed.map(finishTime).filter((time) => time > lastSuccess);
  const before = succeeded.length === 0 ? record : NO_FAILURES;
  return times.length === 0 ? before : { failures: before.failures + times.length, lastFailure: Math.max(...times) };
}

/** How long no pod may be created yet, in milliseconds: ten seconds after the first failure, twice that after each more, ten minutes at most. */
export function untilRetry({ failures, lastFailure }: FailureRecord, now: number): number {
  if (failures === 0) return 0;
  const pause = Math.min(LAST_MILLISECONDS, FIRST_MILLISECONDS * 2 ** (failures - 1));
  return Math.max(0, lastFailure + pause - now);
}

/** When the pod finished, in milliseconds since the epoch, by the best witness there is. */
export function finishTime({ metadata, spec, status }: DeepReadonly<Pod>): number {
  const sidecars = new Set((spec.initContainers ?? []).flatMap(({ name, restartPolicy }) => (restartPolicy === 'Always' ? [name] : [])));
  const beside = (status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name));
  const containers = [...(status?.containerStatuses ?? []), ...beside].map(({ state }) => parseTime(state?.terminated?.finishedAt ?? ''));
  const ends = containers.filter((time) => time !== undefined);
  if (ends.length > 0 && ends.length === containers.length) return Math.max(...ends);
  const ready = findCondition(status?.conditions, 'Ready');
  const unreadySince = ready?.status === 'False' ? parseTime(ready.lastTransitionTime ?? '') : undefined;
  const deleted = parseTime(metadata.deletionTimestamp ?? '');
  const deletedSince = deleted === undefined ? undefined : deleted - (metadata.deletionGracePeriodSeconds ?? 0) * 1000;
  return unreadySince ?? deletedSince ?? Date.parse(metadata.creationTimestamp);
}
