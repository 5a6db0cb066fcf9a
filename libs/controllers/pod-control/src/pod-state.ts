import type { DeepReadonly, Pod } from '@keelson/api';
import { conditionIsTrue, findCondition, parseTime } from '@keelson/apimachinery';

/** Neither finished nor on its way out: what a controller counts. */
export function podIsActive({ metadata, status }: DeepReadonly<Pod>): boolean {
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed' && metadata.deletionTimestamp === undefined;
}

export function podIsTerminating({ metadata, status }: DeepReadonly<Pod>): boolean {
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed' && metadata.deletionTimestamp !== undefined;
}

export function podIsReady({ status }: DeepReadonly<Pod>): boolean {
  return conditionIsTrue(status?.conditions, 'Ready');
}

/** Since when the pod has been ready, in milliseconds since the epoch; undefined if it is not ready. */
export function podReadySince({ status }: DeepReadonly<Pod>): number | undefined {
  const ready = findCondition(status?.conditions, 'Ready');
  return ready?.status === 'True' ? (parseTime(ready.lastTransitionTime ?? '') ?? 0) : undefined;
}

/** How long until a ready pod has been ready for `minReadySeconds`: zero once it is available, undefined while it is not ready. In milliseconds. */
export function untilAvailable(pod: DeepReadonly<Pod>, minReadySeconds: number, now: number): number | undefined {
  // Whatever the clock of the node says that wrote the condition's time.
  if (minReadySeconds === 0) return podIsReady(pod) ? 0 : undefined;
  const since = podReadySince(pod);
  return since === undefined ? undefined : Math.max(0, since + minReadySeconds * 1000 - now);
}
