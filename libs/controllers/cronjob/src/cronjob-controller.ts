import {
  cronjobs,
  isTimeZone,
  jobs,
  parseCronSchedule,
  type CronJob,
  type CronJobStatus,
  type CronSchedule,
  type DeepReadonly,
  type Job,
  type ObjectReference,
} from '@keelson/api';
import {
  formatTime,
  isControlledBy,
  objectKey,
  parseTime,
  semanticEqual,
  StatusError,
  type Clock,
  type ObjectKey,
  type ObjectName,
} from '@keelson/apimachinery';
import type { ApiClient } from '@keelson/client';
import type { Controller, EventRecorder, Informer, ReconcileAgain, Watches } from '@keelson/controller-runtime';
import { beyondLimit, endOf, jobName, jobOf, referenceTo } from './cron-jobs';
import { missedTimes, nextTime } from './missed-times';

/** It looks a little after the time, so that a clock that is corrected meanwhile does not make it look too early. */
const AFTER_TIME = 100;

export interface CronJobControllerDeps {
  readonly client: ApiClient;
  readonly cronJobs: Informer<CronJob>;
  readonly jobs: Informer<Job>;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
}

/** One reconcile of a CronJob, with the status that it comes to. */
interface Run {
  readonly cronJob: DeepReadonly<CronJob>;
  readonly status: CronJobStatus;
  readonly now: number;
  readonly signal: AbortSignal;
}

/**
 * Creates the Jobs of CronJobs when they are due, and deletes old ones (pkg/controller/cronjob). The name of a Job tells its time, so that none
 * is made twice; of several that were missed, only the last is made up for.
 */
export class CronJobController implements Controller {
  readonly name = 'cronjob';
  readonly #deps: CronJobControllerDeps;

  /** The version of each CronJob last written. Invariant: no decision is made on an older one. */
  readonly #written = new Map<ObjectKey, string>();

  /** The schedule of each CronJob when last looked at: a new one starts with its next time, and makes up for nothing at once. */
  readonly #schedules = new Map<ObjectKey, string>();

  constructor(deps: CronJobControllerDeps) {
    this.#deps = deps;
  }

  watches(watch: Watches): void {
    watch.for(this.#deps.cronJobs);
    watch.owned(this.#deps.jobs, { by: 'CronJob' });
  }

  async reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileAgain | undefined> {
    const cronJob = this.#deps.cronJobs.get(key);
    if (cronJob === undefined) {
      this.#written.delete(key);
      this.#schedules.delete(key);
      return undefined;
    }
    if (BigInt(cronJob.metadata.resourceVersion) < BigInt(this.#written.get(key) ?? '0')) return undefined;
    const status = structuredClone(cronJob.status ?? {}) as CronJobStatus;
    const run: Run = { cronJob, status, now: this.#deps.clock.now(), signal };
    const owned = this.#deps.jobs.byOwner(cronJob);
    await this.#deleteOld(run, owned);
    if (!(await this.#bookOwned(run, owned))) return undefined;
    await this.#bookMissing(run, owned);
    try {
      return cronJob.metadata.deletionTimestamp === undefined ? await this.#schedule(run) : undefined;
    } finally {
      await this.#writeStatus(run);
    }
  }

  async #deleteOld(run: Run, owned: readonly DeepReadonly<Job>[]): Promise<void> {
    const { failedJobsHistoryLimit, successfulJobsHistoryLimit } = run.cronJob.spec;
    const old = [...beyondLimit(owned, 'Complete', successfulJobsHistoryLimit), ...beyondLimit(owned, 'Failed', failedJobsHistoryLimit)];
    for (const job of old) await this.#delete(run, job.metadata);
  }

  /** Books the Jobs that there are. @returns false if the cache knows a Job but not yet that it was booked: that will wake the CronJob again */
  async #bookOwned(run: Run, owned: readonly DeepReadonly<Job>[]): Promise<boolean> {
    const { cronJob, signal, status } = run;
    for (const job of owned) {
      const isActive = holds(status.active, job);
      const end = endOf(job);
      if (end === undefined && !isActive) {
        const fresh = await this.#deps.client.resource(cronjobs).get(cronJob.metadata, { signal });
        if (holds(fresh.status?.active, job)) return false;
        this.#tell(run, 'Warning', 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${job.metadata.name}`);
      }
      if (end === undefined) continue;
      if (isActive) {
        drop(status, job.metadata.uid);
        this.#tell(run, 'Normal', 'SawCompletedJob', `Saw completed job: ${job.metadata.name}, condition: ${end}`);
      }
      if (end === 'Complete') bookSuccess(status, job);
    }
    return true;
  }

  /** Takes Jobs off the list that are gone, and not only unseen. */
  async #bookMissing(run: Run, owned: readonly DeepReadonly<Job>[]): Promise<void> {
    const known = new Set(owned.map(({ metadata }) => metadata.uid));
    for (const reference of run.status.active ?? []) {
      if (known.has(reference.uid ?? '') || (await this.#find(nameOf(reference), run.signal)) !== undefined) continue;
      drop(run.status, reference.uid);
      this.#tell(run, 'Normal', 'MissingJob', `Active job went missing: ${reference.name ?? ''}`);
    }
  }

  /** Creates the Job that is due, if one is and may be. @returns when to look again */
  async #schedule(run: Run): Promise<ReconcileAgain | undefined> {
    const { cronJob, now } = run;
    if (cronJob.spec.suspend === true) return undefined;
    const schedule = this.#scheduleOf(run);
    if (schedule === undefined) return undefined;
    const due = this.#isNewSchedule(cronJob) ? undefined : this.#dueTime(run, schedule);
    if (due !== undefined && this.#mayStart(run, due)) await this.#start(run, due);
    const next = nextTime({ ...cronJob, status: run.status }, { now, schedule });
    return next === undefined ? undefined : { requeueAfter: Math.max(0, next - now) + AFTER_TIME };
  }

  /** @returns undefined if it can't be read or never comes to a time, which is told: trying again would not help */
  #scheduleOf(run: Run): CronSchedule | undefined {
    const { schedule, timeZone } = run.cronJob.spec;
    if (timeZone !== undefined && !isTimeZone(timeZone)) {
      this.#tell(run, 'Warning', 'UnknownTimeZone', `invalid timeZone: ${JSON.stringify(timeZone)}: unknown time zone ${timeZone}`);
      return undefined;
    }
    if (schedule.includes('TZ')) {
      const message = `CRON_TZ or TZ used in schedule ${JSON.stringify(schedule)} is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details`;
      this.#tell(run, 'Warning', 'UnsupportedSchedule', message);
    }
    try {
      const parsed = parseCronSchedule(schedule, timeZone);
      if (parsed.next(run.now) !== undefined) return parsed;
      this.#tell(
        run,
        'Warning',
        'InvalidSchedule',
        `invalid schedule: ${schedule} : time difference between two schedules is less than 1 second`,
      );
      return undefined;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#tell(run, 'Warning', 'UnparseableSchedule', `unparseable schedule: ${JSON.stringify(schedule)} : ${error.message}`);
      return undefined;
    }
  }

  #isNewSchedule({ metadata, spec }: DeepReadonly<CronJob>): boolean {
    const key = objectKey(metadata);
    const text = `${spec.timeZone ?? ''} ${spec.schedule}`;
    const before = this.#schedules.get(key);
    this.#schedules.set(key, text);
    return before !== undefined && before !== text;
  }

  #dueTime(run: Run, schedule: CronSchedule): number | undefined {
    const { amount, latest } = missedTimes({ ...run.cronJob, status: run.status }, { now: run.now, schedule, within: true });
    if (latest !== undefined && amount === 'many') {
      const message = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
      this.#tell(run, 'Warning', 'TooManyMissedTimes', message);
    }
    return latest;
  }

  #mayStart(run: Run, due: number): boolean {
    const { cronJob, now, status } = run;
    const { concurrencyPolicy, startingDeadlineSeconds } = cronJob.spec;
    if (startingDeadlineSeconds !== undefined && due + startingDeadlineSeconds * 1000 < now) {
      const time = new Date(due).toUTCString().replace('GMT', '+0000');
      this.#tell(run, 'Warning', 'MissSchedule', `Missed scheduled time to start a job: ${time}`);
      return false;
    }
    const active = status.active ?? [];
    const isStarted = active.some(({ name }) => name === jobName(cronJob, due)) || parseTime(status.lastScheduleTime ?? '') === due;
    if (isStarted) return false;
    if (concurrencyPolicy === 'Forbid' && active.length > 0) {
      const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
      this.#tell(run, 'Normal', 'JobAlreadyActive', message);
      return false;
    }
    return true;
  }

  async #start(run: Run, due: number): Promise<void> {
    if (run.cronJob.spec.concurrencyPolicy === 'Replace') await this.#deleteActive(run);
    const job = await this.#create(run, due);
    if (job === undefined) return;
    run.status.active = [...(run.status.active ?? []), referenceTo(job)];
    run.status.lastScheduleTime = formatTime(due);
  }

  async #deleteActive(run: Run): Promise<void> {
    for (const reference of run.status.active ?? []) {
      const name = nameOf(reference);
      if (!(await this.#delete(run, { ...name, uid: reference.uid ?? '' })))
        throw new Error(`could not replace job ${name.namespace ?? ''}/${name.name}`);
    }
  }

  /** @returns the Job to book; undefined if there is another of its name, or it is booked already */
  async #create(run: Run, due: number): Promise<DeepReadonly<Job> | undefined> {
    const { cronJob, signal, status } = run;
    const draft = jobOf(cronJob, due);
    try {
      const job = await this.#deps.client.resource(jobs).create(draft, { signal });
      this.#tell(run, 'Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`);
      return job;
    } catch (error) {
      if (StatusError.is(error, 'AlreadyExists')) {
        // It may have been made, and this cut off before the status told so.
        const present = await this.#find({ namespace: cronJob.metadata.namespace, name: jobName(cronJob, due) }, signal);
        return present !== undefined && isControlledBy(present, cronJob) && !holds(status.active, present) ? present : undefined;
      }
      if (!StatusError.hasCause(error, 'NamespaceTerminating'))
        this.#tell(run, 'Warning', 'FailedCreate', `Error creating job: ${messageOf(error)}`);
      throw error;
    }
  }

  /** Deletes a Job with its pods, and takes it off the list. @returns whether it could */
  async #delete(run: Run, job: ObjectName & { readonly uid: string }): Promise<boolean> {
    const { name, namespace, uid } = job;
    try {
      const options = { propagationPolicy: 'Background', preconditions: { uid }, signal: run.signal };
      await this.#deps.client.resource(jobs).delete({ name, namespace }, options);
      this.#tell(run, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`);
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) {
        this.#tell(run, 'Warning', 'FailedDelete', `Deleted job: ${messageOf(error)}`);
        return false;
      }
    }
    drop(run.status, uid);
    return true;
  }

  async #find(name: ObjectName, signal: AbortSignal): Promise<Job | undefined> {
    try {
      return await this.#deps.client.resource(jobs).get(name, { signal });
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  async #writeStatus({ cronJob, signal, status }: Run): Promise<void> {
    if (semanticEqual(status, cronJob.status)) return;
    const next = { ...(structuredClone(cronJob) as CronJob), status };
    const { metadata } = await this.#deps.client.resource(cronjobs).updateStatus(next, { signal });
    this.#written.set(objectKey(metadata), metadata.resourceVersion);
  }

  #tell({ cronJob }: Run, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#deps.recorder.event(cronJob, type, reason, message);
  }
}

const holds = (active: readonly DeepReadonly<ObjectReference>[] | undefined, { metadata }: DeepReadonly<Job>): boolean =>
  (active ?? []).some(({ uid }) => uid === metadata.uid);

function drop(status: CronJobStatus, uid: string | undefined): void {
  status.active = (status.active ?? []).filter((reference) => reference.uid !== uid);
}

function bookSuccess(status: CronJobStatus, { status: end }: DeepReadonly<Job>): void {
  const time = end?.completionTime;
  if (time !== undefined && (parseTime(time) ?? 0) > (parseTime(status.lastSuccessfulTime ?? '') ?? 0)) status.lastSuccessfulTime = time;
}

const nameOf = ({ name = '', namespace }: DeepReadonly<ObjectReference>): ObjectName => ({ name, namespace });

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
