import type { DeepReadonly, Node } from '@keelson/api';
import { normalizeScores } from '../../framework/normalize-score';
import type { FilterPlugin, PreFilterPlugin, PreFilterResult, Requeue, ScorePlugin } from '../../framework/plugin';
import { fits, unresolvable, type Verdict } from '../../framework/verdict';
import type { NodeState } from '../../state/node-state';
import type { PodState } from '../../state/pod-state';
import { namedNodes, podAllowsNode, termMatches } from './node-selector';

/** Keeps a pod to the nodes of its `nodeSelector` and required node affinity, and draws it to those that it prefers. */
export class NodeAffinity implements PreFilterPlugin, FilterPlugin, ScorePlugin {
  readonly name = 'NodeAffinity';
  readonly requeueOn: readonly Requeue[] = [
    { resource: 'nodes', on: 'add', hint: nowAllowed },
    { resource: 'nodes', on: 'update', hint: nowAllowed },
  ];

  preFilter({ pod }: PodState): PreFilterResult {
    const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    if (required === undefined && Object.keys(pod.spec.nodeSelector ?? {}).length === 0) return 'skip';
    // A DaemonSet's pod names its node this way: one node is looked at, not all.
    const nodeNames = namedNodes(required);
    return nodeNames === undefined ? 'continue' : { nodeNames };
  }

  filter({ pod }: PodState, { node }: NodeState): Verdict {
    return node !== undefined && podAllowsNode(pod, node) ? fits : unresolvable("node(s) didn't match Pod's node affinity/selector");
  }

  preScore({ pod }: PodState): boolean {
    return (pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).length > 0;
  }

  /** The weights of the preferences that the node meets. */
  score({ pod }: PodState, { node }: NodeState): number {
    if (node === undefined) return 0;
    const preferences = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    return preferences.reduce((sum, { preference, weight }) => (termMatches(preference, node) ? sum + weight : sum), 0);
  }

  normalize(scores: number[]): void {
    normalizeScores(scores, { reverse: false });
  }
}

function nowAllowed({ pod }: PodState, after: DeepReadonly<Node>, before: DeepReadonly<Node> | undefined): boolean {
  return podAllowsNode(pod, after) && (before === undefined || !podAllowsNode(pod, before));
}
