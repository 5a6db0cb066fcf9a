import { MAX_NODE_SCORE } from '../../framework/plugin';
import type { NodeState } from '../../state/node-state';
import type { PodState } from '../../state/pod-state';
import { DEFAULT_SCORED_RESOURCES, isScalarResource, type ResourceSpec } from '../../state/resource-spec';

/** A point of the line that turns utilization (0 to 100) into a score (0 to 10). */
export interface UtilizationShapePoint {
  readonly utilization: number;
  readonly score: number;
}

/** How NodeResourcesFit prefers nodes: the emptiest, the fullest, or by a line that the configuration draws. */
export type ScoringStrategy =
  | { readonly type: 'LeastAllocated' | 'MostAllocated'; readonly resources: readonly ResourceSpec[] }
  | {
      readonly type: 'RequestedToCapacityRatio';
      readonly resources: readonly ResourceSpec[];
      /** Sorted by utilization. */
      readonly shape: readonly UtilizationShapePoint[];
    };

export const DEFAULT_STRATEGY: ScoringStrategy = { type: 'LeastAllocated', resources: DEFAULT_SCORED_RESOURCES };

type ResourceScore = (requested: number, capacity: number) => number;

/** Scores a node for a pod: the weighted mean over the resources that the node has. Whole numbers, as upstream's. */
export function resourceScorer(strategy: ScoringStrategy): (pod: PodState, node: NodeState) => number {
  const { resources } = strategy;
  const scoreOf = resourceScoreOf(strategy);
  // The ratio's mean is over the resources that score at all, and rounded.
  const byRatio = strategy.type === 'RequestedToCapacityRatio';
  return (pod, { allocatable, scoringRequested }) => {
    let sum = 0;
    let weights = 0;
    for (const { name, weight } of resources) {
      const capacity = allocatable.get(name) ?? 0;
      const asked = pod.scoringRequests.get(name) ?? 0;
      if (capacity === 0 || (asked === 0 && isScalarResource(name))) continue;
      const score = scoreOf((scoringRequested.get(name) ?? 0) + asked, capacity);
      if (byRatio && score === 0) continue;
      sum += score * weight;
      weights += weight;
    }
    if (weights === 0) return 0;
    return byRatio ? Math.round(sum / weights) : Math.trunc(sum / weights);
  };
}

function resourceScoreOf(strategy: ScoringStrategy): ResourceScore {
  switch (strategy.type) {
    case 'LeastAllocated':
      return (requested, capacity) => (requested > capacity ? 0 : Math.trunc(((capacity - requested) * MAX_NODE_SCORE) / capacity));
    case 'MostAllocated':
      return (requested, capacity) => Math.trunc((Math.min(requested, capacity) * MAX_NODE_SCORE) / capacity);
    case 'RequestedToCapacityRatio': {
      const line = brokenLine(strategy.shape.map(({ utilization, score }) => ({ utilization, score: score * 10 })));
      return (requested, capacity) => line(requested > capacity ? 100 : Math.trunc((requested * 100) / capacity));
    }
  }
}

/** Level before the first point and after the last, straight between two. */
function brokenLine(shape: readonly UtilizationShapePoint[]): (utilization: number) => number {
  return (utilization) => {
    const next = shape.findIndex((point) => utilization <= point.utilization);
    const [before, after] = [shape[next - 1], shape[next]];
    if (after === undefined) return shape.at(-1)?.score ?? 0;
    if (before === undefined) return after.score;
    const part = (utilization - before.utilization) * (after.score - before.score);
    return before.score + Math.trunc(part / (after.utilization - before.utilization));
  };
}
