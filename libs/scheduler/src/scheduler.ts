import type { Clock } from '@keelson/apimachinery';
import { deepEqual } from '@keelson/apimachinery';
import { pods as podResource, type DeepReadonly, type Namespace, type Node, type Pod } from '@keelson/api';
import type { ApiClient } from '@keelson/client';
import type { DaemonContext, Logger } from '@keelson/component-base';
import type { ActionRecorder, CacheEvent, EventBroadcaster, Informer } from '@keelson/controller-runtime';
import { buildProfile, type ProfileSpec } from './config/build-profile';
import { NodeSelector } from './cycle/select-node';
import { FitError } from './framework/fit-error';
import { DEFAULT_SCHEDULER_NAME, type Profile } from './framework/profile';
import type { QueuedPod } from './queue/queued-pod';
import { SchedulingQueue, type Backoff } from './queue/scheduling-queue';
import { SchedulerMetrics } from './scheduler-metrics';
import { podStateOf, type PodState } from './state/pod-state';
import { SchedulerCache } from './state/scheduler-cache';

/** So many bindings may be under way at once. */
const MAX_BINDINGS = 100;

/** The longest text of an event, in characters. */
const MAX_EVENT_MESSAGE = 1024;

export interface SchedulerDeps {
  readonly client: ApiClient;
  readonly pods: Informer<Pod>;
  readonly nodes: Informer<Node>;
  readonly namespaces: Informer<Namespace>;
  /** Who makes the recorder of each profile, which tells of pods in the scheduler's name. */
  readonly events: Pick<EventBroadcaster, 'recorderFor'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: DaemonContext['metrics'];
  readonly random: () => number;
  /** At least one, all with the same QueueSort. Only pods that name one of them are scheduled; all are counted. */
  readonly profiles: readonly ProfileSpec[];
  readonly backoff: Backoff;
}

interface ProfileRunner {
  readonly profile: Profile;
  readonly selector: NodeSelector;
  readonly recorder: ActionRecorder;
}

/** One try of one pod. */
interface Attempt extends Pick<ProfileRunner, 'profile' | 'recorder'> {
  readonly queued: QueuedPod;
  /** By the clock's monotonic time. */
  readonly begun: number;
}

/**
 * Gives pods nodes: one decision at a time, each assumed in the cache before the binding is sent, so that bindings run side by side.
 * What fails is taken back and tried again; what the apiserver says of a pod overrules what was assumed.
 */
export class Scheduler {
  readonly #deps: SchedulerDeps;
  readonly #cache = new SchedulerCache();
  readonly #metrics: SchedulerMetrics;
  readonly #queue: SchedulingQueue;
  /** By the name that pods have in `spec.schedulerName`. */
  readonly #profiles = new Map<string, ProfileRunner>();
  #bindings = 0;
  /** Whether a turn of the loop is due; also set before the caches are filled, so that no pod is judged by a part of the nodes. */
  #turnIsDue = true;
  #signal: AbortSignal | undefined;

  /** @throws Error, one line, if the profiles' plugins do not make a scheduler */
  constructor(deps: SchedulerDeps) {
    this.#deps = deps;
    this.#metrics = new SchedulerMetrics(deps.metrics);
    for (const spec of deps.profiles) this.#addProfile(spec);
    const [first] = this.#profiles.values();
    if (first === undefined) throw new Error('a scheduler needs a profile, but none is configured');
    this.#queue = new SchedulingQueue({
      clock: deps.clock,
      queueSort: first.profile.queueSort,
      profileOf: (state) => this.#runnerOf(state).profile,
      backoff: deps.backoff,
      onActive: () => this.#wake(),
      onIncoming: (queue, event) => this.#metrics.incoming(queue, event),
    });
    this.#metrics.watchSizes(this.#queue, this.#cache);
  }

  /** Schedules until `signal` aborts. Resolves then; a binding already sent is confirmed by whoever schedules next. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    const { namespaces, nodes, pods } = this.#deps;
    const undo = [
      namespaces.subscribe(({ object, type }) => this.#onNamespace(object, type === 'delete')),
      nodes.subscribe((event) => this.#onNode(event)),
      pods.subscribe((event) => this.#onPod(event)),
    ];
    await Promise.all([namespaces.synced, nodes.synced, pods.synced]);
    this.#turnIsDue = false;
    this.#wake();
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    for (const unsubscribe of undo) unsubscribe();
    this.#queue.close();
  }

  #addProfile(spec: ProfileSpec): void {
    const { client, clock, events, random } = this.#deps;
    const profile = buildProfile(spec, { client, cache: this.#cache });
    const selector = new NodeSelector({ profile, clock, random, observer: this.#metrics });
    this.#profiles.set(profile.schedulerName, { profile, selector, recorder: events.recorderFor(profile.schedulerName) });
  }

  /** @throws Error for a pod that is not this scheduler's, which is never queued */
  #runnerOf({ pod, key }: PodState): ProfileRunner {
    const runner = this.#profiles.get(schedulerNameOf(pod));
    if (runner === undefined) throw new Error(`pod ${key} names the scheduler ${schedulerNameOf(pod)}, for which there is no profile`);
    return runner;
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
    const { profile, selector, recorder } = this.#runnerOf(queued.state);
    const attempt = { queued, profile, recorder, begun: this.#deps.clock.monotonic() };
    try {
      const { name } = selector.select(queued.state, this.#cache.nodes);
      this.#metrics.decided(this.#deps.clock.monotonic() - attempt.begun);
      this.#cache.assume(queued.state, name);
      void this.#bind(attempt, name);
    } catch (error) {
      this.#fail(attempt, error);
    }
  }

  /** Never rejects. While it waits, the pod may be bound by another, deleted, or seen bound by the watch first. */
  async #bind(attempt: Attempt, nodeName: string): Promise<void> {
    const { queued, profile, recorder } = attempt;
    const { state } = queued;
    const { clock } = this.#deps;
    const begun = clock.monotonic();
    const bound = (status: 'Success' | 'Error'): void =>
      this.#metrics.ranPoint('Bind', { profile: profile.schedulerName, status, duration: clock.monotonic() - begun });
    this.#bindings++;
    this.#metrics.asked(profile.bind.name, 'Bind', profile.schedulerName);
    try {
      await profile.bind.bind(state, nodeName);
      bound('Success');
      this.#queue.done(queued);
      this.#metrics.attempted(profile.schedulerName, 'scheduled', clock.monotonic() - attempt.begun);
      this.#metrics.bound(queued, clock.monotonic());
      const note = `Successfully assigned ${state.key} to ${nodeName}`;
      recorder.record(state.pod, { type: 'Normal', reason: 'Scheduled', action: 'Binding', note });
    } catch (error) {
      bound('Error');
      if (this.#cache.forget(state.uid)) this.#queue.notify({ resource: 'pods', on: 'delete', pod: state });
      this.#fail(attempt, error);
    } finally {
      this.#bindings--;
      this.#wake();
    }
  }

  #fail({ queued, profile, recorder, begun }: Attempt, error: unknown): void {
    const { pod, key, uid } = queued.state;
    const isRejected = error instanceof FitError;
    this.#metrics.attempted(profile.schedulerName, isRejected ? 'unschedulable' : 'error', this.#deps.clock.monotonic() - begun);
    if (isRejected) this.#queue.rejected(queued, error.rejectedBy);
    else this.#queue.failed(queued);
    const current = this.#deps.pods.get(key);
    if (current?.metadata.uid !== uid || isAssigned(current)) return this.#queue.delete(uid);
    // Changes of a pod are not looked at while it is taken to be bound.
    this.#enqueue({ type: 'update', object: current, previous: pod });
    const message = error instanceof Error ? error.message : String(error);
    recorder.record(pod, { type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', note: truncated(message) });
    void this.#setCondition(current, isRejected ? 'Unschedulable' : 'SchedulerError', message);
  }

  async #setCondition(pod: DeepReadonly<Pod>, reason: string, message: string): Promise<void> {
    const present = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    if (present?.status === 'False' && present.reason === reason && present.message === message) return;
    const changed = present?.status === 'False' ? present.lastTransitionTime : undefined;
    const lastTransitionTime = changed ?? new Date(this.#deps.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
    const { generation: observedGeneration, namespace, name } = pod.metadata;
    const condition = { type: 'PodScheduled', status: 'False', reason, message, observedGeneration, lastTransitionTime };
    const patch = { status: { conditions: [condition] } };
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

  #onNamespace({ metadata }: DeepReadonly<Namespace>, isGone: boolean): void {
    this.#cache.affinity.setNamespace(metadata.name, isGone ? undefined : (metadata.labels ?? {}));
  }

  #onPod(event: CacheEvent<Pod>): void {
    const { object: pod } = event;
    const { uid } = pod.metadata;
    if (event.type === 'delete' || isFinished(pod)) return this.#removePod(pod);
    if (event.type === 'update' && event.previous.metadata.uid !== uid) this.#removePod(event.previous);
    if (isAssigned(pod)) this.#onAssigned(pod, event);
    else if (this.#profiles.has(schedulerNameOf(pod))) this.#enqueue(event);
  }

  /** Most changes of a pod on a node are of its status, and nothing to whoever waits. */
  #onAssigned(pod: DeepReadonly<Pod>, event: CacheEvent<Pod>): void {
    const previous = event.type === 'update' && isAssigned(event.previous) ? event.previous : undefined;
    if (previous !== undefined && sameForScheduling(pod, previous)) return;
    this.#queue.delete(pod.metadata.uid);
    const state = podStateOf(pod);
    this.#cache.confirm(state);
    if (previous === undefined) this.#queue.notify({ resource: 'pods', on: 'add', pod: state });
    else this.#queue.notify({ resource: 'pods', on: 'update', pod: state, before: podStateOf(previous) });
  }

  /** A pod's status, which this scheduler writes too, does not change where it fits. */
  #enqueue(event: CacheEvent<Pod>): void {
    const { object: pod } = event;
    if (pod.metadata.deletionTimestamp !== undefined) return this.#queue.delete(pod.metadata.uid);
    const same = event.type === 'update' && sameForScheduling(pod, event.previous);
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

function schedulerNameOf({ spec }: DeepReadonly<Pod>): string {
  return spec.schedulerName ?? DEFAULT_SCHEDULER_NAME;
}

function sameForScheduling(a: DeepReadonly<Pod>, b: DeepReadonly<Pod>): boolean {
  return a.metadata.uid === b.metadata.uid && deepEqual(a.spec, b.spec) && deepEqual(a.metadata.labels, b.metadata.labels);
}

function truncated(message: string): string {
  return message.length <= MAX_EVENT_MESSAGE ? message : `${message.slice(0, MAX_EVENT_MESSAGE - 4)} ...`;
}
