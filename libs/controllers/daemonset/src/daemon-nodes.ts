import { matchesNodeAffinity, untoleratedTaint, type DaemonSet, type DeepReadonly, type Node, type Pod } from '@keelson/api';
import { daemonTolerations, nodeOf } from './daemon-pods';

/** What a node is to a set: `run` should have a pod; `stay` may keep the one it has; `leave` must have none. */
export type Placement = 'run' | 'stay' | 'leave';

/** A node, or one that is gone, with the pods of the set that run there or wait for it. */
export interface DaemonNode {
  readonly name: string;
  readonly exists: boolean;
  readonly placement: Placement;
  readonly pods: readonly DeepReadonly<Pod>[];
}

/** Resources don't count: a pod that does not fit waits. */
export function placementOn(daemonSet: DeepReadonly<DaemonSet>, node: DeepReadonly<Node>): Placement {
  const { spec } = daemonSet.spec.template;
  if (spec === undefined) return 'leave';
  const isNamed = (spec.nodeName ?? '') === '' || spec.nodeName === node.metadata.name;
  if (!isNamed || !matchesNodeAffinity(spec, node)) return 'leave';
  const tolerations = daemonTolerations(spec);
  if (untoleratedTaint(node.spec.taints, tolerations, ['NoExecute']) !== undefined) return 'leave';
  return untoleratedTaint(node.spec.taints, tolerations, ['NoSchedule']) === undefined ? 'run' : 'stay';
}

/** All nodes, and those that are gone but still named by pods. Pods that have ended and are being deleted are nobody's business any more. */
export function daemonNodes(
  daemonSet: DeepReadonly<DaemonSet>,
  nodes: readonly DeepReadonly<Node>[],
  pods: readonly DeepReadonly<Pod>[],
): readonly DaemonNode[] {
  const byNode = Map.groupBy(pods.filter(concerns), nodeOf);
  const present = nodes.map((node) => {
    const { name } = node.metadata;
    return { name, exists: true, placement: placementOn(daemonSet, node), pods: byNode.get(name) ?? [] };
  });
  const names = new Set(nodes.map(({ metadata }) => metadata.name));
  const gone = [...byNode].flatMap(([name, left]): DaemonNode[] =>
    name === undefined || names.has(name) ? [] : [{ name, exists: false, placement: 'leave', pods: left }],
  );
  return [...present, ...gone];
}

function concerns({ metadata, status }: DeepReadonly<Pod>): boolean {
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return !hasEnded || metadata.deletionTimestamp === undefined;
}
