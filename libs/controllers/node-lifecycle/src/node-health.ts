import type { DeepReadonly, Lease, Node, NodeCondition } from '@keelson/api';
import { findCondition, formatTime } from '@keelson/apimachinery';

/** Conditions that a silent node can no longer vouch for. */
const REPORTED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;

interface Sighting {
  /** What changes when the node gives a sign of life: its lease's renewal, and its status' heartbeat. */
  readonly sign: string;
  /** When we saw it change, on our own clock: nodes' clocks need not agree with it. */
  readonly at: number;
}

/** When each node last gave a sign of life, as seen from here. */
export class NodeHealth {
  readonly #sightings = new Map<string, Sighting>();

  /** @returns milliseconds since the node's last sign of life */
  silence(node: DeepReadonly<Node>, lease: DeepReadonly<Lease> | undefined, now: number): number {
    const heartbeat = findCondition(node.status?.conditions, 'Ready')?.lastHeartbeatTime ?? '';
    const sign = `${lease?.spec.renewTime ?? ''} ${heartbeat}`;
    const last = this.#sightings.get(node.metadata.name);
    if (last?.sign === sign) return now - last.at;
    this.#sightings.set(node.metadata.name, { sign, at: now });
    return 0;
  }

  forget(name: string): void {
    this.#sightings.delete(name);
  }
}

/** The conditions of a node that fell silent, or undefined if they say so already. */
export function silentConditions(node: DeepReadonly<Node>, now: number): NodeCondition[] | undefined {
  const conditions = node.status?.conditions ?? [];
  if (REPORTED.every((type) => findCondition(conditions, type)?.status === 'Unknown')) return undefined;
  const lastTransitionTime = formatTime(now);
  const stopped = { status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.', lastTransitionTime };
  const never = {
    status: 'Unknown',
    reason: 'NodeStatusNeverUpdated',
    message: 'Kubelet never posted node status.',
    lastHeartbeatTime: node.metadata.creationTimestamp,
    lastTransitionTime,
  };
  const isDoubtful = ({ status, type }: DeepReadonly<NodeCondition>): boolean =>
    status !== 'Unknown' && REPORTED.some((reported) => reported === type);
  const missing = REPORTED.filter((type) => findCondition(conditions, type) === undefined);
  return [
    ...conditions.map((condition) => ({ ...condition, ...(isDoubtful(condition) ? stopped : {}) })),
    ...missing.map((type) => ({ type, ...never })),
  ];
}
