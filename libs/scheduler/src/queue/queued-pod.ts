import type { PodState } from '../state/pod-state';

/** A pod that waits for a node, with its history. Times are of the clock's monotonic time. */
export interface QueuedPod {
  state: PodState;
  /** When it last entered the queue. */
  since: number;
  /** When it was first free to be scheduled; absent while it is gated. */
  firstQueued: number | undefined;
  /** How often it was taken to be scheduled. */
  attempts: number;
  /** How often a plugin rejected it, and how often in a row an error stopped it: each doubles the back-off. */
  rejections: number;
  errors: number;
  /** The plugins whose hints decide what wakes it; empty after an error. */
  rejectedBy: ReadonlySet<string>;
  /** Whether it was woken last because it had waited for too long, and not by a hint. */
  wasFlushed: boolean;
}

export function newQueuedPod(state: PodState, now: number): QueuedPod {
  return { state, since: now, firstQueued: undefined, attempts: 0, rejections: 0, errors: 0, rejectedBy: new Set(), wasFlushed: false };
}
