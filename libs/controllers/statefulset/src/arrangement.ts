import type { ControllerRevision, DeepReadonly, Pod, PodTemplateSpec, StatefulSet } from '@keelson/api';
import { templateOf } from '@keelson/controller-revision-history';
import { untilAvailable } from '@keelson/controller-pod-control';
import { isWanted, ordinalOf, startOrdinal, wantedOrdinals } from './ordinals';

type Set = DeepReadonly<StatefulSet>;

/** A place that a pod should fill. */
export interface Replica {
  readonly ordinal: number;
  readonly pod: DeepReadonly<Pod> | undefined;
}

/** A pod outside the range of ordinals, which has to go. */
export interface Condemned {
  readonly ordinal: number;
  readonly pod: DeepReadonly<Pod>;
}

export interface Arrangement {
  /** Ascending. */
  readonly replicas: readonly Replica[];
  /** Descending: the highest goes first. */
  readonly condemned: readonly Condemned[];
}

export function arrange(set: Set, pods: readonly DeepReadonly<Pod>[]): Arrangement {
  const numbered = pods.flatMap((pod) => {
    const ordinal = ordinalOf(set, pod);
    return ordinal === undefined ? [] : [{ ordinal, pod }];
  });
  const present = new Map(numbered.map(({ ordinal, pod }) => [ordinal, pod]));
  return {
    replicas: wantedOrdinals(set).map((ordinal) => ({ ordinal, pod: present.get(ordinal) })),
    condemned: numbered.filter(({ ordinal }) => !isWanted(set, ordinal)).sort((a, b) => b.ordinal - a.ordinal),
  };
}

/** Whether pods are made and deleted one after the other. */
export const isOrdered = ({ spec }: Set): boolean => spec.podManagementPolicy !== 'Parallel';

export function isAvailable(set: Set, pod: DeepReadonly<Pod>, now: number): boolean {
  return untilAvailable(pod, set.spec.minReadySeconds ?? 0, now) === 0 && pod.metadata.deletionTimestamp === undefined;
}

/** The revision that a set comes from, and the one that it goes to; the same but during an update. */
export interface Revisions {
  readonly current: DeepReadonly<ControllerRevision>;
  readonly update: DeepReadonly<ControllerRevision>;
}

/** What a missing pod is made from: below the partition, what its neighbours there are still made from. */
export function versionFor(
  set: Set,
  ordinal: number,
  { current, update }: Revisions,
): { readonly template: DeepReadonly<PodTemplateSpec>; readonly revision: string } {
  const { rollingUpdate, type } = set.spec.updateStrategy ?? {};
  const notUpdated = type === 'RollingUpdate' ? (rollingUpdate?.partition ?? set.status?.currentReplicas ?? 0) : 0;
  const revision = ordinal < startOrdinal(set) + notUpdated ? current : update;
  return { template: templateOf(revision), revision: revision.metadata.name };
}
