/** One field of a schedule: the values it takes in. */
export interface ScheduleField {
  readonly values: ReadonlySet<number>;
  /** Whether it was written as any value; a day must then match both of its fields, not either. */
  readonly star: boolean;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MINUTES: Bounds = { min: 0, max: 59 };
const HOURS: Bounds = { min: 0, max: 23 };
const DAYS_OF_MONTH: Bounds = { min: 1, max: 31 };
const MONTHS: Bounds = { min: 1, max: 12, names: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') };
const DAYS_OF_WEEK: Bounds = { min: 0, max: 6, names: 'sun mon tue wed thu fri sat'.split(' ') };

export interface ScheduleFields {
  readonly minute: ScheduleField;
  readonly hour: ScheduleField;
  readonly dayOfMonth: ScheduleField;
  readonly month: ScheduleField;
  /** Sunday is 0. */
  readonly dayOfWeek: ScheduleField;
}

/** Reads the five fields of a schedule. @throws RangeError in the words of the library that upstream reads schedules with */
export function parseFields(text: string): ScheduleFields {
  const fields = text.split(/\s+/).filter((field) => field !== '');
  const [minute, hour, dayOfMonth, month, dayOfWeek] = fields;
  if (minute === undefined || hour === undefined || dayOfMonth === undefined || month === undefined || dayOfWeek === undefined)
    throw wrongCount(fields);
  if (fields.length > 5) throw wrongCount(fields);
  return {
    minute: parseField(minute, MINUTES),
    hour: parseField(hour, HOURS),
    dayOfMonth: parseField(dayOfMonth, DAYS_OF_MONTH),
    month: parseField(month, MONTHS),
    dayOfWeek: parseField(dayOfWeek, DAYS_OF_WEEK),
  };
}

const wrongCount = (fields: readonly string[]): RangeError =>
  new RangeError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`);

function parseField(text: string, bounds: Bounds): ScheduleField {
  const ranges = text.split(',').filter((range) => range !== '');
  const parsed = ranges.map((range) => parseRange(range, bounds));
  return { values: new Set(parsed.flatMap(({ values }) => values)), star: parsed.some(({ star }) => star) };
}

/** `N`, `N-M` or `*`, each with `/step`; `N/step` runs to the end. */
function parseRange(text: string, bounds: Bounds): { values: readonly number[]; star: boolean } {
  const [range = '', stepText, ...moreSteps] = text.split('/');
  const [low = '', high, ...moreBounds] = range.split('-');
  const isAny = low === '*' || low === '?';
  if (!isAny && moreBounds.length > 0) throw new RangeError(`too many hyphens: ${text}`);
  const start = isAny ? bounds.min : parseValue(low, bounds.names);
  const last = isAny ? bounds.max : high === undefined ? start : parseValue(high, bounds.names);
  if (moreSteps.length > 0) throw new RangeError(`too many slashes: ${text}`);
  const step = stepText === undefined ? 1 : parseInteger(stepText);
  const end = stepText !== undefined && high === undefined ? bounds.max : last;
  refuseOutside({ start, end, step }, bounds, text);
  const values = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step);
  return { values, star: isAny && step === 1 };
}

function refuseOutside({ end, start, step }: { start: number; end: number; step: number }, { max, min }: Bounds, text: string): void {
  if (start < min) throw new RangeError(`beginning of range (${start}) below minimum (${min}): ${text}`);
  if (end > max) throw new RangeError(`end of range (${end}) above maximum (${max}): ${text}`);
  if (start > end) throw new RangeError(`beginning of range (${start}) beyond end of range (${end}): ${text}`);
  if (step === 0) throw new RangeError(`step of range should be a positive number: ${text}`);
}

function parseValue(text: string, names: readonly string[] = []): number {
  const position = names.indexOf(text.toLowerCase());
  // The names are of months, which count from 1, or of days, which count from 0.
  return position < 0 ? parseInteger(text) : position + (names === MONTHS.names ? MONTHS.min : 0);
}

function parseInteger(text: string): number {
  if (!/^[+-]?\d+$/.test(text))
    throw new RangeError(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = Number(text);
  if (value < 0) throw new RangeError(`negative number (${value}) not allowed: ${text}`);
  return value;
}
