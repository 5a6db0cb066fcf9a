import type { DeepReadonly, Node } from '@keelson/api';
import type { NodeState } from '../state/node-state';
import type { PodState } from '../state/pod-state';
import type { Verdict } from './verdict';

/** The score of the node that suits a pod best. Upstream's `MaxNodeScore`. */
export const MAX_NODE_SCORE = 100;

/** A change that may let a rejected pod fit. A `hint` looks at the change itself; without one, every change of that kind wakes the pod. */
export type Requeue =
  | { readonly resource: 'pods'; readonly on: 'add' | 'delete' | 'update'; readonly hint?: (pod: PodState, changed: PodState) => boolean }
  | {
      readonly resource: 'nodes';
      readonly on: 'add' | 'update';
      /** `before` is absent when the node is new. */
      readonly hint?: (pod: PodState, after: DeepReadonly<Node>, before: DeepReadonly<Node> | undefined) => boolean;
    };

export interface Plugin {
  /** Upstream's name, as a KubeSchedulerConfiguration has it. */
  readonly name: string;
  /** What may turn this plugin's rejection around. Absent: it never rejects. */
  readonly requeueOn?: readonly Requeue[];
}

/** `skip`: the plugin's filter has nothing to say of this pod. A set narrows the nodes to look at to those names. */
export type PreFilterResult = 'continue' | 'skip' | { readonly nodeNames: ReadonlySet<string> };

export interface PreFilterPlugin extends Plugin {
  preFilter(pod: PodState): PreFilterResult;
}

export interface FilterPlugin extends Plugin {
  filter(pod: PodState, node: NodeState): Verdict;
}

/** `normalize` turns the raw scores of all feasible nodes into 0 to {@link MAX_NODE_SCORE}, in place. */
export interface ScorePlugin extends Plugin {
  /** Whether this pod is scored at all; `true` if absent. */
  preScore?(pod: PodState): boolean;
  score(pod: PodState, node: NodeState): number;
  normalize?(scores: number[]): void;
}
