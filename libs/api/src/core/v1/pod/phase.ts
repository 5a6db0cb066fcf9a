import { conditionIsTrue, type DeepReadonly } from '@keelson/apimachinery';
import type { Container, Pod } from '../../../generated/core/v1';

type Subject = DeepReadonly<Pick<Pod, 'metadata' | 'spec' | 'status'>>;

/** Whether it counts among the endpoints of its Services. */
export function podIsReady({ status }: Subject): boolean {
  return conditionIsTrue(status?.conditions, 'Ready');
}

/** Whether all its containers have ended for good. */
export function podIsTerminal({ status }: Subject): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** Whether it still counts as a replica: neither ended nor being deleted. */
export function podIsActive(pod: Subject): boolean {
  return !podIsTerminal(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** Whether it has been ready without a break for `minReadySeconds`. @param now milliseconds since the epoch */
export function podIsAvailable(pod: Subject, minReadySeconds: number, now: number): boolean {
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status !== 'True') return false;
  if (minReadySeconds === 0) return true;
  return ready.lastTransitionTime !== undefined && Date.parse(ready.lastTransitionTime) + minReadySeconds * 1000 <= now;
}

/** An init container that is not waited for to end: KEP-753. */
export function isSidecar({ restartPolicy }: DeepReadonly<Container>): boolean {
  return restartPolicy === 'Always';
}
