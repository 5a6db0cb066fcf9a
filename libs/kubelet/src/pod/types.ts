import type { Container, DeepReadonly, EphemeralContainer, Node, Pod, PodStatus } from '@keelson/api';

/** Pods, nodes and containers as the caches hand them out: never written to. */
export type ReadonlyPod = DeepReadonly<Pod>;
export type ReadonlyPodStatus = DeepReadonly<PodStatus>;
export type ReadonlyContainer = DeepReadonly<Container>;
export type ReadonlyEphemeralContainer = DeepReadonly<EphemeralContainer>;
export type ReadonlyNode = DeepReadonly<Node>;
