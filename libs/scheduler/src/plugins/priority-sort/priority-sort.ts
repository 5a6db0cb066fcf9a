import type { QueueSortPlugin } from '../../framework/plugin';
import type { QueuedPod } from '../../queue/queued-pod';

/** Higher priority first, then who has waited longer. */
export class PrioritySort implements QueueSortPlugin {
  readonly name = 'PrioritySort';

  comesBefore(a: QueuedPod, b: QueuedPod): boolean {
    const [first, second] = [priorityOf(a), priorityOf(b)];
    return first === second ? a.since < b.since : first > second;
  }
}

function priorityOf({ state }: QueuedPod): number {
  return state.pod.spec.priority ?? 0;
}
