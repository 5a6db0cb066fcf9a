import type { PodState } from '../runtime-state/pod-state';
import type { ReadonlyPod, ReadonlyPodStatus } from '../pod/types';

/** Why a container waits: what the last attempt to start it came to. */
export interface WaitingReason {
  readonly reason: string;
  readonly message: string;
}

/** Everything a pod's status is computed from. */
export interface StatusInputs {
  readonly pod: ReadonlyPod;
  readonly state: PodState;
  /** The status last computed or, after a restart, read from the apiserver. */
  readonly previous: ReadonlyPodStatus | undefined;
  /** By container name. */
  readonly waiting: ReadonlyMap<string, WaitingReason>;
  readonly probes: {
    /** Whether the readiness probe has succeeded; true without one. */
    isReady(containerId: string): boolean;
    /** Whether the startup probe has succeeded; true without one. */
    hasStarted(containerId: string): boolean;
  };
  readonly hostIPs: readonly string[];
  /** The scheme of container ids, such as `docker`. */
  readonly runtimeName: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The kubelet's own verdict on the pod: rejected, or past its deadline. */
  readonly failure?: WaitingReason | undefined;
  /** All containers have ended and none will be started again. */
  readonly finished?: boolean;
}
