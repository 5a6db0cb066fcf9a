import { isStaticPod } from '../pod/pod-names';
import type { ReadonlyNode, ReadonlyPod } from '../pod/types';
import type { PodState } from '../runtime-state/pod-state';
import type { WaitingReason } from '../status/status-inputs';
import { admitToNode } from './admit-to-node';

/** Decides once, before a pod's first container, whether the node takes it. */
export interface PodAdmission {
  /** @returns why the pod fails, or undefined if it may run */
  admit(pod: ReadonlyPod, state: PodState): WaitingReason | undefined;
}

/** The lifecycle predicates against the pods that are active on this node. */
export class NodeAdmission implements PodAdmission {
  readonly #node: () => ReadonlyNode | undefined;
  readonly #admitted: () => readonly ReadonlyPod[];

  /** @param admitted the pods that were admitted and have not ended */
  constructor(node: () => ReadonlyNode | undefined, admitted: () => readonly ReadonlyPod[]) {
    this.#node = node;
    this.#admitted = admitted;
  }

  /** A pod that already has a sandbox was admitted by the kubelet that made it. */
  admit(pod: ReadonlyPod, state: PodState): WaitingReason | undefined {
    const node = this.#node();
    if (node === undefined || state.sandboxes.length > 0) return undefined;
    const others = this.#admitted().filter(({ metadata }) => metadata.uid !== pod.metadata.uid);
    return admitToNode(pod, node, { others, isStatic: isStaticPod(pod) });
  }
}
