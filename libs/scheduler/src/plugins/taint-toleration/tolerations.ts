import { untoleratedTaint, type DeepReadonly, type Taint, type Toleration } from '@keelson/api';
import { deepEqual } from '@keelson/apimachinery';
import type { PodState } from '../../state/pod-state';

/** The effects that keep pods from starting on a node. */
const KEEPING_OFF = ['NoSchedule', 'NoExecute'];

/** Whether a taint that keeps pods from starting is left uncovered. */
export function hasUntoleratedTaint(
  taints: readonly DeepReadonly<Taint>[] | undefined,
  tolerations: readonly DeepReadonly<Toleration>[] | undefined,
): boolean {
  return untoleratedTaint(taints, tolerations, KEEPING_OFF) !== undefined;
}

/** Tolerations may be added to a pod that waits. */
export function tolerationsChanged(after: PodState, before: PodState): boolean {
  return !deepEqual(after.pod.spec.tolerations, before.pod.spec.tolerations);
}
