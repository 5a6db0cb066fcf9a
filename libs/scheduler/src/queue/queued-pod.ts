import type { PodState } from '../state/pod-state';

/** A pod that waits for a node, with its history. */
export interface QueuedPod {
  state: PodState;
  /** When it last entered the queue, by the clock's monotonic time. */
  since: number;
  /** How often a plugin rejected it, and how often in a row an error stopped it: each doubles the back-off. */
  rejections: number;
  errors: number;
  /** The plugins whose hints decide what wakes it; empty after an error. */
  rejectedBy: ReadonlySet<string>;
}

/** The order of the default QueueSort plugin, PrioritySort: higher priority first, then who has waited longer. */
export function comesBefore(a: QueuedPod, b: QueuedPod): boolean {
  const priorityOf = ({ state }: QueuedPod): number => state.pod.spec.priority ?? 0;
  return priorityOf(a) !== priorityOf(b) ? priorityOf(a) > priorityOf(b) : a.since < b.since;
}
