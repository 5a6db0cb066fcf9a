import type { DeepReadonly, Pod, StatefulSet, StatefulSetStatus } from '@keelson/api';
import { untilAvailable } from '@keelson/controller-pod-control';
import { isRunningAndReady, revisionOf } from './stateful-pods';

export interface Observation {
  readonly pods: readonly DeepReadonly<Pod>[];
  /** The one of them that has just been deleted in order to be updated: by what is left, the next reconcile knows what to make in its place. */
  readonly withdrawn: DeepReadonly<Pod> | undefined;
  /** The names of the revision that the set comes from, and of the one that it goes to. */
  readonly currentRevision: string;
  readonly updateRevision: string;
  readonly collisionCount: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What is not computed, such as conditions that another has set, stays. */
export function computeStatus(set: DeepReadonly<StatefulSet>, observation: Observation): StatefulSetStatus {
  const { collisionCount, currentRevision, now, pods, updateRevision, withdrawn } = observation;
  const { generation } = set.metadata;
  const ready = pods.filter(isRunningAndReady);
  const ofRevision = (name: string): number =>
    pods.filter((pod) => pod !== withdrawn && pod.metadata.deletionTimestamp === undefined && revisionOf(pod) === name).length;
  return completed(set, {
    ...(structuredClone(set.status) as StatefulSetStatus | undefined),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    replicas: pods.length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((pod) => untilAvailable(pod, set.spec.minReadySeconds ?? 0, now) === 0).length,
    currentReplicas: ofRevision(currentRevision),
    updatedReplicas: ofRevision(updateRevision),
    currentRevision,
    updateRevision,
    collisionCount,
  });
}

/** When the next ready pod will have been so for long enough, in milliseconds; undefined if none is waiting. */
export function nextAvailability({ spec }: DeepReadonly<StatefulSet>, pods: readonly DeepReadonly<Pod>[], now: number): number | undefined {
  const waits = pods.map((pod) => untilAvailable(pod, spec.minReadySeconds ?? 0, now) ?? 0).filter((wait) => wait > 0);
  return waits.length === 0 ? undefined : Math.min(...waits);
}

/** Once every pod is updated and ready, the revision that the set went to is the one it is at. */
function completed({ spec }: DeepReadonly<StatefulSet>, status: StatefulSetStatus): StatefulSetStatus {
  const { readyReplicas, replicas, updatedReplicas = 0, updateRevision } = status;
  const wanted = spec.replicas ?? 1;
  const isComplete = [updatedReplicas, readyReplicas, replicas].every((count) => count === wanted);
  if (spec.updateStrategy?.type !== 'RollingUpdate' || !isComplete || updateRevision === undefined) return status;
  return { ...status, currentReplicas: updatedReplicas, currentRevision: updateRevision };
}
