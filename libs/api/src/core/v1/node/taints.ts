import type { DeepReadonly } from '@keelson/apimachinery';
import type { Taint, Toleration } from '../../../generated/core/v1';

/** Whether a toleration covers a taint: no effect covers every effect, and no key with `Exists` every key. */
export function tolerates(
  { effect = '', key = '', operator = 'Equal', value = '' }: DeepReadonly<Toleration>,
  taint: DeepReadonly<Taint>,
): boolean {
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  return operator === 'Exists' || (key !== '' && value === (taint.value ?? ''));
}

/** The first of the taints with one of the effects that no toleration covers. */
export function untoleratedTaint(
  taints: readonly DeepReadonly<Taint>[] | undefined,
  tolerations: readonly DeepReadonly<Toleration>[] | undefined,
  effects: readonly string[],
): DeepReadonly<Taint> | undefined {
  const isCovered = (taint: DeepReadonly<Taint>): boolean => (tolerations ?? []).some((toleration) => tolerates(toleration, taint));
  return (taints ?? []).find((taint) => effects.includes(taint.effect) && !isCovered(taint));
}
