import { findCondition, type DeepReadonly } from '@keelson/apimachinery';
import { ageColumn, nameColumn, orNone } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { Node } from '../../../generated/core/v1';
import { nodeAddress } from './conditions';

const ROLE_PREFIX = 'node-role.kubernetes.io/';
const ROLE_LABEL = 'kubernetes.io/role';

export const columns: readonly TableColumn<Node>[] = [
  nameColumn,
  { name: 'Status', type: 'string', value: statusText },
  { name: 'Roles', type: 'string', value: ({ metadata }) => orNone(rolesOf(metadata.labels ?? {}).join(',')) },
  ageColumn,
  { name: 'Version', type: 'string', value: ({ status }) => status?.nodeInfo?.kubeletVersion ?? '' },
  { name: 'Internal-IP', type: 'string', priority: 1, value: (node) => orNone(nodeAddress(node, 'InternalIP')) },
  { name: 'External-IP', type: 'string', priority: 1, value: (node) => orNone(nodeAddress(node, 'ExternalIP')) },
  { name: 'OS-Image', type: 'string', priority: 1, value: ({ status }) => orUnknown(status?.nodeInfo?.osImage) },
  { name: 'Kernel-Version', type: 'string', priority: 1, value: kernelText },
  { name: 'Container-Runtime', type: 'string', priority: 1, value: ({ status }) => orUnknown(status?.nodeInfo?.containerRuntimeVersion) },
];

const orUnknown = (text: string | undefined): string => (text === undefined || text === '' ? '<unknown>' : text);

function statusText({ spec, status }: DeepReadonly<Node>): string {
  const ready = findCondition(status?.conditions, 'Ready');
  const word = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec.unschedulable === true ? `${word},SchedulingDisabled` : word;
}

function kernelText({ status }: DeepReadonly<Node>): string {
  const { kernelVersion, architecture = '' } = status?.nodeInfo ?? {};
  return architecture === '' ? orUnknown(kernelVersion) : `${orUnknown(kernelVersion)} (${architecture})`;
}

function rolesOf(labels: Readonly<Record<string, string>>): string[] {
  const roles = Object.entries(labels).map(([key, value]) => {
    if (key.startsWith(ROLE_PREFIX)) return key.slice(ROLE_PREFIX.length);
    return key === ROLE_LABEL ? value : '';
  });
  return [...new Set(roles)].filter((role) => role !== '').sort();
}
