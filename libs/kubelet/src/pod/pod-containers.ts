import type { ReadonlyContainer, ReadonlyEphemeralContainer, ReadonlyPod } from './types';

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

/** Those that were added to the running pod, to look into it (KEP-277). They count for nothing: not for its phase, its resources or its order. */
export function ephemeralContainersOf(pod: ReadonlyPod): readonly ReadonlyEphemeralContainer[] {
  return pod.spec.ephemeralContainers ?? [];
}

/** Init containers first, in the order of the spec; without the ephemeral ones. */
export function allContainersOf(pod: ReadonlyPod): readonly ReadonlyContainer[] {
  return [...initContainersOf(pod), ...pod.spec.containers];
}

/** Those that run as long as the pod does: sidecars and the pod's own containers; only they have probes. */
export function longRunningContainersOf(pod: ReadonlyPod): readonly ReadonlyContainer[] {
  return [...sidecarsOf(pod), ...pod.spec.containers];
}
