import type { CronJob, CronSchedule, DeepReadonly } from '@keelson/api';
import { parseTime } from '@keelson/apimachinery';

const SECOND = 1000;
/** Above this, it is said that many were missed: a wrong clock would be a likelier cause than a long pause. */
const MANY = 100;

/** What of a schedule is past. Times in milliseconds since the epoch. */
export interface Missed {
  /** The time that counting starts at. */
  readonly since: number;
  /** The last time that a Job was due. */
  readonly latest: number | undefined;
  readonly amount: 'none' | 'few' | 'many';
}

/**
 * What was due since the last run, or since the CronJob was made. How many is an estimate by the distance of the first two.
 * @param within go back no further than `startingDeadlineSeconds`
 */
export function missedTimes(
  { metadata, spec, status }: DeepReadonly<CronJob>,
  { now, schedule, within }: { readonly now: number; readonly schedule: CronSchedule; readonly within: boolean },
): Missed {
  const lastRun = parseTime(status?.lastScheduleTime ?? metadata.creationTimestamp) ?? now;
  const { startingDeadlineSeconds: deadline } = spec;
  const since = within && deadline !== undefined ? Math.max(lastRun, now - deadline * SECOND) : lastRun;
  const first = schedule.next(since);
  if (first === undefined || now < first) return { since, latest: undefined, amount: 'none' };
  const second = schedule.next(first);
  if (second === undefined || now < second) return { since, latest: first, amount: 'none' };
  const distance = second - first;
  const count = Math.floor((now - first) / distance) + 1;
  // One distance less than the estimate, so that the last is met also where distances vary; whole ones, so that intervals stay in step.
  let latest: number | undefined;
  for (let time = schedule.next(first + (count - 2) * distance); time !== undefined && time <= now; time = schedule.next(time))
    latest = time;
  return { since, latest, amount: count > MANY ? 'many' : 'few' };
}

/** The next time after now; of an interval, counted from its last run. */
export function nextTime(
  cronJob: DeepReadonly<CronJob>,
  { now, schedule }: { readonly now: number; readonly schedule: CronSchedule },
): number | undefined {
  const { amount, latest, since } = missedTimes(cronJob, { now, schedule, within: false });
  return schedule.next(latest ?? (amount === 'none' ? since : now));
}
