import type { Clock } from '@keelson/apimachinery';
import type { PodStatus } from '@keelson/api';
import type { Logger } from '@keelson/component-base';
import { RuntimeUnavailable, type ContainerRuntime } from '@keelson/container-runtime';
import type { PodAdmission } from '../admission/pod-admission';
import { podDescription } from '../pod/pod-names';
import type { ReadonlyPod, ReadonlyPodStatus } from '../pod/types';
import type { ProbeManager } from '../probes/probe-manager';
import { runningContainers, type PodState } from '../runtime-state/pod-state';
import type { PodStates } from '../runtime-state/pod-states';
import { computePodStatus } from '../status/compute-pod-status';
import { isTerminalPhase } from '../status/pod-phase';
import type { WaitingReason } from '../status/status-inputs';
import type { PodVolumes } from '../volumes/pod-volumes';
import { computePodActions } from './compute-pod-actions';
import type { NodeFacts } from './node-facts';
import type { PodEvents } from './pod-events';
import type { PodSyncer, SyncOutcome } from './pod-syncer';
import { Termination } from './termination';
import { WakeUp } from './wake-up';

/** A pod that nothing happens to is looked at this often; volumes are refreshed then. */
const RESYNC_MILLISECONDS = 60_000;
/** After a failure; doubled each time up to the maximum. */
const RETRY_MILLISECONDS = 1_000;
const MAX_RETRY_MILLISECONDS = 10_000;

/** Where statuses go; for static pods it finds the mirror. */
export interface StatusSink {
  status(pod: ReadonlyPod): ReadonlyPodStatus | undefined;
  set(pod: ReadonlyPod, status: PodStatus): void;
  /** Nothing of the pod is left on the node. */
  release(pod: ReadonlyPod): void;
}

export interface PodWorkerDeps {
  readonly runtime: ContainerRuntime;
  readonly runtimeName: string;
  readonly states: PodStates;
  readonly syncer: PodSyncer;
  readonly statuses: StatusSink;
  readonly probes: ProbeManager;
  readonly volumes: PodVolumes;
  readonly admission: PodAdmission;
  readonly events: PodEvents;
  readonly node: () => NodeFacts;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Keeps one pod as its spec wants it, until it is finished with: one loop, one round at a time, each round computed from the spec and
 * from what the runtime has now. A pod goes one way only: running, ending (its containers are stopped), ended (nothing is left).
 */
export class PodWorker {
  readonly #deps: PodWorkerDeps;
  readonly #wakeUp = new WakeUp();
  readonly #waiting = new Map<string, WaitingReason>();
  #pod: ReadonlyPod;
  /** It has left its source: it is stopped although nobody asked for that in the apiserver. */
  #removed = false;
  #admitted = false;
  /** Why the kubelet itself has ended the pod. */
  #failure: WaitingReason | undefined;
  /** Present while containers are being stopped. */
  #termination: Termination | undefined;
  /** All containers have ended and volumes are gone, the pod may still be in the apiserver. */
  #ended = false;
  #retry = RETRY_MILLISECONDS;
  /** The last round failed, though the runtime answered: the next try waits, whatever the failed one has left in the runtime. */
  #backsOff = false;

  constructor(deps: PodWorkerDeps, pod: ReadonlyPod) {
    this.#deps = deps;
    this.#pod = pod;
  }

  get pod(): ReadonlyPod {
    return this.#pod;
  }

  /** Whether its containers count against the node's resources: not once they have all ended. */
  get isActive(): boolean {
    return !this.#ended && this.#failure === undefined;
  }

  get isAdmitted(): boolean {
    return this.#admitted;
  }

  update(pod: ReadonlyPod): void {
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined) this.#shorten();
    this.wake();
  }

  /** The pod is no longer in its source. */
  remove(): void {
    this.#removed = true;
    this.wake();
  }

  wake(): void {
    this.#wakeUp.wake();
  }

  /** The runtime tells that something happened to its containers. */
  containersChanged(): void {
    if (!this.#backsOff) this.wake();
  }

  /**
   * Resolves when nothing of the pod is left, or when the kubelet ends: then the containers run on. Whoever aborts the signal must wake
   * the worker, too: thousands of them would make listeners of the signal themselves dear.
   */
  async run(): Promise<void> {
    const { clock, signal } = this.#deps;
    while (!signal.aborted) {
      const next = await this.#round();
      if (next === 'finished') return;
      if (next > 0) await this.#wakeUp.wait(clock, next);
    }
  }

  /** @returns in how many milliseconds to look again */
  async #round(): Promise<number | 'finished'> {
    try {
      const state = await this.#deps.states.read(this.#pod.metadata.uid);
      const next = this.#mustEnd ? await this.#end(state) : await this.#sync(state);
      this.#retry = RETRY_MILLISECONDS;
      this.#backsOff = false;
      return next;
    } catch (error) {
      if (this.#deps.signal.aborted) return 0;
      this.#deps.log.error('Syncing a pod failed', { pod: podDescription(this.#pod), error });
      this.#backsOff = !(error instanceof RuntimeUnavailable);
      const retry = this.#retry;
      this.#retry = Math.min(retry * 2, MAX_RETRY_MILLISECONDS);
      return retry;
    }
  }

  get #mustEnd(): boolean {
    return this.#leaves || this.#failure !== undefined || isTerminalPhase(this.#previousStatus()?.phase);
  }

  /** Nothing of it is to stay. */
  get #leaves(): boolean {
    return this.#removed || this.#pod.metadata.deletionTimestamp !== undefined;
  }

  async #sync(state: PodState): Promise<number> {
    const { admission, probes, syncer } = this.#deps;
    const verdict = this.#admitted ? undefined : admission.admit(this.#pod, state);
    const deadline = this.#deadlineExceeded();
    this.#failure = verdict ?? deadline;
    if (verdict !== undefined) this.#deps.events.warning(this.#pod, verdict.reason, verdict.message);
    else if (deadline !== undefined) this.#deps.events.normal(this.#pod, deadline.reason, deadline.message);
    this.#admitted = verdict === undefined;
    probes.track(this.#pod, state);
    const status = this.#setStatus(state);
    if (isTerminalPhase(status.phase)) return 0;

    const actions = computePodActions(this.#pod, state, probes);
    const outcome = await syncer.apply(this.#pod, state, actions);
    this.#remember(outcome);
    if (outcome.changed) return 0;
    if (outcome.problems.size > 0) this.#setStatus(state);
    return Math.min(
      RESYNC_MILLISECONDS,
      this.#untilDeadline(),
      ...[...outcome.problems.values()].map(({ retryAfter }) => retryAfter ?? MAX_RETRY_MILLISECONDS),
    );
  }

  #remember({ problems, started }: SyncOutcome): void {
    for (const name of started) this.#waiting.delete(name);
    for (const [name, { reason, message }] of problems) this.#waiting.set(name, { reason, message });
  }

  async #end(state: PodState): Promise<number | 'finished'> {
    const { probes, volumes, statuses, runtime } = this.#deps;
    const { uid } = this.#pod.metadata;
    if (!this.#ended) {
      probes.stopKilling(uid);
      await this.#stopContainers(state);
      probes.forget(uid);
      this.#setStatus(await this.#deps.states.read(uid), { finished: true });
      await volumes.tearDown(uid);
      this.#ended = true;
    }
    if (!this.#leaves) return RESYNC_MILLISECONDS;
    for (const { id } of state.sandboxes) await runtime.removeSandbox(id);
    if (!this.#removed) statuses.release(this.#pod);
    return 'finished';
  }

  async #stopContainers(state: PodState): Promise<void> {
    const running = runningContainers(state);
    this.#termination = new Termination(this.#deps, this.#pod, this.#graceSeconds);
    try {
      if (running.length > 0) this.#setStatus(state);
      await this.#termination.run(running);
      for (const { id } of state.sandboxes) await this.#deps.runtime.stopSandbox(id);
    } finally {
      this.#termination = undefined;
    }
  }

  get #graceSeconds(): number {
    const { metadata, spec } = this.#pod;
    return metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
  }

  #shorten(): void {
    this.#termination?.shorten(this.#graceSeconds).catch((error: unknown) => {
      this.#deps.log.warn('Shortening the grace period of a pod failed', { pod: podDescription(this.#pod), error });
    });
  }

  #previousStatus(): ReadonlyPodStatus | undefined {
    return this.#deps.statuses.status(this.#pod) ?? this.#pod.status;
  }

  #setStatus(state: PodState, { finished = false } = {}): PodStatus {
    const { statuses, clock, node, probes, runtimeName } = this.#deps;
    const status = computePodStatus({
      pod: this.#pod,
      state,
      previous: this.#previousStatus(),
      waiting: this.#waiting,
      probes,
      hostIPs: node().hostIPs,
      runtimeName,
      now: clock.now(),
      failure: this.#failure,
      finished,
    });
    statuses.set(this.#pod, status);
    return status;
  }

  #deadlineExceeded(): WaitingReason | undefined {
    if (this.#untilDeadline() > 0) return undefined;
    return { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' };
  }

  #untilDeadline(): number {
    const seconds = this.#pod.spec.activeDeadlineSeconds;
    const startTime = this.#previousStatus()?.startTime;
    if (seconds === undefined || startTime === undefined) return Number.POSITIVE_INFINITY;
    return Date.parse(startTime) + seconds * 1000 - this.#deps.clock.now();
  }
}
