import type { DeepReadonly, Pod, ReplicaSetCondition, ReplicaSetStatus } from '@keelson/api';
import { findCondition, formatTime, LabelMatcher } from '@keelson/apimachinery';
import { podIsReady, podIsTerminating, podIsActive, untilAvailable } from '@keelson/controller-pod-control';
import type { Replicated } from './replica-kinds';

export interface Observation {
  /** All pods of the set, those on their way out included. */
  readonly pods: readonly DeepReadonly<Pod>[];
  /** What went wrong while scaling; undefined if nothing did. */
  readonly failure: Error | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export function computeStatus(set: DeepReadonly<Replicated>, { pods, failure, now }: Observation): ReplicaSetStatus {
  const active = pods.filter(podIsActive);
  const template = LabelMatcher.ofSet(set.spec.template?.metadata?.labels);
  const conditions = computeConditions(set, { active: active.length, failure, now });
  return {
    replicas: active.length,
    fullyLabeledReplicas: active.filter(({ metadata }) => template.matches(metadata.labels ?? {})).length,
    readyReplicas: active.filter(podIsReady).length,
    availableReplicas: active.filter((pod) => untilAvailable(pod, set.spec.minReadySeconds ?? 0, now) === 0).length,
    terminatingReplicas: pods.filter(podIsTerminating).length,
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}

/** When the next ready pod will have been so for long enough, in milliseconds; undefined if none is waiting. */
export function nextAvailability(set: DeepReadonly<Replicated>, pods: readonly DeepReadonly<Pod>[], now: number): number | undefined {
  const { minReadySeconds = 0 } = set.spec;
  if (minReadySeconds === 0) return undefined;
  const waits = pods
    .filter(podIsActive)
    .map((pod) => untilAvailable(pod, minReadySeconds, now) ?? 0)
    .filter((wait) => wait > 0);
  return waits.length === 0 ? undefined : Math.min(...waits);
}

/** A failure that is told already keeps its wording, as upstream. */
function computeConditions(
  set: DeepReadonly<Replicated>,
  { active, failure, now }: { readonly active: number; readonly failure: Error | undefined; readonly now: number },
): ReplicaSetCondition[] {
  const present = [...(set.status?.conditions ?? [])];
  if (failure === undefined) return present.filter(({ type }) => type !== 'ReplicaFailure');
  if (findCondition(present, 'ReplicaFailure') !== undefined) return present;
  const reason = active < (set.spec.replicas ?? 1) ? 'FailedCreate' : 'FailedDelete';
  return [...present, { type: 'ReplicaFailure', status: 'True', reason, message: failure.message, lastTransitionTime: formatTime(now) }];
}
