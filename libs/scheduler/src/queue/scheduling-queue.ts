import type { Clock } from '@keelson/apimachinery';
import type { DeepReadonly, Node } from '@keelson/api';
import type { Plugin, Requeue } from '../framework/plugin';
import type { PodState } from '../state/pod-state';
import { Heap } from './heap';
import { comesBefore, type QueuedPod } from './queued-pod';

/** Upstream's `podInitialBackoffSeconds`, `podMaxBackoffSeconds` and `--pod-max-in-unschedulable-pods-duration`, in milliseconds. */
const INITIAL_BACKOFF = 1000;
const MAX_BACKOFF = 10_000;
const MAX_UNSCHEDULABLE = 5 * 60_000;

/** A change of the cluster that may let a waiting pod fit. `pod` is one that is on a node, or was. */
export type ClusterEvent =
  | { readonly resource: 'pods'; readonly on: 'add' | 'update' | 'delete'; readonly pod: PodState }
  | {
      readonly resource: 'nodes';
      readonly on: 'add' | 'update';
      readonly after: DeepReadonly<Node>;
      readonly before: DeepReadonly<Node> | undefined;
    };

/**
 * The pods without a node: active (to be tried now, by priority), backing off, unschedulable (until an event or five minutes wake them),
 * and in flight (taken by {@link SchedulingQueue.pop}, not yet handed back).
 *
 * Invariants: a pod is in exactly one of the four; an event that arrives while a pod is in flight is asked about when the pod comes back
 * rejected, so that none is lost (KEP-4247); one timer at most is pending, for the earliest deadline.
 */
export class SchedulingQueue {
  readonly #clock: Clock;
  readonly #plugins: ReadonlyMap<string, Plugin>;
  readonly #onActive: () => void;
  readonly #known = new Map<string, QueuedPod>();
  readonly #active = new Heap<QueuedPod>(comesBefore);
  readonly #backoff = new Heap<QueuedPod>((a, b) => backoffEnd(a) < backoffEnd(b));
  readonly #unschedulable = new Set<QueuedPod>();
  /** The events since each pod was taken, and whether it changed itself. */
  readonly #inFlight = new Map<QueuedPod, { readonly events: ClusterEvent[]; changed: boolean }>();
  #cancelTimer: () => void = () => undefined;

  /** @param onActive called whenever a pod becomes active */
  constructor(clock: Clock, plugins: readonly Plugin[], onActive: () => void = () => undefined) {
    this.#clock = clock;
    this.#plugins = new Map(plugins.map((plugin) => [plugin.name, plugin]));
    this.#onActive = onActive;
  }

  /** The values of the metric `scheduler_pending_pods`. */
  get sizes(): { readonly active: number; readonly backoff: number; readonly unschedulable: number } {
    return { active: this.#active.size, backoff: this.#backoff.size, unschedulable: this.#unschedulable.size };
  }

  /** Adds a new pod, or takes a known one's new version and tries it again, since its own change may be what lets it fit. */
  add(state: PodState): void {
    const known = this.#known.get(state.uid);
    if (known === undefined) {
      const queued = { state, since: this.#clock.monotonic(), rejections: 0, errors: 0, rejectedBy: new Set<string>() };
      this.#known.set(state.uid, queued);
      this.#activate(queued);
      return;
    }
    const wasActive = this.#active.delete(known);
    known.state = state;
    const flight = this.#inFlight.get(known);
    if (flight !== undefined) flight.changed = true;
    if (wasActive) this.#active.push(known);
    else if (this.#unschedulable.delete(known)) this.#backOffOrActivate(known);
  }

  /** The pod is gone, or has a node. */
  delete(uid: string): void {
    const known = this.#known.get(uid);
    if (known === undefined) return;
    this.#known.delete(uid);
    this.#active.delete(known);
    this.#backoff.delete(known);
    this.#unschedulable.delete(known);
    this.#inFlight.delete(known);
    this.#arm();
  }

  /** Takes the pod to try next; it must come back by {@link done}, {@link rejected} or {@link failed}. */
  pop(): QueuedPod | undefined {
    const queued = this.#active.pop();
    if (queued !== undefined) this.#inFlight.set(queued, { events: [], changed: false });
    return queued;
  }

  /** The pod was bound. */
  done(queued: QueuedPod): void {
    this.delete(queued.state.uid);
  }

  /** Plugins found no node for it: it waits for an event that one of them hopes for. Ignored if it was deleted meanwhile. */
  rejected(queued: QueuedPod, rejectedBy: ReadonlySet<string>): void {
    const flight = this.#land(queued);
    if (flight === undefined) return;
    queued.rejectedBy = rejectedBy;
    queued.rejections++;
    queued.errors = 0;
    const mayFitNow = rejectedBy.size === 0 || flight.changed || flight.events.some((event) => this.#mayHelp(queued, event));
    if (mayFitNow) return this.#backOffOrActivate(queued);
    this.#unschedulable.add(queued);
    this.#arm();
  }

  /** An error stopped it, such as a lost connection: it is tried again after its back-off. Ignored if it was deleted meanwhile. */
  failed(queued: QueuedPod): void {
    if (this.#land(queued) === undefined) return;
    queued.rejectedBy = new Set();
    queued.errors++;
    this.#backOffOrActivate(queued);
  }

  /** Wakes the unschedulable pods that `event` may help. */
  notify(event: ClusterEvent): void {
    for (const { events } of this.#inFlight.values()) events.push(event);
    for (const queued of this.#unschedulable) {
      if (!this.#mayHelp(queued, event)) continue;
      this.#unschedulable.delete(queued);
      this.#backOffOrActivate(queued);
    }
  }

  close(): void {
    this.#cancelTimer();
  }

  #land(queued: QueuedPod): { readonly events: readonly ClusterEvent[]; readonly changed: boolean } | undefined {
    const flight = this.#inFlight.get(queued);
    this.#inFlight.delete(queued);
    queued.since = this.#clock.monotonic();
    return flight;
  }

  #mayHelp({ state, rejectedBy }: QueuedPod, event: ClusterEvent): boolean {
    for (const name of rejectedBy)
      for (const requeue of this.#plugins.get(name)?.requeueOn ?? []) if (answers(requeue, state, event)) return true;
    return false;
  }

  #backOffOrActivate(queued: QueuedPod): void {
    if (backoffEnd(queued) <= this.#clock.monotonic()) return this.#activate(queued);
    this.#backoff.push(queued);
    this.#arm();
  }

  #activate(queued: QueuedPod): void {
    this.#active.push(queued);
    this.#onActive();
  }

  #arm(): void {
    this.#cancelTimer();
    const ends: number[] = [];
    const backingOff = this.#backoff.peek();
    if (backingOff !== undefined) ends.push(backoffEnd(backingOff));
    const [longestWaiting] = this.#unschedulable;
    if (longestWaiting !== undefined) ends.push(longestWaiting.since + MAX_UNSCHEDULABLE);
    if (ends.length > 0) this.#cancelTimer = this.#clock.setTimeout(() => this.#flush(), Math.min(...ends) - this.#clock.monotonic());
  }

  #flush(): void {
    const now = this.#clock.monotonic();
    for (let next = this.#backoff.peek(); next !== undefined && backoffEnd(next) <= now; next = this.#backoff.peek()) {
      this.#backoff.pop();
      this.#activate(next);
    }
    // A set keeps the order of entry, which is that of `since`: the rest has waited less.
    for (const queued of this.#unschedulable) {
      if (queued.since + MAX_UNSCHEDULABLE > now) break;
      this.#unschedulable.delete(queued);
      this.#activate(queued);
    }
    this.#arm();
  }
}

function answers(requeue: Requeue, state: PodState, event: ClusterEvent): boolean {
  if (requeue.on !== event.on) return false;
  if (requeue.resource === 'pods') return event.resource === 'pods' && (requeue.hint?.(state, event.pod) ?? true);
  return event.resource === 'nodes' && (requeue.hint?.(state, event.after, event.before) ?? true);
}

/** When the pod may be tried again: one second after its first failure, twice as long after each further one, ten seconds at most. */
function backoffEnd({ since, rejections, errors }: QueuedPod): number {
  const failures = errors > 0 ? errors : rejections;
  return failures === 0 ? since : since + Math.min(INITIAL_BACKOFF * 2 ** (failures - 1), MAX_BACKOFF);
}
