import type { DaemonSet, DaemonSetStatus, DeepReadonly, Pod } from '@keelson/api';
import { podIsReady, untilAvailable } from '@keelson/controller-pod-control';
import type { DaemonNode } from './daemon-nodes';
import { byAge, isUpdated } from './daemon-pods';

export interface Observation {
  readonly nodes: readonly DaemonNode[];
  readonly hash: string;
  readonly collisionCount: number;
  /** Whether the set has been acted on as it is, so that its generation counts as observed. */
  readonly acted: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Counts nodes, not pods: of several pods on a node, the oldest stands for all. What is not computed stays. */
export function computeStatus(
  daemonSet: DeepReadonly<DaemonSet>,
  { acted, collisionCount, hash, nodes, now }: Observation,
): DaemonSetStatus {
  const present = nodes.filter(({ exists }) => exists);
  const wanted = present.filter(({ placement }) => placement === 'run');
  const standing = wanted.flatMap(({ pods }) => [...pods].sort(byAge)[0] ?? []);
  const available = standing.filter((pod) => isAvailable(daemonSet, pod, now)).length;
  const { generation } = daemonSet.metadata;
  return {
    ...(structuredClone(daemonSet.status) as DaemonSetStatus | undefined),
    ...(acted && generation !== undefined ? { observedGeneration: generation } : {}),
    desiredNumberScheduled: wanted.length,
    currentNumberScheduled: standing.length,
    numberMisscheduled: present.filter(({ placement, pods }) => placement !== 'run' && pods.length > 0).length,
    numberReady: standing.filter(podIsReady).length,
    updatedNumberScheduled: standing.filter((pod) => isUpdated(pod, daemonSet, hash)).length,
    numberAvailable: available,
    numberUnavailable: wanted.length - available,
    ...(collisionCount === 0 ? {} : { collisionCount }),
  };
}

/** When the next ready pod will have been so for long enough, in milliseconds. */
export function availabilityWaits({ spec }: DeepReadonly<DaemonSet>, nodes: readonly DaemonNode[], now: number): number[] {
  const waits = nodes.flatMap(({ pods }) => pods).map((pod) => untilAvailable(pod, spec.minReadySeconds ?? 0, now) ?? 0);
  return waits.filter((wait) => wait > 0);
}

const isAvailable = ({ spec }: DeepReadonly<DaemonSet>, pod: DeepReadonly<Pod>, now: number): boolean =>
  untilAvailable(pod, spec.minReadySeconds ?? 0, now) === 0;
