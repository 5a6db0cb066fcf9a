import type { Container, DeepReadonly, Node, Pod, PodStatus } from '@keelson/api';

/** Pods, nodes and containers as the caches hand them out: never written to. */
export type ReadonlyPod = DeepReadonly<Pod>;
export type ReadonlyPodStatus = DeepReadonly<PodStatus>;
export type ReadonlyContainer = DeepReadonly<Container>;
export type ReadonlyNode = DeepReadonly<Node>;
