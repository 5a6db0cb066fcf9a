import type { ReadonlyContainer, ReadonlyPod } from './types';

/** An init container that goes on running beside the others (KEP-753). */
export function isSidecar(container: ReadonlyContainer): boolean {
  return container.restartPolicy === 'Always';
}

export function initContainersOf(pod: ReadonlyPod): readonly ReadonlyContainer[] {
  return pod.spec.initContainers ?? [];
}

export function sidecarsOf(pod: ReadonlyPod): readonly ReadonlyContainer[] {
  return initContainersOf(pod).filter(isSidecar);
}

/** Init containers first, in the order of the spec. */
export function allContainersOf(pod: ReadonlyPod): readonly ReadonlyContainer[] {
  return [...initContainersOf(pod), ...pod.spec.containers];
}

/** Those that run as long as the pod does: sidecars and the pod's own containers; only they have probes. */
export function longRunningContainersOf(pod: ReadonlyPod): readonly ReadonlyContainer[] {
  return [...sidecarsOf(pod), ...pod.spec.containers];
}
