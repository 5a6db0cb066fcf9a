import { KUBERNETES_VERSION } from '@keelson/component-base';
import type { KubeletConfig } from '../config/kubelet-config';
import type { HollowNodesOptions } from './run-hollow-nodes';

/** What the configuration of a kubelet says for simulated nodes: all but what is particular to a machine. */
export function hollowNodeSettings(
  config: KubeletConfig,
): Pick<HollowNodesOptions, 'node' | 'nodeStatusUpdateFrequency' | 'nodeStatusReportFrequency' | 'nodeLeaseDurationSeconds'> {
  return {
    node: {
      kubeletVersion: KUBERNETES_VERSION,
      port: config.port,
      labels: config.nodeLabels,
      taints: config.registerWithTaints,
      unschedulable: false,
      externalCloudProvider: config.externalCloudProvider,
      nodeIPs: [],
      maxPods: config.maxPods,
      reserved: [config.systemReserved, config.kubeReserved],
      evictionMemoryBytes: 0,
      nodeStatusMaxImages: config.nodeStatusMaxImages,
    },
    nodeStatusUpdateFrequency: config.nodeStatusUpdateFrequency,
    nodeStatusReportFrequency: config.nodeStatusReportFrequency,
    nodeLeaseDurationSeconds: config.nodeLeaseDurationSeconds,
  };
}
