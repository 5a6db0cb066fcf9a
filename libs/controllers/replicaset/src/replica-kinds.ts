import {
  replicasets,
  replicationcontrollers,
  type DeepReadonly,
  type ReplicaSet,
  type ReplicaSetStatus,
  type ReplicationController,
} from '@keelson/api';
import type { LabelSelector, Resource } from '@keelson/apimachinery';

/** The kinds that keep a number of pods: one control loop serves both, as they differ only in what is below. */
export type Replicated = ReplicaSet | ReplicationController;

export interface ReplicaKind<T extends Replicated> {
  /** Upstream's name of the controller, without its suffix. */
  readonly name: string;
  readonly resource: Resource<T>;
  readonly selectorOf: (object: DeepReadonly<T>) => DeepReadonly<LabelSelector>;
  readonly withStatus: (object: DeepReadonly<T>, status: ReplicaSetStatus) => T;
}

export const REPLICA_SETS: ReplicaKind<ReplicaSet> = {
  name: 'replicaset',
  resource: replicasets,
  selectorOf: ({ spec }) => spec.selector,
  withStatus: (set, status) => ({ ...(structuredClone(set) as ReplicaSet), status }),
};

/** Its status does not tell of pods on their way out. */
export const REPLICATION_CONTROLLERS: ReplicaKind<ReplicationController> = {
  name: 'replicationcontroller',
  resource: replicationcontrollers,
  selectorOf: ({ spec }) => ({ matchLabels: spec.selector ?? {} }),
  withStatus: (controller, { terminatingReplicas: _, ...status }) => ({
    ...(structuredClone(controller) as ReplicationController),
    status,
  }),
};
