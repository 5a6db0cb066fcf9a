import type { ReadonlyPod } from './types';

/** `name_namespace(uid)`: how upstream's messages and events name a pod. */
export function podDescription(pod: ReadonlyPod): string {
  const { name, namespace = 'default', uid } = pod.metadata;
  return `${name}_${namespace}(${uid})`;
}

export function namespaceOf(pod: ReadonlyPod): string {
  return pod.metadata.namespace ?? 'default';
}

/** The annotations of static pods and their mirrors (upstream: pkg/kubelet/types). */
export const CONFIG_SOURCE_ANNOTATION = 'kubernetes.io/config.source';
export const CONFIG_MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';
export const CONFIG_HASH_ANNOTATION = 'kubernetes.io/config.hash';

export function isMirrorPod(pod: ReadonlyPod): boolean {
  return pod.metadata.annotations?.[CONFIG_MIRROR_ANNOTATION] !== undefined;
}

export function isStaticPod(pod: ReadonlyPod): boolean {
  const source = pod.metadata.annotations?.[CONFIG_SOURCE_ANNOTATION];
  return source !== undefined && source !== 'api' && !isMirrorPod(pod);
}
