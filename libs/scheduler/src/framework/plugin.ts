import type { DeepReadonly, Node } from '@keelson/api';
import type { QueuedPod } from '../queue/queued-pod';
import type { NodeState } from '../state/node-state';
import type { PodState } from '../state/pod-state';
import type { CycleState } from './cycle-state';
import type { Verdict } from './verdict';

/** The score of the node that suits a pod best. Upstream's `MaxNodeScore`. */
export const MAX_NODE_SCORE = 100;

/**
 * A change that may let a rejected pod fit. A `hint` looks at the change itself; without one, every change of that kind wakes the pod.
 * `pods` are those on nodes, `self` is the rejected pod.
 */
export type Requeue =
  | { readonly resource: 'pods'; readonly on: 'add' | 'delete'; readonly hint?: (pod: PodState, changed: PodState) => boolean }
  | { readonly resource: 'pods'; readonly on: 'update'; readonly hint?: (pod: PodState, after: PodState, before: PodState) => boolean }
  | { readonly resource: 'self'; readonly on: 'update'; readonly hint?: (after: PodState, before: PodState) => boolean }
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

/** Holds pods back before they are queued at all; asked again when the pod itself changes. */
export interface PreEnqueuePlugin extends Plugin {
  preEnqueue(pod: PodState): Verdict;
}

/** Orders the pods that wait to be tried. There is one queue, so all profiles have the same. */
export interface QueueSortPlugin extends Plugin {
  /** Whether `a` is tried before `b`. */
  comesBefore(a: QueuedPod, b: QueuedPod): boolean;
}

/** `skip`: the plugin's filter has nothing to say of this pod. A set narrows the nodes to look at to those names. */
export type PreFilterResult = 'continue' | 'skip' | { readonly nodeNames: ReadonlySet<string> };

export interface PreFilterPlugin extends Plugin {
  preFilter(pod: PodState, cycle: CycleState): PreFilterResult;
}

/** Called after the plugin's own PreFilter, unless that said `skip`. */
export interface FilterPlugin extends Plugin {
  filter(pod: PodState, node: NodeState, cycle: CycleState): Verdict;
}

/** Prepares what the plugin's Score reads; false leaves the plugin out of this pod's scores. */
export interface PreScorePlugin extends Plugin {
  preScore(pod: PodState, cycle: CycleState): boolean;
}

/** `normalize` turns the raw scores of all feasible nodes into 0 to {@link MAX_NODE_SCORE}, in place. */
export interface ScorePlugin extends Plugin {
  score(pod: PodState, node: NodeState, cycle: CycleState): number;
  normalize?(scores: number[]): void;
}

/** Tells the apiserver the decision. Rejects if the apiserver refuses or can't be reached. */
export interface BindPlugin extends Plugin {
  bind(pod: PodState, nodeName: string): Promise<void>;
}
