import { tolerates, type DeepReadonly, type Node } from '@keelson/api';
import { normalizeScores } from '../../framework/normalize-score';
import type { FilterPlugin, Requeue, ScorePlugin } from '../../framework/plugin';
import { fits, unresolvable, type Verdict } from '../../framework/verdict';
import type { NodeState } from '../../state/node-state';
import type { PodState } from '../../state/pod-state';
import { hasUntoleratedTaint, tolerationsChanged } from './tolerations';

/** Keeps a pod off nodes with a taint it does not tolerate, and prefers those with the fewest `PreferNoSchedule` taints against it. */
export class TaintToleration implements FilterPlugin, ScorePlugin {
  readonly name = 'TaintToleration';
  readonly requeueOn: readonly Requeue[] = [
    { resource: 'nodes', on: 'add', hint: taintsNowTolerated },
    { resource: 'nodes', on: 'update', hint: taintsNowTolerated },
    { resource: 'self', on: 'update', hint: tolerationsChanged },
  ];

  filter({ pod }: PodState, { node }: NodeState): Verdict {
    return hasUntoleratedTaint(node?.spec.taints, pod.spec.tolerations) ? unresolvable('node(s) had untolerated taint(s)') : fits;
  }

  /** The number of taints against the pod; the fewer the better, once normalized. */
  score({ pod }: PodState, { node }: NodeState): number {
    const tolerations = (pod.spec.tolerations ?? []).filter(({ effect = '' }) => effect === '' || effect === 'PreferNoSchedule');
    const against = (node?.spec.taints ?? []).filter(
      (taint) => taint.effect === 'PreferNoSchedule' && !tolerations.some((toleration) => tolerates(toleration, taint)),
    );
    return against.length;
  }

  normalize(scores: number[]): void {
    normalizeScores(scores, { reverse: true });
  }
}

function taintsNowTolerated({ pod }: PodState, after: DeepReadonly<Node>, before: DeepReadonly<Node> | undefined): boolean {
  const stoodInTheWay = before === undefined || hasUntoleratedTaint(before.spec.taints, pod.spec.tolerations);
  return stoodInTheWay && !hasUntoleratedTaint(after.spec.taints, pod.spec.tolerations);
}
