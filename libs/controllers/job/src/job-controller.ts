import { jobs, pods, type DeepReadonly, type Job, type JobStatus, type Pod } from '@keelson/api';
import {
  controllerOf,
  formatTime,
  LabelMatcher,
  objectKey,
  semanticEqual,
  type Clock,
  type Draft,
  type ObjectKey,
} from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import {
  adoptersOf,
  claim,
  claimable,
  ExpectedPods,
  forEachPod,
  ORPHAN_INDEX,
  orphansByNamespace,
  PodControl,
  podIsActive,
  podIsReady,
  podIsTerminating,
} from '@keelson/controller-pod-control';
import type { Controller, EventRecorder, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';
import { firstPendingIndexes } from './completed-indexes';
import { failureAnnotations, limitsEachIndex, untilIndexRetry } from './index-failures';
import { COMPLETION, isFinished, outcomeOf, untilDeadline, type Outcome } from './job-outcome';
import { isIndexed, isSuspended, isTracked, JOB_INDEX, podOf, trackedByJob, TRACKING_FINALIZER } from './job-pods';
import { leavingPods, podsToDelete, situationOf, takenIndexes, wantedActive, type Situation } from './job-situation';
import { bookFinished, countReleased, withCondition, withSuspension } from './job-status';
import { NO_FAILURES, untilRetry, type FailureRecord } from './pod-failure-backoff';

/** Creates or deletes at most this many pods per reconcile. */
const BURST = 500;
const OWN_NAME = 'kubernetes.io/job-controller';

export interface JobControllerDeps {
  readonly client: ApiClient;
  readonly jobs: Informer<Job>;
  readonly pods: Informer<Pod>;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
}

/** What managing the pods came to. */
interface Managed {
  readonly created: number;
  readonly deleted: readonly DeepReadonly<Pod>[];
  readonly error: Error | undefined;
}

const NOTHING: Managed = { created: 0, deleted: [], error: undefined };

/**
 * Runs a Job's pods until enough have succeeded or too many have failed (pkg/controller/job). Level-triggered. Every pod carries a finalizer
 * until it is counted: noted in the status, then released, then counted, so that wherever this is cut off, none is counted twice or lost.
 */
export class JobController implements Controller {
  readonly name = 'job';
  /** Such as where a pod is refused. */
  readonly backoff = { first: 1000, last: 60_000 };
  readonly #deps: JobControllerDeps;
  readonly #podControl: PodControl;

  /** Invariant: pods are only created or withdrawn while none of its own writes are unseen. */
  readonly #podWrites: ExpectedPods;

  /** Uids of pods that the cache may still show with the finalizer that was taken off. Invariant: such a pod is not counted again. */
  readonly #released = new Map<ObjectKey, ReadonlySet<string>>();

  /** The version of each job last written. Invariant: no decision is made on an older one. */
  readonly #written = new Map<ObjectKey, string>();

  readonly #failures = new Map<ObjectKey, FailureRecord>();

  constructor(deps: JobControllerDeps) {
    this.#deps = deps;
    this.#podControl = new PodControl(deps);
    this.#podWrites = new ExpectedPods(deps);
    deps.pods.addIndex(ORPHAN_INDEX, orphansByNamespace);
    deps.pods.addIndex(JOB_INDEX, trackedByJob);
  }

  watches(watch: Watches): void {
    watch.for(this.#deps.jobs);
    watch.owned(this.#deps.pods, { by: 'Job', expectations: this.#podWrites.expectations });
    watch.mapped(this.#deps.pods, (pod, { type }) => (type === 'delete' ? [] : this.#mayConcern(pod)));
  }

  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const job = this.#deps.jobs.get(key);
    if (job !== undefined && ((job.spec.managedBy ?? OWN_NAME) !== OWN_NAME || this.#isOutdated(key, job))) return undefined;
    await this.#releaseStrays(key, job, signal);
    if (job === undefined) {
      this.#forget(key);
      return undefined;
    }
    if (isFinished(job)) return this.#sweep(job, signal);
    const seen = this.#podWrites.seen(key);
    const situation = this.#observe(key, job, await this.#claimPods(job, signal), signal);
    const ending = outcomeOf(situation, this.#deps.clock.now());
    const manages = seen && job.metadata.deletionTimestamp === undefined;
    const managed = ending !== undefined ? await this.#deleteAll(situation) : manages ? await this.#manage(situation) : NOTHING;
    const settled = seen && managed.error === undefined;
    const outcome = ending === undefined ? this.#completionOf(situation, managed) : settled ? ending : undefined;
    await this.#track(situation, { managed, outcome, suspends: manages && ending === undefined });
    if (managed.error !== undefined) throw managed.error;
    return outcome === undefined ? this.#nextLook(situation) : undefined;
  }

  #mayConcern(pod: DeepReadonly<Pod>): ObjectKey[] {
    if (controllerOf(pod) !== undefined) return [];
    return [...new Set([...adoptersOf(pod, this.#deps.jobs, ({ spec }) => spec.selector), ...trackedByJob(pod)])];
  }

  #isOutdated(key: ObjectKey, { metadata }: DeepReadonly<Job>): boolean {
    const written = this.#written.get(key);
    return written !== undefined && BigInt(metadata.resourceVersion) < BigInt(written);
  }

  #forget(key: ObjectKey): void {
    this.#podWrites.forget(key);
    this.#released.delete(key);
    this.#written.delete(key);
    this.#failures.delete(key);
  }

  /** Lets go of the pods of a job that is gone, and of those that are no longer of it, which nobody will count any more. */
  async #releaseStrays(key: ObjectKey, job: DeepReadonly<Job> | undefined, signal: AbortSignal): Promise<void> {
    const mayBeAdopted = job === undefined ? undefined : LabelMatcher.of(job.spec.selector);
    const strays = this.#deps.pods.byIndex(JOB_INDEX, key).filter((pod) => {
      const owner = controllerOf(pod);
      if (owner !== undefined) return owner.uid !== job?.metadata.uid;
      return mayBeAdopted?.matches(pod.metadata.labels ?? {}) !== true;
    });
    const { error } = await this.#release(strays, signal);
    if (error !== undefined) throw error;
  }

  /** Clears away what is left of a finished job: running pods, and finalizers. */
  async #sweep(job: DeepReadonly<Job>, signal: AbortSignal): Promise<undefined> {
    const key = objectKey(job.metadata);
    this.#failures.delete(key);
    const left = this.#deps.pods.byOwner(job);
    const { error } = await this.#deletePods(job, left.filter(podIsActive), signal);
    const released = await this.#release(left.filter(isTracked), signal);
    const failure = error ?? released.error;
    if (failure !== undefined) throw failure;
  }

  async #claimPods(job: DeepReadonly<Job>, signal: AbortSignal): Promise<DeepReadonly<Pod>[]> {
    const { client } = this.#deps;
    const selector = job.spec.selector;
    const terms = { client, owner: job, ownerResource: jobs, resource: pods, selector, finalizer: TRACKING_FINALIZER, signal };
    const claimed = await claim(claimable(this.#deps.pods, job), terms);
    return claimed.map((pod) => (controllerOf(pod) === undefined ? withFinalizer(pod) : pod));
  }

  #observe(key: ObjectKey, job: DeepReadonly<Job>, owned: readonly DeepReadonly<Pod>[], signal: AbortSignal): Situation {
    const before = this.#released.get(key) ?? new Set<string>();
    const released = new Set(
      owned.filter((pod) => isTracked(pod)).flatMap(({ metadata }) => (before.has(metadata.uid) ? [metadata.uid] : [])),
    );
    this.#released.set(key, released);
    return situationOf({ key, job, pods: owned, released, failures: this.#failures.get(key) ?? NO_FAILURES, signal });
  }

  #completionOf({ job, active, succeeded }: Situation, { created, deleted }: Managed): Outcome | undefined {
    if (active.length + created - deleted.length > 0) return undefined;
    const { completions } = job.spec;
    return succeeded >= (completions ?? 1) ? COMPLETION : undefined;
  }

  async #deleteAll({ job, active, signal }: Situation): Promise<Managed> {
    return { created: 0, ...(await this.#deletePods(job, active, signal)) };
  }

  /** Brings the number of active pods to what is wanted; one reconcile either deletes or creates. */
  async #manage(situation: Situation): Promise<Managed> {
    const { job, active, failures, signal } = situation;
    const now = this.#deps.clock.now();
    const wanted = wantedActive(situation);
    const doomed = podsToDelete(situation, active.length - wanted, now).slice(0, isSuspended(job) ? undefined : BURST);
    if (doomed.length > 0) return this.#withdraw(situation, doomed);
    const missing = Math.min(BURST, wanted - active.length - leavingPods(situation).length);
    if (missing <= 0 || isSuspended(job)) return NOTHING;
    if (!limitsEachIndex(job) && untilRetry(failures, now) > 0) return NOTHING;
    const drafts = isIndexed(job) ? podsOfIndexes(situation, missing, now) : Array.from({ length: missing }, () => podOf(job, undefined));
    return { ...(await this.#podWrites.create(job, drafts, signal)), deleted: [] };
  }

  /** Deletes pods that the job no longer wants; without the finalizer, they don't count as failed. */
  async #withdraw({ job, signal }: Situation, doomed: readonly DeepReadonly<Pod>[]): Promise<Managed> {
    const released = await this.#release(doomed, signal);
    const { deleted, error } = await this.#podWrites.delete(job, released.pods, signal);
    return { created: 0, deleted, error: released.error ?? error };
  }

  async #deletePods(job: DeepReadonly<Job>, doomed: readonly DeepReadonly<Pod>[], signal: AbortSignal): Promise<Omit<Managed, 'created'>> {
    const { done, error } = await forEachPod(doomed, (pod) => this.#podControl.delete(job, pod, signal));
    return { deleted: done, error };
  }

  /** Takes the finalizer off; a pod that is gone needs no more. */
  async #release(
    finished: readonly DeepReadonly<Pod>[],
    signal: AbortSignal,
  ): Promise<{ pods: readonly DeepReadonly<Pod>[]; error: Error | undefined }> {
    const { done, error } = await forEachPod(finished, async ({ metadata }) => {
      const finalizers = (metadata.finalizers ?? []).filter((each) => each !== TRACKING_FINALIZER);
      if (finalizers.length === (metadata.finalizers ?? []).length) return;
      // In the version seen: the list is replaced as a whole, and what another put on it since must stay.
      const patch = { metadata: { uid: metadata.uid, resourceVersion: metadata.resourceVersion, finalizers } };
      await this.#deps.client.resource(pods).patch(metadata, { type: 'merge', patch }, { signal });
    });
    return { pods: done, error };
  }

  /** Counts what has finished: noted, released, counted, each step written before the next is taken. */
  async #track(
    situation: Situation,
    { managed, outcome, suspends }: { readonly managed: Managed; readonly outcome: Outcome | undefined; readonly suspends: boolean },
  ): Promise<void> {
    const { key, job, tracked, signal } = situation;
    const now = this.#deps.clock.now();
    const uids = new Set(tracked.map(({ metadata }) => metadata.uid));
    const withdrawn = new Set(managed.deleted.map(({ metadata }) => metadata.uid));
    const current = countReleased(this.#countPods(situation, managed), uids);
    const phased = suspends && outcome === undefined ? withSuspension(job, current, now) : current;
    const booked = bookFinished(situation, phased, { withdrawn, outcome });
    const noted = outcome === undefined ? booked.status : withCondition(booked.status, { ...wordsOf(outcome), type: outcome.interim }, now);
    const written = await this.#write(job, noted, signal);
    this.#failures.set(key, situation.failures);
    this.#saySuspension(job, noted);
    const released = await this.#release(booked.release, signal);
    for (const { metadata } of released.pods) uids.delete(metadata.uid);
    this.#noteReleased(key, released.pods);
    const counted = countReleased(written.status ?? {}, uids);
    const ends = outcome !== undefined && released.error === undefined && booked.release.length === tracked.length;
    const done = ends && (counted.terminating ?? 0) === 0;
    await this.#write(written, done ? finished(counted, outcome, now) : counted, signal);
    if (done) this.#sayFinished(job, counted, outcome);
    if (released.error !== undefined) throw released.error;
  }

  #countPods({ job, pods: owned, active }: Situation, { created, deleted }: Managed): JobStatus {
    const suspended = isSuspended(job);
    const start = job.status?.startTime ?? (suspended ? undefined : formatTime(this.#deps.clock.now()));
    return {
      ...(structuredClone(job.status ?? {}) as JobStatus),
      ...(start === undefined ? {} : { startTime: start }),
      active: active.length + created - deleted.length,
      ready: active.filter((pod) => podIsReady(pod) && !deleted.includes(pod)).length,
      terminating: owned.filter(podIsTerminating).length + deleted.length,
    };
  }

  #noteReleased(key: ObjectKey, gone: readonly DeepReadonly<Pod>[]): void {
    this.#released.set(key, new Set([...(this.#released.get(key) ?? []), ...gone.map(({ metadata }) => metadata.uid)]));
  }

  async #write(job: DeepReadonly<Job>, status: JobStatus, signal: AbortSignal): Promise<DeepReadonly<Job>> {
    if (semanticEqual(status, job.status)) return job;
    const written = await this.#deps.client.resource(jobs).updateStatus({ ...(structuredClone(job) as Job), status }, { signal });
    this.#written.set(objectKey(job.metadata), written.metadata.resourceVersion);
    return written;
  }

  #saySuspension(job: DeepReadonly<Job>, status: JobStatus): void {
    const statusOf = (of: DeepReadonly<JobStatus> | undefined): string | undefined =>
      of?.conditions?.find(({ type }) => type === 'Suspended')?.status;
    const next = statusOf(status);
    if (next === undefined || next === statusOf(job.status)) return;
    if (next === 'True') this.#deps.recorder.event(job, 'Normal', 'Suspended', 'Job suspended');
    else this.#deps.recorder.event(job, 'Normal', 'Resumed', 'Job resumed');
  }

  #sayFinished(job: DeepReadonly<Job>, { succeeded = 0 }: JobStatus, outcome: Outcome): void {
    const { recorder } = this.#deps;
    if (outcome.final === 'Failed') {
      recorder.event(job, 'Warning', outcome.reason, outcome.message);
      return;
    }
    if (succeeded > (job.spec.completions ?? Infinity))
      recorder.event(job, 'Warning', 'TooManySucceededPods', 'Too many succeeded pods running after completion count reached');
    recorder.event(job, 'Normal', 'Completed', 'Job completed');
  }

  #nextLook({ job, failures, toReplace }: Situation): ReconcileAgain | undefined {
    const now = this.#deps.clock.now();
    const retries = limitsEachIndex(job) ? [...toReplace.values()].map((pod) => untilIndexRetry(pod, now)) : [untilRetry(failures, now)];
    const waits = [...(isSuspended(job) ? [] : retries), untilDeadline(job, now) ?? 0].filter((wait) => wait > 0);
    return waits.length === 0 ? undefined : { requeueAfter: Math.min(...waits) };
  }
}

/** The pods of the first indexes that need one, without those that must wait after a failure of their own. */
function podsOfIndexes(situation: Situation, count: number, now: number): Draft<Pod>[] {
  const { job, toReplace } = situation;
  const indexes = firstPendingIndexes(count, job.spec.completions ?? 0, takenIndexes(situation));
  if (!limitsEachIndex(job)) return indexes.map((index) => podOf(job, index));
  return indexes
    .filter((index) => untilIndexRetry(toReplace.get(index), now) === 0)
    .map((index) => podOf(job, index, failureAnnotations(job, toReplace.get(index))));
}

function finished(status: JobStatus, outcome: Outcome, now: number): JobStatus {
  const next = withCondition(status, { ...wordsOf(outcome), type: outcome.final }, now);
  return outcome.final === 'Complete' ? { ...next, completionTime: formatTime(now) } : next;
}

const wordsOf = ({ reason, message }: Outcome): { status: string; reason: string; message: string } => ({
  status: 'True',
  reason,
  message,
});

const withFinalizer = ({ metadata, ...pod }: DeepReadonly<Pod>): DeepReadonly<Pod> => ({
  ...pod,
  metadata: { ...metadata, finalizers: [...new Set([...(metadata.finalizers ?? []), TRACKING_FINALIZER])] },
});
