import {
  matchesNodeAffinity,
  matchesNodeSelector,
  matchesNodeSelectorTerm,
  nodesNamedBy,
  type DeepReadonly,
  type Node,
  type NodeAffinity as NodeAffinityTerms,
} from '@keelson/api';
import { normalizeScores } from '../../framework/normalize-score';
import type { FilterPlugin, PreFilterPlugin, PreFilterResult, PreScorePlugin, Requeue, ScorePlugin } from '../../framework/plugin';
import { fits, unresolvable, type Verdict } from '../../framework/verdict';
import type { NodeState } from '../../state/node-state';
import type { PodState } from '../../state/pod-state';

/** Upstream's `NodeAffinityArgs`. */
export interface NodeAffinityArgs {
  /** Holds for every pod of the profile, besides its own. */
  readonly addedAffinity?: DeepReadonly<NodeAffinityTerms> | undefined;
}

/** Keeps a pod to the nodes of its `nodeSelector` and required node affinity, and draws it to those that it prefers. */
export class NodeAffinity implements PreFilterPlugin, FilterPlugin, PreScorePlugin, ScorePlugin {
  readonly name = 'NodeAffinity';
  readonly requeueOn: readonly Requeue[] = [
    { resource: 'nodes', on: 'add', hint: (pod, after) => this.#allows(pod, after) },
    {
      resource: 'nodes',
      on: 'update',
      hint: (pod, after, before) => this.#allows(pod, after) && (before === undefined || !this.#allows(pod, before)),
    },
  ];
  readonly #added: DeepReadonly<NodeAffinityTerms>;

  constructor({ addedAffinity = {} }: NodeAffinityArgs = {}) {
    this.#added = addedAffinity;
  }

  preFilter({ pod }: PodState): PreFilterResult {
    const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    const isFree = required === undefined && Object.keys(pod.spec.nodeSelector ?? {}).length === 0;
    if (isFree && this.#added.requiredDuringSchedulingIgnoredDuringExecution === undefined) return 'skip';
    // A DaemonSet's pod names its node this way: one node is looked at, not all.
    const nodeNames = required === undefined ? undefined : nodesNamedBy(required);
    return nodeNames === undefined ? 'continue' : { nodeNames };
  }

  filter({ pod }: PodState, { node }: NodeState): Verdict {
    if (node === undefined || !this.#addedAllows(node)) return unresolvable("node(s) didn't match scheduler-enforced node affinity");
    return matchesNodeAffinity(pod.spec, node) ? fits : unresolvable("node(s) didn't match Pod's node affinity/selector");
  }

  preScore({ pod }: PodState): boolean {
    const own = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    return own.length + (this.#added.preferredDuringSchedulingIgnoredDuringExecution ?? []).length > 0;
  }

  /** The weights of the preferences that the node meets. */
  score({ pod }: PodState, { node }: NodeState): number {
    if (node === undefined) return 0;
    let sum = 0;
    for (const { preferredDuringSchedulingIgnoredDuringExecution: preferences = [] } of [
      pod.spec.affinity?.nodeAffinity ?? {},
      this.#added,
    ])
      for (const { preference, weight } of preferences) if (matchesNodeSelectorTerm(preference, node)) sum += weight;
    return sum;
  }

  normalize(scores: number[]): void {
    normalizeScores(scores, { reverse: false });
  }

  #allows({ pod }: PodState, node: DeepReadonly<Node>): boolean {
    return this.#addedAllows(node) && matchesNodeAffinity(pod.spec, node);
  }

  #addedAllows(node: DeepReadonly<Node>): boolean {
    const required = this.#added.requiredDuringSchedulingIgnoredDuringExecution;
    return required === undefined || matchesNodeSelector(required, node);
  }
}
