import type { Clock } from '@keelson/apimachinery';
import { deepEqual } from '@keelson/apimachinery';
import { pods as podResource, type DeepReadonly, type Node, type Pod } from '@keelson/api';
import type { ApiClient } from '@keelson/client';
import type { Logger } from '@keelson/component-base';
import type { CacheEvent, EventRecorder, Informer } from '@keelson/controller-runtime';
import { NodeSelector, type ProfilePlugins } from './cycle/select-node';
import { FitError } from './framework/fit-error';
import type { QueuedPod } from './queue/queued-pod';
import { SchedulingQueue } from './queue/scheduling-queue';
import { podStateOf } from './state/pod-state';
import { SchedulerCache } from './state/scheduler-cache';

/** So many bindings may be under way at once. */
const MAX_BINDINGS = 32;

export interface SchedulerDeps {
  readonly client: ApiClient;
  readonly pods: Informer<Pod>;
  readonly nodes: Informer<Node>;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly plugins: ProfilePlugins;
  /** Only pods with this `spec.schedulerName` are scheduled; all are counted. */
  readonly schedulerName: string;
}

/**
 * Gives pods nodes: one decision at a time, each assumed in the cache before the binding is sent, so that bindings run side by side.
 * What fails is taken back and tried again; what the apiserver says of a pod overrules what was assumed.
 */
export class Scheduler {
  readonly #deps: SchedulerDeps;
  readonly #cache = new SchedulerCache();
  readonly #queue: SchedulingQueue;
  readonly #selector: NodeSelector;
  #bindings = 0;
  /** Whether a turn of the loop is due; also set before the caches are filled, so that no pod is judged by a part of the nodes. */
  #turnIsDue = true;
  #signal: AbortSignal | undefined;

  constructor(deps: SchedulerDeps) {
    this.#deps = deps;
    this.#selector = new NodeSelector(deps.plugins, deps.random);
    const { preFilter, filter } = deps.plugins;
    this.#queue = new SchedulingQueue(deps.clock, [...preFilter, ...filter], () => this.#wake());
  }

  /** Schedules until `signal` aborts. Resolves then; a binding already sent is confirmed by whoever schedules next. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    const undo = [this.#deps.nodes.subscribe((event) => this.#onNode(event)), this.#deps.pods.subscribe((event) => this.#onPod(event))];
    await Promise.all([this.#deps.nodes.synced, this.#deps.pods.synced]);
    this.#turnIsDue = false;
    this.#wake();
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    for (const unsubscribe of undo) unsubscribe();
    this.#queue.close();
  }

  #wake(): void {
    if (this.#turnIsDue || this.#bindings >= MAX_BINDINGS || this.#signal?.aborted !== false) return;
    this.#turnIsDue = true;
    setImmediate(() => this.#turn());
  }

  /** One pod a turn, so that watches and bindings are served in between. */
  #turn(): void {
    this.#turnIsDue = false;
    if (this.#signal?.aborted !== false) return;
    const queued = this.#queue.pop();
    if (queued === undefined) return;
    this.#schedule(queued);
    this.#wake();
  }

  #schedule(queued: QueuedPod): void {
    try {
      const { name } = this.#selector.select(queued.state, this.#cache.nodes);
      this.#cache.assume(queued.state, name);
      void this.#bind(queued, name);
    } catch (error) {
      this.#fail(queued, error);
    }
  }

  /** Never rejects. While it waits, the pod may be bound by another, deleted, or seen bound by the watch first. */
  async #bind(queued: QueuedPod, nodeName: string): Promise<void> {
    const { pod, key, uid } = queued.state;
    const { namespace, name } = pod.metadata;
    this.#bindings++;
    try {
      const body = { apiVersion: 'v1', kind: 'Binding', metadata: { namespace, name, uid }, target: { kind: 'Node', name: nodeName } };
      await this.#deps.client.resource(podResource).createSubresource({ namespace, name }, 'binding', body);
      this.#queue.done(queued);
      this.#deps.recorder.event(pod, 'Normal', 'Scheduled', `Successfully assigned ${key} to ${nodeName}`);
    } catch (error) {
      if (this.#cache.forget(uid)) this.#queue.notify({ resource: 'pods', on: 'delete', pod: queued.state });
      this.#fail(queued, error);
    } finally {
      this.#bindings--;
      this.#wake();
    }
  }

  #fail(queued: QueuedPod, error: unknown): void {
    const { pod, key, uid } = queued.state;
    const current = this.#deps.pods.get(key);
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof FitError) this.#queue.rejected(queued, error.rejectedBy);
    else this.#queue.failed(queued);
    if (current?.metadata.uid !== uid || isAssigned(current)) return this.#queue.delete(uid);
    this.#deps.recorder.event(pod, 'Warning', 'FailedScheduling', message);
    void this.#setCondition(current, error instanceof FitError ? 'Unschedulable' : 'SchedulerError', message);
  }

  async #setCondition(pod: DeepReadonly<Pod>, reason: string, message: string): Promise<void> {
    const present = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    if (present?.status === 'False' && present.reason === reason && present.message === message) return;
    const changed = present?.status === 'False' ? present.lastTransitionTime : undefined;
    const lastTransitionTime = changed ?? new Date(this.#deps.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
    const patch = { status: { conditions: [{ type: 'PodScheduled', status: 'False', reason, message, lastTransitionTime }] } };
    const { namespace, name } = pod.metadata;
    try {
      await this.#deps.client.resource(podResource).patch({ namespace, name }, { type: 'strategic', patch }, { subresource: 'status' });
    } catch (error) {
      this.#deps.log.warn('Could not write the PodScheduled condition', { pod: `${namespace ?? ''}/${name}`, error });
    }
  }

  #onNode(event: CacheEvent<Node>): void {
    if (event.type === 'delete') return this.#cache.removeNode(event.object.metadata.name);
    this.#cache.setNode(event.object);
    const before = event.type === 'update' ? event.previous : undefined;
    this.#queue.notify({ resource: 'nodes', on: event.type, after: event.object, before });
  }

  #onPod(event: CacheEvent<Pod>): void {
    const { object: pod } = event;
    const { uid } = pod.metadata;
    if (event.type === 'delete' || isFinished(pod)) return this.#removePod(pod);
    if (event.type === 'update' && event.previous.metadata.uid !== uid) this.#removePod(event.previous);
    if (isAssigned(pod)) {
      this.#queue.delete(uid);
      this.#cache.confirm(podStateOf(pod));
      const wasAssigned = event.type === 'update' && isAssigned(event.previous);
      this.#queue.notify({ resource: 'pods', on: wasAssigned ? 'update' : 'add', pod: podStateOf(pod) });
    } else if ((pod.spec.schedulerName ?? 'default-scheduler') === this.#deps.schedulerName) this.#enqueue(event);
  }

  /** A pod's status, which this scheduler writes too, does not change where it fits. */
  #enqueue(event: CacheEvent<Pod>): void {
    const { object: pod } = event;
    if (pod.metadata.deletionTimestamp !== undefined || (pod.spec.schedulingGates ?? []).length > 0)
      return this.#queue.delete(pod.metadata.uid);
    const same =
      event.type === 'update' && deepEqual(pod.spec, event.previous.spec) && deepEqual(pod.metadata.labels, event.previous.metadata.labels);
    if (!same && !this.#cache.isAssumed(pod.metadata.uid)) this.#queue.add(podStateOf(pod));
  }

  #removePod(pod: DeepReadonly<Pod>): void {
    const { uid } = pod.metadata;
    const freesRoom = isAssigned(pod) || this.#cache.isAssumed(uid);
    this.#queue.delete(uid);
    this.#cache.removePod(uid);
    if (freesRoom) this.#queue.notify({ resource: 'pods', on: 'delete', pod: podStateOf(pod) });
  }
}

function isAssigned({ spec }: DeepReadonly<Pod>): boolean {
  return spec.nodeName !== undefined && spec.nodeName !== '';
}

function isFinished({ status }: DeepReadonly<Pod>): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}
