import type { ReadonlyPod } from '../pod/types';

/** Where a pod's volumes are on the node, by their names in the spec. */
export type MountedVolumes = ReadonlyMap<string, { readonly hostPath: string; readonly readOnly: boolean }>;

/** The volumes of a node's pods. */
export interface PodVolumes {
  /**
   * Makes all of a pod's volumes, or brings them up to date; cheap when there is nothing to do.
   * @throws VolumeProblem if one of them can't be had now
   */
  mount(pod: ReadonlyPod): Promise<MountedVolumes>;
  /** Removes what {@link mount} made and whatever else the pod has below the kubelet's folder. Idempotent. */
  tearDown(podUid: string): Promise<void>;
  /** The uids of pods that have anything below the kubelet's folder. */
  leftovers(): Promise<readonly string[]>;
}

/** A volume that can't be mounted; the message says which, and why. */
export class VolumeProblem extends Error {
  readonly code = 'volume-problem';
}
