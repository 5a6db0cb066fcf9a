import type { ReadonlyPod } from '../pod/types';
import type { PodState } from '../runtime-state/pod-state';

/** What the server shows of the kubelet it belongs to. */
export interface NodeView {
  readonly nodeName: string;
  pods(): readonly ReadonlyPod[];
  pod(namespace: string, name: string): ReadonlyPod | undefined;
  state(podUid: string): Promise<PodState>;
  /** The running configuration, as `/configz` shows it. */
  config(): object;
}
