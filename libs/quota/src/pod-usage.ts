import { isExtendedResource, isHugePages, podIsTerminal, podLimitsInEffect, podRequestsInEffect, pods, type Pod } from '@keelson/api';
import type { DeepReadonly, Quantity } from '@keelson/apimachinery';
import { countName, ONE } from './object-count';
import type { Usage } from './usage';

/** Every pod that is stored; `pods` counts those that have not ended. */
export const POD_COUNT = countName(pods);

const COMPUTE: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);
/** What stands for an extended resource that a device class offers under the name of none. */
const DEVICE_CLASS = 'deviceclass.resource.kubernetes.io/';

/** What a pod uses; once it has ended, nothing but its place in the store. @param now milliseconds since the epoch */
export function podUsage(pod: DeepReadonly<Pod>, now: number): Usage {
  const usage = new Map([[POD_COUNT, ONE]]);
  if (podHasEnded(pod, now)) return usage;
  for (const [name, amount] of computeUsage(podRequestsInEffect(pod), podLimitsInEffect(pod))) usage.set(name, amount);
  return usage;
}

/** What requests and limits, of a pod or of a container, count as. */
export function computeUsage(requests: Usage, limits: Usage): Usage {
  const usage = new Map<string, Quantity>([['pods', ONE]]);
  for (const [name, amount] of requests) {
    if (COMPUTE.has(name) || isHugePages(name)) usage.set(name, amount).set(`requests.${name}`, amount);
    else if (isExtendedResource(name) || name.startsWith(DEVICE_CLASS)) usage.set(`requests.${name}`, amount);
  }
  for (const [name, amount] of limits) if (COMPUTE.has(name)) usage.set(`limits.${name}`, amount);
  return usage;
}

/** Whether it counts no more: it ended, or its node has been silent since it should have. */
export function podHasEnded(pod: DeepReadonly<Pod>, now: number): boolean {
  const { deletionGracePeriodSeconds, deletionTimestamp } = pod.metadata;
  if (podIsTerminal(pod)) return true;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return false;
  return now > Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
}
