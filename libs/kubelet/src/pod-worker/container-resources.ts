import type { ContainerResources } from '@keelson/container-runtime';
import { milliCPU, wholeUnits } from '../pod/quantity';
import { qualityOfService } from '../pod/quality-of-service';
import type { ReadonlyContainer, ReadonlyPod } from '../pod/types';

/** The kernel's own least weight and least quota. */
const MIN_SHARES = 2;
const MAX_SHARES = 262_144;
const MIN_QUOTA_MICROSECONDS = 1000;

/** From this priority on a pod is one that the node itself needs (`system-node-critical`). */
const CRITICAL_PRIORITY = 2_000_000_000;

export interface NodeLimits {
  readonly memoryBytes: number;
  /** `--cpu-cfs-quota` and `--cpu-cfs-quota-period`, in microseconds. */
  readonly cpuQuota: boolean;
  readonly cpuQuotaPeriod: number;
  /** `--pod-max-pids`; -1 for none. */
  readonly podMaxPIDs: number;
}

/** A container's requests and limits as the kernel takes them. */
export function containerResources(pod: ReadonlyPod, container: ReadonlyContainer, node: NodeLimits): ContainerResources {
  const { requests = {}, limits = {} } = container.resources ?? {};
  const cpuLimit = milliCPU(limits['cpu']);
  const cpuRequest = requests['cpu'] === undefined ? cpuLimit : milliCPU(requests['cpu']);
  const memoryLimit = wholeUnits(limits['memory']);
  const quota = Math.max(MIN_QUOTA_MICROSECONDS, Math.trunc((cpuLimit * node.cpuQuotaPeriod) / 1000));
  return {
    cpuShares: Math.min(MAX_SHARES, Math.max(MIN_SHARES, Math.trunc((cpuRequest * 1024) / 1000))),
    ...(node.cpuQuota && cpuLimit > 0 ? { cpuQuota: quota, cpuPeriod: node.cpuQuotaPeriod } : {}),
    ...(memoryLimit > 0 ? { memoryLimitBytes: memoryLimit } : {}),
    ...(node.podMaxPIDs > 0 ? { pidsLimit: node.podMaxPIDs } : {}),
    oomScoreAdjust: oomScoreAdjust(pod, container, node),
  };
}

/**
 * Who the kernel kills first when memory runs out: pods that promised nothing before those that did, and among these the one that uses
 * most of what it did not ask for (upstream: pkg/kubelet/qos).
 */
export function oomScoreAdjust(pod: ReadonlyPod, container: ReadonlyContainer, node: NodeLimits): number {
  const quality = qualityOfService(pod);
  if (quality === 'Guaranteed' || (pod.spec.priority ?? 0) >= CRITICAL_PRIORITY) return -997;
  if (quality === 'BestEffort') return 1000;
  const request = wholeUnits(container.resources?.requests?.['memory']);
  return Math.min(999, Math.max(3, 1000 - Math.trunc((1000 * request) / node.memoryBytes)));
}
