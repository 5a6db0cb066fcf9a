import type { DeepReadonly, Node } from '@keelson/api';

type ReadonlyNode = DeepReadonly<Node>;

const EXCLUDED_LABEL = 'node.kubernetes.io/exclude-from-external-load-balancers';
/** Set by the cluster autoscaler on a node that it is about to take away. */
const TO_BE_DELETED_TAINT = 'ToBeDeletedByClusterAutoscaler';
/** What Go's `strconv.ParseBool` takes for false; anything else that the label says excludes the node. */
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/** Whether load balancers may send traffic to a node; not asked of its readiness, which is left to their own health checks (KEP-3458). */
export function isBalanced(node: ReadonlyNode): boolean {
  const { metadata, spec } = node;
  return (
    metadata.deletionTimestamp === undefined && isIncluded(node) && !(spec.taints ?? []).some(({ key }) => key === TO_BE_DELETED_TAINT)
  );
}

function isIncluded({ metadata: { labels = {} } }: ReadonlyNode): boolean {
  const label = labels[EXCLUDED_LABEL];
  return label === undefined || FALSE.has(label);
}

/** Whether a change of a node may change what load balancers have to know. */
export function changesBalancing(previous: ReadonlyNode, next: ReadonlyNode): boolean {
  return isIncluded(previous) !== isIncluded(next) || previous.spec.providerID !== next.spec.providerID;
}

/** The same for sets of nodes between which a load balancer makes no difference. */
export function fingerprintOfNodes(nodes: readonly ReadonlyNode[]): string {
  return JSON.stringify(
    nodes.map(({ metadata, spec }) => [metadata.name, spec.providerID ?? '']).sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
  );
}
