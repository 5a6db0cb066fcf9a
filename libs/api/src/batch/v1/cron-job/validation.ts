import { NOT_NEGATIVE, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { CronJob, CronJobSpec } from '../../../generated/batch/v1';
import { validateJobSpec } from '../job/validation';
import { parseCronSchedule } from './schedule';
import { isTimeZone } from './time-zone';

/** A CronJob's name goes into its Jobs' names with eleven characters more, and these into the labels of pods. */
const MAX_NAME_LENGTH = 52;
const CONCURRENCY_POLICIES = ['Allow', 'Forbid', 'Replace'];
const TIME_ZONE_PART = /^(?!-)[A-Za-z.\-_0-9+]{1,14}$/;

type Spec = DeepReadonly<CronJobSpec>;

/** Whether the schedule itself tells a time zone, which only those that were stored long ago may. */
export const namesTimeZone = (schedule: string): boolean => schedule.includes('TZ');

export function validateCronJob({ spec }: DeepReadonly<CronJob>, path: FieldPath, errors: FieldErrors): void {
  const at = path.child('spec');
  if (spec.schedule === '') errors.required(at.child('schedule'));
  else validateSchedule(spec.schedule, at.child('schedule'), errors);
  const { concurrencyPolicy = '' } = spec;
  if (concurrencyPolicy === '') errors.required(at.child('concurrencyPolicy'));
  else if (!CONCURRENCY_POLICIES.includes(concurrencyPolicy))
    errors.notSupported(at.child('concurrencyPolicy'), concurrencyPolicy, CONCURRENCY_POLICIES);
  for (const field of ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'] as const) {
    const value = spec[field];
    if (value !== undefined && value < 0) errors.invalid(at.child(field), value, NOT_NEGATIVE);
  }
  const jobSpec = spec.jobTemplate.spec;
  if (jobSpec === undefined) return errors.required(at.child('jobTemplate', 'spec'));
  const jobAt = at.child('jobTemplate', 'spec');
  validateJobSpec(jobSpec, jobAt, errors);
  if (jobSpec.selector !== undefined) errors.invalid(jobAt.child('selector'), jobSpec.selector, '`selector` will be auto-generated');
  if (jobSpec.manualSelector === true) errors.notSupported(jobAt.child('manualSelector'), true, ['nil', 'false']);
}

export function validateCronJobCreate({ metadata, spec }: DeepReadonly<CronJob>, path: FieldPath, errors: FieldErrors): void {
  if (metadata.name.length > MAX_NAME_LENGTH)
    errors.invalid(path.child('metadata', 'name'), metadata.name, `must be no more than ${MAX_NAME_LENGTH} characters`);
  refuseTimeZoneInSchedule(spec, path.child('spec', 'schedule'), errors);
  validateTimeZone(spec, path.child('spec', 'timeZone'), errors);
}

export function validateCronJobUpdate(
  { spec }: DeepReadonly<CronJob>,
  { spec: previous }: DeepReadonly<CronJob>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const at = path.child('spec', 'schedule');
  if (!namesTimeZone(previous.schedule)) refuseTimeZoneInSchedule(spec, at, errors);
  else if (namesTimeZone(spec.schedule) && spec.timeZone !== undefined)
    errors.invalid(at, spec.schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule');
  if (spec.timeZone !== previous.timeZone) validateTimeZone(spec, path.child('spec', 'timeZone'), errors);
}

function validateSchedule(schedule: string, path: FieldPath, errors: FieldErrors): void {
  try {
    parseCronSchedule(schedule);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    errors.invalid(path, schedule, error.message);
  }
}

function refuseTimeZoneInSchedule({ schedule }: Spec, path: FieldPath, errors: FieldErrors): void {
  if (namesTimeZone(schedule)) errors.invalid(path, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead');
}

function validateTimeZone({ timeZone }: Spec, path: FieldPath, errors: FieldErrors): void {
  if (timeZone === undefined) return;
  if (timeZone === '') return errors.invalid(path, timeZone, 'timeZone must be nil or non-empty string');
  const isWellFormed = timeZone.split('/').every((part) => part !== '.' && part !== '..' && TIME_ZONE_PART.test(part));
  if (timeZone.toLowerCase() === 'local')
    errors.invalid(path, timeZone, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
  else if (!isWellFormed || !isTimeZone(timeZone)) errors.invalid(path, timeZone, `unknown time zone ${timeZone}`);
}
