import type { ContainerImage, NodeAddress, NodeCondition, NodeStatus } from '@keelson/api';
import type { Image } from '@keelson/container-runtime';
import { formatBytes, formatMilliCPU } from '../pod/quantity';
import { resourceAmounts } from '../pod/pod-resources';
import type { ReadonlyNode } from '../pod/types';
import { formatTime } from '@keelson/apimachinery';
import type { MachineInfo, MachinePressure } from './node-host';
import type { NodeSettings } from './node-settings';

export interface NodeObservation {
  readonly machine: MachineInfo;
  readonly pressure: MachinePressure;
  readonly addresses: readonly string[];
  readonly images: readonly Image[];
  /** `docker://27.0`. */
  readonly runtimeVersion: string;
  /** What keeps the node from being ready; empty if nothing does. */
  readonly problems: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Below this much memory, disk or process ids the node says so (upstream's default eviction thresholds). */
const MEMORY_THRESHOLD_BYTES = 100 * 1024 * 1024;
const DISK_THRESHOLD = 0.1;
const INODE_THRESHOLD = 0.05;
const PID_THRESHOLD = 0.05;

/** What an apiserver may count on (KEP-5328): here, that exec, attach and port-forward by WebSocket need no translation. */
const DECLARED_FEATURES = ['ExtendWebSocketsToKubelet'];

/** The whole node status from what was observed; with external cloud provider the addresses stay as they are. Pure. */
export function nodeStatus(node: ReadonlyNode, settings: NodeSettings, observed: NodeObservation): NodeStatus {
  const { machine } = observed;
  const capacity = capacityOf(settings, observed);
  const addresses =
    settings.externalCloudProvider && (node.status?.addresses ?? []).length > 0
      ? (node.status?.addresses ?? []).map((address) => ({ ...address }))
      : addressesOf(settings, observed);
  return {
    addresses,
    capacity,
    allocatable: allocatableOf(capacity, settings),
    conditions: conditionsOf(node, observed),
    daemonEndpoints: { kubeletEndpoint: { Port: settings.port } },
    declaredFeatures: [...DECLARED_FEATURES],
    images: imagesOf(observed.images, settings.nodeStatusMaxImages),
    nodeInfo: {
      architecture: machine.architecture,
      bootID: machine.bootID,
      containerRuntimeVersion: observed.runtimeVersion,
      kernelVersion: machine.kernelVersion,
      kubeProxyVersion: '',
      kubeletVersion: settings.kubeletVersion,
      machineID: machine.machineID,
      operatingSystem: 'linux',
      osImage: machine.osImage,
      systemUUID: machine.systemUUID,
    },
  };
}

function addressesOf({ nodeName, nodeIPs }: NodeSettings, { addresses, machine }: NodeObservation): NodeAddress[] {
  const ips = nodeIPs.length > 0 ? nodeIPs : addresses.slice(0, 1);
  return [
    ...ips.map((address) => ({ type: 'InternalIP', address })),
    { type: 'Hostname', address: machine.hostname === '' ? nodeName : machine.hostname },
  ];
}

function capacityOf({ maxPods }: NodeSettings, { machine, pressure }: NodeObservation): Record<string, string> {
  return {
    cpu: String(machine.cpuCores),
    'ephemeral-storage': formatBytes(pressure.diskCapacityBytes),
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: formatBytes(machine.memoryBytes),
    pods: String(maxPods),
  };
}

function allocatableOf(capacity: Readonly<Record<string, string>>, settings: NodeSettings): Record<string, string> {
  const amounts = resourceAmounts(capacity);
  const reserved = settings.reserved.map(resourceAmounts);
  return Object.fromEntries(
    Object.entries(amounts).map(([resource, amount]) => {
      const taken = reserved.reduce((total, amounts) => total + (amounts[resource] ?? 0), 0);
      const forEviction =
        resource === 'memory' ? settings.evictionMemoryBytes : resource === 'ephemeral-storage' ? Math.trunc(amount * DISK_THRESHOLD) : 0;
      const left = Math.max(0, amount - taken - forEviction);
      return [resource, resource === 'cpu' ? formatMilliCPU(left) : resource === 'memory' ? formatBytes(left) : String(left)];
    }),
  );
}

function imagesOf(images: readonly Image[], maximum: number): ContainerImage[] {
  const named = images.filter(({ tags, digests }) => tags.length + digests.length > 0);
  const bySize = [...named].sort((a, b) => b.sizeBytes - a.sizeBytes);
  const kept = maximum < 0 ? bySize : bySize.slice(0, maximum);
  // A size of 0 is left out as the apiserver would; compared with what it keeps, the status would seem new at every look.
  return kept.map(({ tags, digests, sizeBytes }) => ({
    names: [...digests, ...tags].slice(0, 5),
    ...(sizeBytes > 0 ? { sizeBytes } : {}),
  }));
}

/** One problem stands for itself; several are listed in brackets, as upstream's aggregated errors are. */
function aggregate(problems: readonly string[]): string {
  const [only = ''] = problems;
  return problems.length === 1 ? only : `[${problems.join(', ')}]`;
}

type Verdict = Pick<NodeCondition, 'type' | 'status' | 'reason' | 'message'>;

function conditionsOf(node: ReadonlyNode, { pressure, problems, now }: NodeObservation): NodeCondition[] {
  const { memoryAvailableBytes, diskAvailableBytes, diskCapacityBytes, inodesFree, inodes, processes, maxProcesses } = pressure;
  const hasDiskPressure = diskAvailableBytes < diskCapacityBytes * DISK_THRESHOLD || inodesFree < inodes * INODE_THRESHOLD;
  const verdicts: Verdict[] = [
    pressureCondition(
      'MemoryPressure',
      memoryAvailableBytes < MEMORY_THRESHOLD_BYTES,
      ['KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
      ['KubeletHasInsufficientMemory', 'kubelet has insufficient memory available'],
    ),
    pressureCondition(
      'DiskPressure',
      hasDiskPressure,
      ['KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
      ['KubeletHasDiskPressure', 'kubelet has disk pressure'],
    ),
    pressureCondition(
      'PIDPressure',
      maxProcesses - processes < maxProcesses * PID_THRESHOLD,
      ['KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
      ['KubeletHasInsufficientPID', 'kubelet has insufficient PID available'],
    ),
    problems.length === 0
      ? { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
      : { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: aggregate(problems) },
  ];
  return verdicts.map((verdict) => {
    const before = node.status?.conditions?.find(({ type }) => type === verdict.type);
    const since = before?.status === verdict.status ? before.lastTransitionTime : undefined;
    return { ...verdict, lastHeartbeatTime: formatTime(now), lastTransitionTime: since ?? formatTime(now) };
  });
}

function pressureCondition(type: string, pressed: boolean, fine: readonly [string, string], bad: readonly [string, string]): Verdict {
  const [reason, message] = pressed ? bad : fine;
  return { type, status: pressed ? 'True' : 'False', reason, message };
}
