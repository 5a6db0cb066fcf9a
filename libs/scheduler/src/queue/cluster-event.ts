import type { DeepReadonly, Node } from '@keelson/api';
import type { Requeue } from '../framework/plugin';
import type { PodState } from '../state/pod-state';

/** A change of the cluster that may let a waiting pod fit. `pod` is one that is on a node, or was; `self` is one that waits. */
export type ClusterEvent =
  | { readonly resource: 'pods'; readonly on: 'add' | 'delete'; readonly pod: PodState }
  | { readonly resource: 'pods'; readonly on: 'update'; readonly pod: PodState; readonly before: PodState }
  | { readonly resource: 'self'; readonly on: 'update'; readonly pod: PodState; readonly before: PodState }
  | {
      readonly resource: 'nodes';
      readonly on: 'add' | 'update';
      readonly after: DeepReadonly<Node>;
      readonly before: DeepReadonly<Node> | undefined;
    };

const SUBJECTS = { pods: 'AssignedPod', self: 'UnschedulablePod', nodes: 'Node' } as const;
const ACTIONS = { add: 'Add', update: 'Update', delete: 'Delete' } as const;

/** Upstream's label of the event, for metrics. */
export function eventLabel({ resource, on }: ClusterEvent): string {
  return `${SUBJECTS[resource]}${ACTIONS[on]}`;
}

/** Whether `event` is what `requeue` hopes for, for the pod that waits. */
export function answers(requeue: Requeue, waiting: PodState, event: ClusterEvent): boolean {
  switch (requeue.resource) {
    case 'nodes':
      return event.resource === 'nodes' && event.on === requeue.on && (requeue.hint?.(waiting, event.after, event.before) ?? true);
    case 'self':
      return event.resource === 'self' && event.pod.uid === waiting.uid && (requeue.hint?.(event.pod, event.before) ?? true);
    case 'pods':
      if (event.resource !== 'pods' || event.on !== requeue.on) return false;
      if (requeue.on !== 'update') return requeue.hint?.(waiting, event.pod) ?? true;
      return event.on === 'update' && (requeue.hint?.(waiting, event.pod, event.before) ?? true);
  }
}
