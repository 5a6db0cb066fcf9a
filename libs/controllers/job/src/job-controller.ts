import { jobs, pods, type DeepReadonly, type Job, type JobStatus, type Pod } from '@keelson/api';
import {
  controllerOf,
  formatTime,
  LabelMatcher,
  objectKey,
  parseObjectKey,
  semanticEqual,
  StatusError,
  type Clock,
  type ObjectKey,
} from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import {
  asError,
  claim,
  namespaceIsTerminating,
  PodControl,
  podIsActive,
  podIsReady,
  podIsTerminating,
  rankForDeletion,
  slowStart,
} from '@keelson/controller-pod-control';
import {
  Expectations,
  type Controller,
  type EventRecorder,
  type Informer,
  type ReconcileAgain,
  type Watches,
} from '@keelson/controller-runtime';
import { firstPendingIndexes, parseIndexes } from './completed-indexes';
import {
  counts,
  hasFailed,
  hasSucceeded,
  indexOf,
  isIndexed,
  isSuspended,
  isTracked,
  JOB_NAME,
  podOf,
  replacesOnlyFailed,
  TRACKING_FINALIZER,
} from './job-pods';
import {
  allCounted,
  bookFinished,
  COMPLETION,
  countReleased,
  failureOf,
  isFinished,
  settledOutcome,
  untilDeadline,
  withCondition,
  withSuspension,
  type Outcome,
} from './job-status';
import { NO_FAILURES, recordFinished, untilRetry, type FailureRecord } from './pod-failure-backoff';

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

/** What a reconcile works on. */
interface Situation {
  readonly key: ObjectKey;
  readonly job: DeepReadonly<Job>;
  readonly pods: readonly DeepReadonly<Pod>[];
  readonly active: readonly DeepReadonly<Pod>[];
  /** The pods that have the finalizer yet, as far as is known: none of them is in the counters. */
  readonly tracked: readonly DeepReadonly<Pod>[];
  /** Succeeded, whether in the counters yet or not. */
  readonly succeeded: number;
  readonly completed: ReadonlySet<number>;
  readonly failures: FailureRecord;
  readonly signal: AbortSignal;
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
  readonly #deps: JobControllerDeps;
  readonly #podControl: PodControl;

  /** Pods asked for and not yet seen in the cache, per job. Invariant: pods are only created or deleted with none of these left. */
  readonly #expectations: Expectations;

  /** Uids of pods that the cache may still show with the finalizer that was taken off. Invariant: such a pod is not counted again. */
  readonly #released = new Map<ObjectKey, ReadonlySet<string>>();

  /** The version of each job last written. Invariant: no decision is made on an older one. */
  readonly #written = new Map<ObjectKey, string>();

  readonly #failures = new Map<ObjectKey, FailureRecord>();

  constructor(deps: JobControllerDeps) {
    this.#deps = deps;
    this.#podControl = new PodControl(deps);
    this.#expectations = new Expectations(deps.clock);
  }

  watches(watch: Watches): void {
    watch.for(this.#deps.jobs);
    watch.owned(this.#deps.pods, { by: 'Job', expectations: this.#expectations });
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
    const fulfilled = this.#expectations.fulfilled(key);
    const situation = this.#observe(key, job, await this.#claimPods(job, signal), signal);
    const ending = this.#endingOf(situation);
    const manages = fulfilled && job.metadata.deletionTimestamp === undefined;
    const managed = ending !== undefined ? await this.#deleteAll(situation) : manages ? await this.#manage(situation) : NOTHING;
    const settled = fulfilled && managed.error === undefined;
    const outcome = ending === undefined ? this.#completionOf(situation, managed) : settled ? ending : undefined;
    await this.#track(situation, { managed, outcome, suspends: manages && ending === undefined });
    if (managed.error !== undefined) throw managed.error;
    return outcome === undefined ? this.#nextLook(situation) : undefined;
  }

  #mayConcern(pod: DeepReadonly<Pod>): ObjectKey[] {
    if (controllerOf(pod) !== undefined) return [];
    const { namespace, labels } = pod.metadata;
    const adopters = this.#deps.jobs
      .list(namespace)
      .filter(({ spec }) => spec.selector !== undefined && LabelMatcher.of(spec.selector).matches(labels ?? {}));
    const name = isTracked(pod) ? labels?.[JOB_NAME] : undefined;
    const keys = adopters.map(({ metadata }) => objectKey(metadata));
    return name === undefined ? keys : [...new Set([...keys, objectKey({ ...(namespace === undefined ? {} : { namespace }), name })])];
  }

  #isOutdated(key: ObjectKey, { metadata }: DeepReadonly<Job>): boolean {
    const written = this.#written.get(key);
    return written !== undefined && BigInt(metadata.resourceVersion) < BigInt(written);
  }

  #forget(key: ObjectKey): void {
    this.#expectations.forget(key);
    this.#released.delete(key);
    this.#written.delete(key);
    this.#failures.delete(key);
  }

  /** Lets go of the pods of a job that is gone, which nobody will count any more. */
  async #releaseStrays(key: ObjectKey, job: DeepReadonly<Job> | undefined, signal: AbortSignal): Promise<void> {
    const { namespace, name } = parseObjectKey(key);
    const strays = this.#deps.pods.list(namespace).filter((pod) => {
      const owner = controllerOf(pod);
      if (!isTracked(pod)) return false;
      if (owner === undefined) return job === undefined && pod.metadata.labels?.[JOB_NAME] === name;
      return owner.kind === 'Job' && owner.name === name && owner.uid !== job?.metadata.uid;
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
    const claimed = await claim(this.#deps.pods.list(job.metadata.namespace), terms);
    return claimed.map((pod) => (controllerOf(pod) === undefined ? withFinalizer(pod) : pod));
  }

  #observe(key: ObjectKey, job: DeepReadonly<Job>, owned: readonly DeepReadonly<Pod>[], signal: AbortSignal): Situation {
    const released = this.#released.get(key);
    const unseen = owned.filter((pod) => isTracked(pod) && released?.has(pod.metadata.uid) === true);
    this.#released.set(key, new Set(unseen.map(({ metadata }) => metadata.uid)));
    const tracked = owned.filter((pod) => isTracked(pod) && !unseen.includes(pod));
    const uncounted = job.status?.uncountedTerminatedPods;
    const noted = new Set([...(uncounted?.succeeded ?? []), ...(uncounted?.failed ?? [])]);
    const news = tracked.filter((pod) => counts(pod, job) && !noted.has(pod.metadata.uid));
    const succeeded = news.filter(hasSucceeded);
    const completed = parseIndexes(job.status?.completedIndexes, job.spec.completions ?? 0);
    for (const pod of succeeded) completed.add(indexOf(pod, job) ?? -1);
    completed.delete(-1);
    const failed = news.filter((pod) => hasFailed(pod, job));
    const total = (job.status?.succeeded ?? 0) + (uncounted?.succeeded ?? []).length + succeeded.length;
    return {
      key,
      job,
      pods: owned,
      active: owned.filter(podIsActive),
      tracked,
      succeeded: isIndexed(job) ? completed.size : total,
      completed,
      failures: recordFinished(this.#failures.get(key) ?? NO_FAILURES, succeeded, failed),
      signal,
    };
  }

  #endingOf({ job, pods: owned, tracked }: Situation): Outcome | undefined {
    const noted = job.status?.uncountedTerminatedPods?.failed ?? [];
    const news = tracked.filter((pod) => counts(pod, job) && hasFailed(pod, job) && !noted.includes(pod.metadata.uid));
    const failed = (job.status?.failed ?? 0) + noted.length + news.length;
    return settledOutcome(job) ?? failureOf(job, { failed, pods: owned, now: this.#deps.clock.now() });
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
    const { job, active, pods: owned, failures } = situation;
    const now = this.#deps.clock.now();
    const wanted = wantedActive(situation);
    const doomed = podsToDelete(situation, active.length - wanted, now).slice(0, isSuspended(job) ? undefined : BURST);
    if (doomed.length > 0) return this.#withdraw(situation, doomed);
    const leaving = replacesOnlyFailed(job) ? owned.filter(podIsTerminating) : [];
    const missing = Math.min(BURST, wanted - active.length - leaving.length);
    if (missing <= 0 || isSuspended(job) || untilRetry(failures, now) > 0) return NOTHING;
    if (!isIndexed(job))
      return this.#createPods(
        situation,
        Array.from({ length: missing }, () => undefined),
      );
    const taken = new Set([...situation.completed, ...[...active, ...leaving].flatMap((pod) => indexOf(pod, job) ?? [])]);
    return this.#createPods(situation, firstPendingIndexes(missing, job.spec.completions ?? 0, taken));
  }

  async #createPods({ key, job, signal }: Situation, indexes: readonly (number | undefined)[]): Promise<Managed> {
    const queue = indexes.values();
    this.#expectations.expectCreations(key, indexes.length);
    const { succeeded, error } = await slowStart(indexes.length, () =>
      this.#podControl.create(job, podOf(job, queue.next().value), signal),
    );
    for (let failed = succeeded; failed < indexes.length; failed += 1) this.#expectations.creationSeen(key);
    return { created: succeeded, deleted: [], error: namespaceIsTerminating(error) ? undefined : error };
  }

  /** Deletes pods that the job no longer wants; without the finalizer, they don't count as failed. */
  async #withdraw({ key, job, signal }: Situation, doomed: readonly DeepReadonly<Pod>[]): Promise<Managed> {
    const uids = doomed.map(({ metadata }) => metadata.uid);
    this.#expectations.expectDeletions(key, uids);
    const released = await this.#release(doomed, signal);
    const gone = new Set(released.pods);
    const { deleted, error } = await this.#deletePods(
      job,
      doomed.filter((pod) => gone.has(pod)),
      signal,
    );
    const done = new Set(deleted.map(({ metadata }) => metadata.uid));
    for (const uid of uids) if (!done.has(uid)) this.#expectations.deletionSeen(key, uid);
    return { created: 0, deleted, error: released.error ?? error };
  }

  async #deletePods(job: DeepReadonly<Job>, doomed: readonly DeepReadonly<Pod>[], signal: AbortSignal): Promise<Omit<Managed, 'created'>> {
    const { done, error } = await attempt(doomed, (pod) => this.#podControl.delete(job, pod, signal));
    return { deleted: done, error };
  }

  /** Takes the finalizer off; a pod that is gone needs no more. */
  async #release(
    finished: readonly DeepReadonly<Pod>[],
    signal: AbortSignal,
  ): Promise<{ pods: readonly DeepReadonly<Pod>[]; error: Error | undefined }> {
    const { done, error } = await attempt(finished, async ({ metadata }) => {
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
    const deleted = new Set(managed.deleted.map(({ metadata }) => metadata.uid));
    const current = countReleased(this.#countPods(situation, managed), uids);
    const phased = suspends && outcome === undefined ? withSuspension(job, current, now) : current;
    const booked = bookFinished(job, phased, {
      tracked: tracked.filter((pod) => outcome !== undefined || !deleted.has(pod.metadata.uid)),
      outcome,
    });
    const noted = outcome === undefined ? booked.status : withCondition(booked.status, { ...wordsOf(outcome), type: outcome.interim }, now);
    const written = await this.#write(job, noted, signal);
    this.#failures.set(key, situation.failures);
    this.#saySuspension(job, noted);
    const released = await this.#release(booked.release, signal);
    for (const { metadata } of released.pods) uids.delete(metadata.uid);
    this.#noteReleased(key, released.pods);
    const counted = countReleased(written.status ?? {}, uids);
    const ends = outcome !== undefined && released.error === undefined && booked.release.length === tracked.length;
    const done = ends && allCounted(counted) && (counted.terminating ?? 0) === 0;
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

  #nextLook({ job, failures }: Situation): ReconcileAgain | undefined {
    const now = this.#deps.clock.now();
    const retry = isSuspended(job) ? 0 : untilRetry(failures, now);
    const waits = [retry, untilDeadline(job, now) ?? 0].filter((wait) => wait > 0);
    return waits.length === 0 ? undefined : { requeueAfter: Math.min(...waits) };
  }
}

/** How many pods should be active; without a number of completions, no more are started after the first success. */
function wantedActive({ job, active, succeeded }: Situation): number {
  if (isSuspended(job)) return 0;
  const { completions, parallelism = 1 } = job.spec;
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(parallelism, completions - succeeded));
}

/** At least `count` pods: those that cannot be counted, those whose index another works on or that have none first, then those that cost least. */
function podsToDelete({ job, active, completed }: Situation, count: number, now: number): DeepReadonly<Pod>[] {
  const ranked = rankForDeletion(active, active, now);
  // Without the finalizer it would never be counted: its deletion was cut off after that was taken off.
  const lost = ranked.filter((pod) => !isTracked(pod));
  if (!isIndexed(job)) return [...lost, ...ranked.filter(isTracked).slice(0, Math.max(0, count - lost.length))];
  const kept = new Set<number>(completed);
  const useful = [...ranked].reverse().filter((pod) => {
    const index = indexOf(pod, job);
    if (index === undefined || kept.has(index) || !isTracked(pod)) return false;
    kept.add(index);
    return true;
  });
  const useless = ranked.filter((pod) => !useful.includes(pod));
  const rest = ranked.filter((pod) => useful.includes(pod)).slice(0, Math.max(0, count - useless.length));
  return [...useless, ...rest];
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

/** Acts on all pods at once. @returns those it worked for or that are gone, and the first error of another kind */
async function attempt(
  on: readonly DeepReadonly<Pod>[],
  act: (pod: DeepReadonly<Pod>) => Promise<void>,
): Promise<{ done: readonly DeepReadonly<Pod>[]; error: Error | undefined }> {
  const results = await Promise.allSettled(on.map(act));
  const reasons: unknown[] = results.map((result) =>
    result.status === 'fulfilled' || StatusError.is(result.reason, 'NotFound') ? undefined : (result.reason as unknown),
  );
  const failure = reasons.find((reason) => reason !== undefined);
  return { done: on.filter((_, i) => reasons[i] === undefined), error: failure === undefined ? undefined : asError(failure) };
}
