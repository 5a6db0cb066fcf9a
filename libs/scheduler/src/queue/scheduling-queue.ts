import type { Clock } from '@keelson/apimachinery';
import type { Profile } from '../framework/profile';
import type { QueueSortPlugin } from '../framework/plugin';
import type { PodState } from '../state/pod-state';
import { answers, eventLabel, type ClusterEvent } from './cluster-event';
import { Heap } from './heap';
import { InFlightEvents } from './in-flight-events';
import { newQueuedPod, type QueuedPod } from './queued-pod';

/** Upstream's `--pod-max-in-unschedulable-pods-duration`, in milliseconds. */
const MAX_UNSCHEDULABLE = 5 * 60_000;

/** How long a pod that failed waits at least, in milliseconds: doubled for each further failure. */
export interface Backoff {
  readonly initial: number;
  readonly max: number;
}

/** Upstream's `podInitialBackoffSeconds` and `podMaxBackoffSeconds`. */
export const DEFAULT_BACKOFF: Backoff = { initial: 1000, max: 10_000 };

export interface SchedulingQueueOptions {
  readonly clock: Clock;
  readonly queueSort: QueueSortPlugin;
  /** The profile that schedules `pod`. */
  readonly profileOf: (pod: PodState) => Pick<Profile, 'plugins' | 'preEnqueue'>;
  readonly backoff?: Backoff;
  /** Called whenever a pod becomes active. */
  readonly onActive?: () => void;
  /** Called whenever a pod enters one of the queues, with upstream's name of what brought it there. */
  readonly onIncoming?: (queue: 'active' | 'backoff' | 'unschedulable', event: string) => void;
}

/**
 * The pods without a node: active (to be tried now, in the order of QueueSort), backing off, unschedulable (until an event or five minutes
 * wake them), gated (held back by a PreEnqueue plugin), and in flight (taken by {@link SchedulingQueue.pop}, not yet handed back).
 *
 * Invariants: a pod is in exactly one of the five; an event that arrives while a pod is in flight is asked about when the pod comes back
 * rejected, so that none is lost (KEP-4247); one timer at most is pending, for the earliest deadline.
 */
export class SchedulingQueue {
  readonly #options: SchedulingQueueOptions;
  readonly #clock: Clock;
  readonly #backoffOptions: Backoff;
  readonly #known = new Map<string, QueuedPod>();
  readonly #active: Heap<QueuedPod>;
  readonly #backoff = new Heap<QueuedPod>((a, b) => this.#backoffEnd(a) < this.#backoffEnd(b));
  readonly #unschedulable = new Set<QueuedPod>();
  readonly #gated = new Set<QueuedPod>();
  readonly #inFlight = new InFlightEvents();
  #cancelTimer: () => void = () => undefined;
  #timerEnd = Infinity;

  constructor(options: SchedulingQueueOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#backoffOptions = options.backoff ?? DEFAULT_BACKOFF;
    this.#active = new Heap((a, b) => options.queueSort.comesBefore(a, b));
  }

  /** The values of the metric `scheduler_pending_pods`. */
  get sizes(): { readonly active: number; readonly backoff: number; readonly unschedulable: number; readonly gated: number } {
    return { active: this.#active.size, backoff: this.#backoff.size, unschedulable: this.#unschedulable.size, gated: this.#gated.size };
  }

  /** How many events are kept for pods in flight. */
  get inFlightEvents(): number {
    return this.#inFlight.size;
  }

  /** Adds a new pod, or takes a known one's new version: it is tried again if a plugin that rejected it hopes for the change. */
  add(state: PodState): void {
    const known = this.#known.get(state.uid);
    if (known !== undefined) return this.#update(known, state);
    const queued = newQueuedPod(state, this.#clock.monotonic());
    this.#known.set(state.uid, queued);
    this.#admit(queued, 'UnschedulablePodAdd');
  }

  /** The pod is gone, or has a node. */
  delete(uid: string): void {
    const known = this.#known.get(uid);
    if (known === undefined) return;
    this.#known.delete(uid);
    this.#active.delete(known);
    this.#backoff.delete(known);
    this.#unschedulable.delete(known);
    this.#gated.delete(known);
    this.#inFlight.drop(known);
    this.#arm();
  }

  /** Takes the pod to try next; it must come back by {@link done}, {@link rejected} or {@link failed}. */
  pop(): QueuedPod | undefined {
    const queued = this.#active.pop();
    if (queued === undefined) return undefined;
    queued.attempts++;
    this.#inFlight.begin(queued);
    return queued;
  }

  /** The pod was bound. */
  done(queued: QueuedPod): void {
    this.delete(queued.state.uid);
  }

  /** Plugins found no node for it: it waits for an event that one of them hopes for. Ignored if it was deleted meanwhile. */
  rejected(queued: QueuedPod, rejectedBy: ReadonlySet<string>): void {
    const events = this.#land(queued);
    if (events === undefined) return;
    queued.rejectedBy = rejectedBy;
    queued.rejections++;
    queued.errors = 0;
    if (rejectedBy.size === 0) return this.#backOffOrActivate(queued, 'ScheduleAttemptFailure');
    const helpful = events.find((event) => this.#mayHelp(queued, event));
    if (helpful !== undefined) return this.#backOffOrActivate(queued, eventLabel(helpful));
    this.#unschedulable.add(queued);
    this.#options.onIncoming?.('unschedulable', 'ScheduleAttemptFailure');
    this.#arm();
  }

  /** An error stopped it, such as a lost connection: it is tried again after its back-off. Ignored if it was deleted meanwhile. */
  failed(queued: QueuedPod): void {
    if (this.#land(queued) === undefined) return;
    queued.rejectedBy = new Set();
    queued.errors++;
    this.#backOffOrActivate(queued, 'ScheduleAttemptFailure');
  }

  /** Wakes the unschedulable pods that `event` may help. */
  notify(event: ClusterEvent): void {
    this.#inFlight.note(event);
    for (const queued of this.#unschedulable) {
      if (!this.#mayHelp(queued, event)) continue;
      this.#unschedulable.delete(queued);
      this.#backOffOrActivate(queued, eventLabel(event));
    }
  }

  close(): void {
    this.#cancelTimer();
  }

  #update(known: QueuedPod, state: PodState): void {
    const event: ClusterEvent = { resource: 'self', on: 'update', pod: state, before: known.state };
    const wasActive = this.#active.delete(known);
    known.state = state;
    this.#inFlight.note(event);
    if (wasActive) this.#active.push(known);
    else if (this.#gated.delete(known)) this.#admit(known, eventLabel(event));
    else if (this.#unschedulable.has(known) && this.#mayHelp(known, event)) {
      this.#unschedulable.delete(known);
      this.#backOffOrActivate(known, eventLabel(event));
    }
  }

  /** Into the active queue, unless a plugin holds it back. */
  #admit(queued: QueuedPod, event: string): void {
    const { preEnqueue } = this.#options.profileOf(queued.state);
    if (preEnqueue.some((plugin) => plugin.preEnqueue(queued.state).type !== 'fits')) {
      this.#gated.add(queued);
      this.#options.onIncoming?.('unschedulable', event);
    } else {
      queued.since = this.#clock.monotonic();
      this.#activate(queued, event);
    }
  }

  #land(queued: QueuedPod): readonly ClusterEvent[] | undefined {
    queued.since = this.#clock.monotonic();
    return this.#inFlight.end(queued);
  }

  #mayHelp({ state, rejectedBy }: QueuedPod, event: ClusterEvent): boolean {
    const { plugins } = this.#options.profileOf(state);
    for (const name of rejectedBy)
      for (const requeue of plugins.get(name)?.requeueOn ?? []) if (answers(requeue, state, event)) return true;
    return false;
  }

  #backOffOrActivate(queued: QueuedPod, event: string): void {
    if (this.#backoffEnd(queued) <= this.#clock.monotonic()) return this.#activate(queued, event);
    this.#backoff.push(queued);
    this.#options.onIncoming?.('backoff', event);
    this.#arm();
  }

  #activate(queued: QueuedPod, event: string): void {
    queued.firstQueued ??= this.#clock.monotonic();
    queued.wasFlushed = event === 'UnschedulableTimeout';
    this.#active.push(queued);
    this.#options.onIncoming?.('active', event);
    this.#options.onActive?.();
  }

  /** When the pod may be tried again. */
  #backoffEnd({ since, rejections, errors }: QueuedPod): number {
    const failures = errors > 0 ? errors : rejections;
    const { initial, max } = this.#backoffOptions;
    return failures === 0 ? since : since + Math.min(initial * 2 ** (failures - 1), max);
  }

  #arm(): void {
    const backingOff = this.#backoff.peek();
    const [longestWaiting] = this.#unschedulable;
    const end = Math.min(
      backingOff === undefined ? Infinity : this.#backoffEnd(backingOff),
      longestWaiting === undefined ? Infinity : longestWaiting.since + MAX_UNSCHEDULABLE,
    );
    if (end === this.#timerEnd) return;
    this.#cancelTimer();
    this.#timerEnd = end;
    this.#cancelTimer =
      end === Infinity ? () => undefined : this.#clock.setTimeout(() => this.#flush(), Math.max(0, end - this.#clock.monotonic()));
  }

  #flush(): void {
    this.#timerEnd = Infinity;
    const now = this.#clock.monotonic();
    for (let next = this.#backoff.peek(); next !== undefined && this.#backoffEnd(next) <= now; next = this.#backoff.peek()) {
      this.#backoff.pop();
      this.#activate(next, 'BackoffComplete');
    }
    // A set keeps the order of entry, which is that of `since`: the rest has waited less.
    for (const queued of this.#unschedulable) {
      if (queued.since + MAX_UNSCHEDULABLE > now) break;
      this.#unschedulable.delete(queued);
      this.#activate(queued, 'UnschedulableTimeout');
    }
    this.#arm();
  }
}
