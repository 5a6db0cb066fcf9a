import { cronjobs, jobs, TimeZone, type CronJob, type DeepReadonly, type Job, type JobSpec, type ObjectReference } from '@keelson/api';
import { apiVersionOf, conditionIsTrue, ownerReferenceTo, parseTime, type Draft } from '@keelson/apimachinery';

const SCHEDULED_TIMESTAMP = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
const MINUTE = 60_000;

/** The same for the same time, so that no Job is made twice. */
export const jobName = ({ metadata }: DeepReadonly<CronJob>, scheduledTime: number): string =>
  `${metadata.name}-${Math.floor(scheduledTime / MINUTE)}`;

/** The Job that is due at a time, in milliseconds since the epoch. */
export function jobOf(cronJob: DeepReadonly<CronJob>, scheduledTime: number): Draft<Job> {
  const { jobTemplate, timeZone } = cronJob.spec;
  const { annotations, labels } = jobTemplate.metadata ?? {};
  const { namespace } = cronJob.metadata;
  return {
    metadata: {
      name: jobName(cronJob, scheduledTime),
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...labels },
      annotations: { ...annotations, [SCHEDULED_TIMESTAMP]: new TimeZone(timeZone ?? 'UTC').format(scheduledTime) },
      ownerReferences: [ownerReferenceTo(cronJob, cronjobs)],
    },
    spec: structuredClone(jobTemplate.spec) as JobSpec,
  };
}

export function referenceTo({ metadata }: DeepReadonly<Job>): ObjectReference {
  const { name, namespace = '', resourceVersion, uid } = metadata;
  return { apiVersion: apiVersionOf(jobs), kind: jobs.kind, name, namespace, resourceVersion, uid };
}

export function endOf({ status }: DeepReadonly<Job>): 'Complete' | 'Failed' | undefined {
  return (['Complete', 'Failed'] as const).find((type) => conditionIsTrue(status?.conditions, type));
}

/** Those that ended in one way and are more than the limit, the first started first. */
export function beyondLimit(
  owned: readonly DeepReadonly<Job>[],
  end: 'Complete' | 'Failed',
  limit: number | undefined,
): readonly DeepReadonly<Job>[] {
  const ended = owned.filter((job) => endOf(job) === end).sort(byStart);
  return limit === undefined ? [] : ended.slice(0, Math.max(0, ended.length - limit));
}

function byStart(a: DeepReadonly<Job>, b: DeepReadonly<Job>): number {
  const startOf = ({ status }: DeepReadonly<Job>): number => parseTime(status?.startTime ?? '') ?? Number.MAX_SAFE_INTEGER;
  return startOf(a) - startOf(b) || (a.metadata.name < b.metadata.name ? -1 : 1);
}
