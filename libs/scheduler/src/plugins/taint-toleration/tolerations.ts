import { deepEqual } from '@keelson/apimachinery';
import type { DeepReadonly, Taint, Toleration } from '@keelson/api';
import type { PodState } from '../../state/pod-state';

/** Whether `toleration` covers `taint`: an empty effect covers every effect, an empty key with `Exists` every key. */
export function tolerates(toleration: DeepReadonly<Toleration>, taint: DeepReadonly<Taint>): boolean {
  const { effect = '', key = '', operator = 'Equal', value = '' } = toleration;
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return operator === 'Equal' || operator === '' ? key !== '' && value === (taint.value ?? '') : false;
}

/** Whether a taint that keeps pods from starting (`NoSchedule`, `NoExecute`) is left uncovered. */
export function hasUntoleratedTaint(
  taints: readonly DeepReadonly<Taint>[] | undefined,
  tolerations: readonly DeepReadonly<Toleration>[] | undefined,
): boolean {
  return (taints ?? []).some(
    (taint) => taint.effect !== 'PreferNoSchedule' && !(tolerations ?? []).some((toleration) => tolerates(toleration, taint)),
  );
}

/** Tolerations may be added to a pod that waits. */
export function tolerationsChanged(after: PodState, before: PodState): boolean {
  return !deepEqual(after.pod.spec.tolerations, before.pod.spec.tolerations);
}
