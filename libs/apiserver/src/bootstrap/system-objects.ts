import type { Draft } from '@keelson/apimachinery';
import type { Namespace, PriorityClass } from '@keelson/api';
import type { ObjectRegistry } from '../registry/object-registry';
import { ensureObject } from './ensure-object';

/** `default` is the users'; the others are the cluster's own. */
const SYSTEM_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'] as const;

const PRIORITY_CLASSES: readonly Draft<PriorityClass>[] = [
  {
    metadata: { name: 'system-node-critical' },
    value: 2_000_001_000,
    preemptionPolicy: 'PreemptLowerPriority',
    description: 'For pods that a node can not do without, and that must not be moved from it.',
  },
  {
    metadata: { name: 'system-cluster-critical' },
    value: 2_000_000_000,
    preemptionPolicy: 'PreemptLowerPriority',
    description: 'For pods that the cluster can not do without, but that may be moved to another node if need be.',
  },
];

export async function ensureSystemNamespaces(namespaces: ObjectRegistry): Promise<void> {
  for (const name of SYSTEM_NAMESPACES)
    await ensureObject<Namespace>(namespaces, { metadata: { name, labels: { 'kubernetes.io/metadata.name': name } }, spec: {} });
}

export async function ensurePriorityClasses(priorityClasses: ObjectRegistry): Promise<void> {
  for (const draft of PRIORITY_CLASSES) await ensureObject(priorityClasses, draft);
}
