import { KUBERNETES_VERSION } from '@keelson/component-base';
import type { KubeletSettings } from '../kubelet';
import type { ResolverConfig } from '../network/pod-dns';
import type { MachineInfo } from '../node/node-host';
import { wholeUnits } from '../pod/quantity';
import type { KubeletConfig } from './kubelet-config';

/** What the kubelet proper needs of its configuration and its machine. */
export function kubeletSettings(
  config: KubeletConfig,
  { machine, resolver }: { readonly machine: MachineInfo; readonly resolver: ResolverConfig },
): KubeletSettings {
  return {
    node: {
      nodeName: config.nodeName,
      kubeletVersion: KUBERNETES_VERSION,
      port: config.port,
      labels: config.nodeLabels,
      taints: config.registerWithTaints,
      unschedulable: false,
      externalCloudProvider: config.externalCloudProvider,
      nodeIPs: config.nodeIPs,
      ...(config.providerID === '' ? {} : { providerID: config.providerID }),
      maxPods: config.maxPods,
      reserved: [config.systemReserved, config.kubeReserved],
      evictionMemoryBytes: evictionMemory(config.evictionHard['memory.available'], machine.memoryBytes),
      nodeStatusMaxImages: config.nodeStatusMaxImages,
    },
    limits: {
      memoryBytes: machine.memoryBytes,
      cpuQuota: config.cpuCFSQuota,
      cpuQuotaPeriod: config.cpuCFSQuotaPeriod * 1000,
      podMaxPIDs: config.podPidsLimit,
    },
    sandbox: { dns: { clusterDNS: config.clusterDNS, clusterDomain: config.clusterDomain, node: resolver }, logRoot: config.podLogsDir },
    registerNode: config.registerNode,
    nodeStatusUpdateFrequency: config.nodeStatusUpdateFrequency,
    nodeStatusReportFrequency: config.nodeStatusReportFrequency,
    nodeLeaseDurationSeconds: config.nodeLeaseDurationSeconds,
    maxParallelImagePulls: config.maxParallelImagePulls,
  };
}

/** An amount, or a part of the whole: `100Mi`, `5%`. */
function evictionMemory(threshold: string | undefined, memoryBytes: number): number {
  if (threshold === undefined) return 0;
  return threshold.endsWith('%') ? Math.trunc((memoryBytes * Number(threshold.slice(0, -1))) / 100) : wholeUnits(threshold);
}
