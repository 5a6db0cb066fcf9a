import { sleep, type Clock } from '@keelson/apimachinery';
import type { Node, Pod } from '@keelson/api';
import type { ApiClient } from '@keelson/client';
import type { Logger } from '@keelson/component-base';
import type { ContainerRuntime } from '@keelson/container-runtime';
import type { EventRecorder, Informer } from '@keelson/controller-runtime';
import { Kubelet, type KubeletParts, type KubeletSettings } from '../kubelet';
import type { NodeSettings } from '../node/node-settings';
import { PodsByNode } from '../pod-sources/pods-by-node';
import type { ObjectSource } from '../objects/object-source';
import { NoVolumes } from '../volumes/no-volumes';
import { HollowHost } from './hollow-host';

export interface HollowNodesOptions {
  readonly count: number;
  /** Nodes are named with a number behind it: `hollow-1`, `hollow-2`, ... */
  readonly namePrefix: string;
  readonly cpuCores: number;
  readonly memoryBytes: number;
  /** For every node; its name comes from the prefix. */
  readonly node: Omit<NodeSettings, 'nodeName'>;
  readonly nodeStatusUpdateFrequency: number;
  readonly nodeStatusReportFrequency: number;
  readonly nodeLeaseDurationSeconds: number;
}

/** What one node has of the apiserver, with the rights of that node alone. */
export interface HollowNodeApi {
  readonly client: ApiClient;
  /** The pods that are bound to the node, and the node itself. */
  readonly pods: Informer<Pod>;
  readonly node: Informer<Node>;
  readonly recorder: EventRecorder;
  /** Resolves when nothing of it is under way any more, after the signal it was opened with aborted. */
  readonly close: () => Promise<void>;
}

export interface HollowNodesDeps {
  readonly open: (nodeName: string, signal: AbortSignal) => Promise<HollowNodeApi>;
  /** Makes the runtime of one node. */
  readonly runtime: (nodeName: string) => ContainerRuntime;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** No container reads what these would give it. */
const NO_OBJECTS: ObjectSource = {
  configMap: () => Promise.resolve({ metadata: { name: '', uid: '', resourceVersion: '', creationTimestamp: '' } }),
  secret: () => Promise.resolve({ metadata: { name: '', uid: '', resourceVersion: '', creationTimestamp: '' } }),
};

/**
 * Any number of simulated nodes in this process: each the real kubelet on a hollow runtime, without volumes, hosts files and server. They
 * start spread over one update period, so that their heartbeats do not come in waves. Resolves when all have ended after `signal` aborted.
 */
export async function runHollowNodes(options: HollowNodesOptions, deps: HollowNodesDeps): Promise<void> {
  const runs = Array.from({ length: options.count }, async (_, index) => {
    const signal = ownSignal(deps.signal);
    await sleep(deps.clock, (index / options.count) * SPREAD_MILLISECONDS, signal);
    if (!signal.aborted) await runHollowNode(index, options, { ...deps, signal });
  });
  await Promise.all(runs);
}

/** Each node listens to a signal of its own: adding a listener takes as long as there are listeners, and a node adds one for every request. */
function ownSignal(shared: AbortSignal): AbortSignal {
  const stop = new AbortController();
  if (shared.aborted) stop.abort();
  else shared.addEventListener('abort', () => stop.abort(), { once: true });
  return stop.signal;
}

/** The time over which the nodes start. */
const SPREAD_MILLISECONDS = 2_000;

async function runHollowNode(index: number, options: HollowNodesOptions, deps: HollowNodesDeps): Promise<void> {
  const { clock, random, log, signal } = deps;
  const nodeName = `${options.namePrefix}${index + 1}`;
  const { client, close, node, pods, recorder } = await deps.open(nodeName, signal);
  const byNode = new PodsByNode(pods);
  const host = new HollowHost({ nodeName, address: hollowAddress(index), cpuCores: options.cpuCores, memoryBytes: options.memoryBytes });
  const parts: KubeletParts = {
    client,
    runtime: deps.runtime(nodeName),
    host,
    clock,
    log: log.with({ node: nodeName }),
    recorder,
    random,
    sources: { api: { synced: byNode.synced, subscribe: (listener) => byNode.subscribe(nodeName, listener) } },
    observedNode: () => node.get(nodeName),
    services: () => [],
    objects: NO_OBJECTS,
    volumes: new NoVolumes(),
    probe: () => Promise.resolve({ outcome: 'success' }),
  };
  const kubelet = new Kubelet(parts, hollowSettings(nodeName, options), signal);
  node.subscribe(() => kubelet.nodeChanged());
  try {
    await kubelet.run();
  } finally {
    await close();
  }
}

function hollowSettings(nodeName: string, options: HollowNodesOptions): KubeletSettings {
  const noResolver = { servers: [], searches: [], options: [] };
  return {
    node: { ...options.node, nodeName },
    limits: { memoryBytes: options.memoryBytes, cpuQuota: true, cpuQuotaPeriod: 100_000, podMaxPIDs: -1 },
    sandbox: { dns: { clusterDNS: ['10.96.0.10'], clusterDomain: 'cluster.local', node: noResolver }, logRoot: '/var/log/pods' },
    registerNode: true,
    nodeStatusUpdateFrequency: options.nodeStatusUpdateFrequency,
    nodeStatusReportFrequency: options.nodeStatusReportFrequency,
    nodeLeaseDurationSeconds: options.nodeLeaseDurationSeconds,
    maxParallelImagePulls: 10,
  };
}

/** One of 172.16.0.0/12, the same for the same node each time. */
function hollowAddress(index: number): string {
  const number = index + 1;
  return `172.${16 + ((number >> 16) & 15)}.${(number >> 8) & 255}.${number & 255}`;
}
