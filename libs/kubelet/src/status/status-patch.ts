import { semanticEqual } from '@keelson/apimachinery';
import type { PodStatus } from '@keelson/api';
import type { ReadonlyPodStatus } from '../pod/types';
import { KUBELET_CONDITIONS } from './pod-conditions';

/** Lists that the server merges by key although the kubelet means to replace them. */
const REPLACED_LISTS: readonly string[] = ['hostIPs', 'podIPs'];

/** The fields that only the kubelet writes; one that is missing from its status is removed. */
const OWNED_FIELDS = [
  'observedGeneration',
  'phase',
  'reason',
  'message',
  'hostIP',
  'hostIPs',
  'podIP',
  'podIPs',
  'startTime',
  'initContainerStatuses',
  'containerStatuses',
  'ephemeralContainerStatuses',
  'qosClass',
] as const satisfies readonly (keyof PodStatus)[];

/**
 * The strategic merge patch that turns the server's status into the kubelet's, and leaves conditions of other owners alone.
 * @returns undefined if there is nothing to change
 */
export function statusPatch(current: ReadonlyPodStatus | undefined, wanted: ReadonlyPodStatus): Record<string, unknown> | undefined {
  const patch: Record<string, unknown> = {};
  for (const field of OWNED_FIELDS) {
    if (semanticEqual(current?.[field], wanted[field])) continue;
    const value = wanted[field];
    patch[field] = value === undefined ? null : REPLACED_LISTS.includes(field) ? [{ $patch: 'replace' }, ...(value as object[])] : value;
  }
  const conditions = (wanted.conditions ?? []).filter((condition) => {
    const before = current?.conditions?.find(({ type }) => type === condition.type);
    return KUBELET_CONDITIONS.includes(condition.type) && !semanticEqual(withoutTimes(before), withoutTimes(condition));
  });
  if (conditions.length > 0) patch['conditions'] = conditions.map((condition) => ({ reason: null, message: null, ...condition }));
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** The scheduler has set PodScheduled before the kubelet does, at a time of its own; only its status tells whether it is the same. */
function withoutTimes(condition: object | undefined): object | undefined {
  return condition === undefined ? undefined : { ...condition, lastProbeTime: '', lastTransitionTime: '' };
}
