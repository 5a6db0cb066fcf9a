import type { Taint } from '@keelson/api';

/** What configuration says of the node. */
export interface NodeSettings {
  readonly nodeName: string;
  readonly kubeletVersion: string;
  /** The server's port on the node, as `status.daemonEndpoints` tells it. */
  readonly port: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly unschedulable: boolean;
  /** `--cloud-provider=external`: the cloud-controller-manager sets addresses and takes the taint off. */
  readonly externalCloudProvider: boolean;
  /** `--node-ip`; detected if empty. */
  readonly nodeIPs: readonly string[];
  readonly providerID?: string;
  readonly maxPods: number;
  /** Taken off the capacity: `--system-reserved`, `--kube-reserved` and the eviction threshold of memory. */
  readonly reserved: readonly Readonly<Record<string, string>>[];
  readonly evictionMemoryBytes: number;
  readonly nodeStatusMaxImages: number;
}
