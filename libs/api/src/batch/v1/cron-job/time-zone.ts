const HOUR = 3_600_000;

/** What a clock on the wall shows. */
export interface WallTime {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  /** Sunday is 0. */
  readonly weekday: number;
}

/** The clocks of one time zone of the IANA database. */
export class TimeZone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat | undefined;

  /** @throws RangeError if there is no such zone */
  constructor(name: string) {
    this.name = name;
    this.#format = name === 'UTC' ? undefined : formatFor(name);
  }

  /** @param time milliseconds since the epoch */
  wallTime(time: number): WallTime {
    const shown = new Date(time + this.offset(time));
    return {
      year: shown.getUTCFullYear(),
      month: shown.getUTCMonth() + 1,
      day: shown.getUTCDate(),
      hour: shown.getUTCHours(),
      minute: shown.getUTCMinutes(),
      weekday: shown.getUTCDay(),
    };
  }

  /** How far the zone's clocks are ahead of UTC at a time, in milliseconds. */
  offset(time: number): number {
    if (this.#format === undefined) return 0;
    const parts = new Map(this.#format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
    return shown - Math.floor(time / 1000) * 1000;
  }

  /** RFC 3339 with the zone's offset: `2026-01-01T09:30:00+05:30`. @param time milliseconds since the epoch */
  format(time: number): string {
    const offset = this.offset(time);
    const local = new Date(time + offset).toISOString().slice(0, 19);
    if (offset === 0) return `${local}Z`;
    const minutes = Math.round(Math.abs(offset) / 60_000);
    const digits = [Math.floor(minutes / 60), minutes % 60].map((each) => String(each).padStart(2, '0'));
    return `${local}${offset < 0 ? '-' : '+'}${digits.join(':')}`;
  }

  /** When a day begins, in milliseconds since the epoch; `day` may lie beyond the month. Where there is no midnight, it is the first there is. */
  startOfDay(year: number, month: number, day: number): number {
    const midnight = Date.UTC(year, month - 1, day);
    // The clocks may change on the day itself, so that only the offset just before it tells when it begins.
    const before = midnight - this.offset(midnight - 26 * HOUR);
    return midnight - this.offset(before - 1);
  }
}

export function isTimeZone(name: string): boolean {
  try {
    return formatFor(name).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Offsets such as `+01:00`, which JavaScript takes for zones, are none in the database. */
function formatFor(name: string): Intl.DateTimeFormat {
  if (!/^[A-Za-z]/.test(name)) throw new RangeError(`unknown time zone ${name}`);
  return new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}
