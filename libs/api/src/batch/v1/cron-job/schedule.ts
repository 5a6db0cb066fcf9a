import { parseGoDuration } from '@keelson/component-base/go-duration';
import { parseFields, type ScheduleFields } from './schedule-field';
import { isTimeZone, TimeZone, type WallTime } from './time-zone';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** A schedule that has no time for so long has none at all, such as that of a 31st of February. */
const YEARS_AHEAD = 5;

const NAMED: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** When a CronJob runs. */
export interface CronSchedule {
  /** The first time after `time`, both in milliseconds since the epoch; undefined if there is none within five years. */
  next(time: number): number | undefined;
}

/**
 * Reads the schedule of a CronJob: five fields, `@hourly` and its like, `@every 1h30m`, in the time zone of a leading `TZ=` or `CRON_TZ=` that
 * old objects may have, else in the one given, else in UTC. Takes and refuses what upstream's robfig/cron/v3 does.
 * @throws RangeError, in that library's words
 */
export function parseCronSchedule(text: string, timeZone?: string): CronSchedule {
  if (text === '') throw new RangeError('empty spec string');
  const prefixed = /^(?:CRON_)?TZ=/.test(text) ? /^(?:CRON_)?TZ=(\S*) +(.*)$/.exec(text) : undefined;
  if (prefixed === null) throw new RangeError('invalid schedule format: a time zone without a schedule');
  const [, name = timeZone ?? 'UTC', spec = text] = prefixed ?? [];
  if (!isTimeZone(name)) throw new RangeError(`provided bad location ${name}: unknown time zone ${name}`);
  return parse(spec.trim(), new TimeZone(name));
}

function parse(spec: string, zone: TimeZone): CronSchedule {
  if (!spec.startsWith('@')) return new FieldSchedule(parseFields(spec), zone);
  const fields = NAMED[spec];
  if (fields !== undefined) return new FieldSchedule(parseFields(fields), zone);
  if (!spec.startsWith('@every ')) throw new RangeError(`unrecognized descriptor: ${spec}`);
  return everyDuration(spec);
}

/** At least a second, and whole ones. */
function everyDuration(spec: string): CronSchedule {
  try {
    const duration = Math.max(SECOND, wholeSeconds(parseGoDuration(spec.slice('@every '.length))));
    return { next: (time) => wholeSeconds(time) + duration };
  } catch (error) {
    throw new RangeError(`failed to parse duration ${spec}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

const wholeSeconds = (milliseconds: number): number => Math.floor(milliseconds / SECOND) * SECOND;

/** Where clocks are put back, a time that comes twice counts twice; where they are put forward, one that does not come is left out. */
class FieldSchedule implements CronSchedule {
  readonly #fields: ScheduleFields;
  readonly #zone: TimeZone;

  constructor(fields: ScheduleFields, zone: TimeZone) {
    this.#fields = fields;
    this.#zone = zone;
  }

  next(after: number): number | undefined {
    let time = Math.floor(after / MINUTE) * MINUTE + MINUTE;
    const lastYear = this.#zone.wallTime(time).year + YEARS_AHEAD;
    for (;;) {
      const wall = this.#zone.wallTime(time);
      if (wall.year > lastYear) return undefined;
      const skipped = this.#skip(time, wall);
      if (skipped === undefined) return time;
      // A day may begin twice, where clocks are put back at midnight.
      time = Math.max(skipped, time + MINUTE);
    }
  }

  /** The start of the next month, day, hour or minute that may match; undefined if this one does. */
  #skip(time: number, wall: WallTime): number | undefined {
    const { hour, minute, month } = this.#fields;
    if (!month.values.has(wall.month)) return this.#zone.startOfDay(wall.year, wall.month + 1, 1);
    if (!this.#dayMatches(wall)) return this.#zone.startOfDay(wall.year, wall.month, wall.day + 1);
    if (!hour.values.has(wall.hour)) return time + (60 - wall.minute) * MINUTE;
    return minute.values.has(wall.minute) ? undefined : time + MINUTE;
  }

  /** Where both fields name days, either is enough. */
  #dayMatches({ day, weekday }: WallTime): boolean {
    const { dayOfMonth, dayOfWeek } = this.#fields;
    const matches = [dayOfMonth.values.has(day), dayOfWeek.values.has(weekday)];
    return dayOfMonth.star || dayOfWeek.star ? matches.every(Boolean) : matches.some(Boolean);
  }
}
