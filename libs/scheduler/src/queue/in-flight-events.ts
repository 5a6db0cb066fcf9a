import type { ClusterEvent } from './cluster-event';
import type { QueuedPod } from './queued-pod';

/**
 * What happened while pods were being scheduled, written down once for all of them (KEP-4247).
 * Invariants: `#events[i]` is event number `#first + i`; the log begins with the first event of the pod that is in flight longest, and is
 * empty when none is; `#begun` is in the order of take-off, and so of the numbers.
 */
export class InFlightEvents {
  #events: ClusterEvent[] = [];
  #first = 0;
  /** The number of the first event that each pod has not been asked about. */
  readonly #begun = new Map<QueuedPod, number>();

  get size(): number {
    return this.#events.length;
  }

  begin(pod: QueuedPod): void {
    this.#begun.set(pod, this.#first + this.#events.length);
  }

  note(event: ClusterEvent): void {
    if (this.#begun.size > 0) this.#events.push(event);
  }

  /** The events since `pod` began; undefined if it is not in flight (any more). Only the caller's turn may use them. */
  end(pod: QueuedPod): readonly ClusterEvent[] | undefined {
    const begun = this.#begun.get(pod);
    if (begun === undefined) return undefined;
    const events = this.#events.slice(begun - this.#first);
    this.drop(pod);
    return events;
  }

  /** Ends without asking. */
  drop(pod: QueuedPod): void {
    if (!this.#begun.delete(pod)) return;
    const [oldest] = this.#begun.values();
    const keepFrom = oldest ?? this.#first + this.#events.length;
    this.#events.splice(0, keepFrom - this.#first);
    this.#first = keepFrom;
  }
}
