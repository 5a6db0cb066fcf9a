import type { DeepReadonly, Node, NodeAddress } from '@keelson/api';

/** What the cloud knows of the machine behind a node. */
export interface InstanceMetadata {
  /** `PROVIDER://ID`; empty if the node's own is to stay. */
  readonly providerID: string;
  readonly instanceType?: string;
  /** Empty where the kubelet's own word about them stands. */
  readonly nodeAddresses: readonly NodeAddress[];
  readonly zone?: string;
  readonly region?: string;
  /** Must not be within `kubernetes.io` or `k8s.io`; such are left out. */
  readonly additionalLabels?: Readonly<Record<string, string>>;
}

/** The machines that nodes run on; upstream's `InstancesV2`. May be asked about one node often, and about a node that has no providerID yet. */
export interface Instances {
  /** False only if the cloud is sure that the machine is gone: its node is deleted then. @throws Error if it can't tell */
  exists(node: DeepReadonly<Node>, signal: AbortSignal): Promise<boolean> | boolean;
  /** Whether the machine is there and switched off. @throws Error if it can't tell */
  isShutdown(node: DeepReadonly<Node>, signal: AbortSignal): Promise<boolean> | boolean;
  /** Undefined if the cloud has nothing to say about this node, which then stays uninitialised. @throws Error if it can't tell */
  metadata(node: DeepReadonly<Node>, signal: AbortSignal): Promise<InstanceMetadata | undefined> | InstanceMetadata | undefined;
}
