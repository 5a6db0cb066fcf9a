import { StatusError } from '@keelson/apimachinery';
import { nodes, type Draft, type Node, type NodeStatus, type Taint } from '@keelson/api';
import type { ApiClient } from '@keelson/client';
import type { ReadonlyNode } from '../pod/types';
import type { MachineInfo } from './node-host';
import type { NodeSettings } from './node-settings';

const UNINITIALIZED_TAINT: Taint = { key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule' };

/** The labels that say what the machine is; kept as they should be at every start. */
function machineLabels(nodeName: string, { architecture }: Pick<MachineInfo, 'architecture'>): Record<string, string> {
  return {
    'beta.kubernetes.io/arch': architecture,
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': architecture,
    'kubernetes.io/hostname': nodeName,
    'kubernetes.io/os': 'linux',
  };
}

/** The node as it registers: configured labels and taints are set only now, later they are the cluster's. */
export function newNode(settings: NodeSettings, machine: MachineInfo, status: NodeStatus): Draft<Node> {
  const taints = settings.externalCloudProvider ? [...settings.taints, UNINITIALIZED_TAINT] : settings.taints;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: settings.nodeName,
      labels: { ...settings.labels, ...machineLabels(settings.nodeName, machine) },
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: {
      ...(taints.length === 0 ? {} : { taints: taints.map((taint) => ({ ...taint })) }),
      ...(settings.unschedulable ? { unschedulable: true } : {}),
      ...(settings.providerID === undefined ? {} : { providerID: settings.providerID }),
    },
    status,
  };
}

/** Creates the node, or takes over the one that is there and corrects its machine labels. @returns the node as the apiserver has it */
export async function registerNode(client: ApiClient, node: Draft<Node>, signal: AbortSignal): Promise<ReadonlyNode> {
  const name = { name: node.metadata.name ?? '' };
  try {
    return await client.resource(nodes).create(node, { signal });
  } catch (error) {
    if (!StatusError.is(error, 'AlreadyExists')) throw error;
  }
  const existing = await client.resource(nodes).get(name, { signal });
  const wanted = node.metadata.labels ?? {};
  const wrong = Object.entries(wanted).filter(([key, value]) => existing.metadata.labels?.[key] !== value);
  if (wrong.length === 0) return existing;
  return client.resource(nodes).patch(name, { type: 'strategic', patch: { metadata: { labels: Object.fromEntries(wrong) } } }, { signal });
}
