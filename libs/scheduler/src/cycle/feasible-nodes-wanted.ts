const MIN_NODES = 100;
const MIN_PERCENTAGE = 5;

/**
 * After how many feasible nodes a cycle stops looking. `percentage` is `percentageOfNodesToScore`; 0 adapts:
 * half of a small cluster, less the larger it is, 5% at least. Never below 100 nodes.
 */
export function feasibleNodesWanted(nodeCount: number, percentage = 0): number {
  if (nodeCount < MIN_NODES) return nodeCount;
  const part = percentage === 0 ? Math.max(50 - Math.trunc(nodeCount / 125), MIN_PERCENTAGE) : percentage;
  return Math.max(Math.trunc((nodeCount * part) / 100), MIN_NODES);
}
