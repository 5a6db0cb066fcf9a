import { DecodeError } from './decode-context';

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/;
const SECONDS_LAYOUT = '2006-01-02T15:04:05Z07:00';
const MICROS_LAYOUT = '2006-01-02T15:04:05.000000Z07:00';

/** `metav1.Time` as it is written: whole seconds, UTC. @throws DecodeError in Go's words */
export function canonicalTime(text: string): string {
  if (isCanonical(text)) return text;
  const { seconds } = parse(text, SECONDS_LAYOUT);
  return new Date(seconds * 1000).toISOString().replace(/\.000Z$/, 'Z');
}

/** `metav1.MicroTime` as it is written: microseconds, UTC. @throws DecodeError in Go's words */
export function canonicalMicroTime(text: string): string {
  const { seconds, fraction } = parse(text, MICROS_LAYOUT);
  return new Date(seconds * 1000).toISOString().replace(/\.000Z$/, `.${fraction.padEnd(6, '0').slice(0, 6)}Z`);
}

/**
 * Whether a time is already as it would be written, which nearly all are; it says no to a few that are (the last days of a month).
 * Times are a third of what a pod's decoding would cost if all went through the expression.
 */
function isCanonical(text: string): boolean {
  if (text.length !== 20) return false;
  for (let index = 0; index < 20; index++) {
    const expected = CANONICAL.charCodeAt(index);
    const code = text.charCodeAt(index);
    if (expected === DIGIT ? code < 48 || code > 57 : code !== expected) return false;
  }
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  return (
    month >= 1 && month <= 12 && day >= 1 && day <= 28 && twoDigits(text, 11) < 24 && twoDigits(text, 14) < 60 && twoDigits(text, 17) < 60
  );
}

const CANONICAL = '0000-00-00T00:00:00Z';
const DIGIT = 48;

const twoDigits = (text: string, at: number): number => (text.charCodeAt(at) - DIGIT) * 10 + text.charCodeAt(at + 1) - DIGIT;

interface ParsedTime {
  /** Since the epoch, whole. */
  readonly seconds: number;
  /** The digits after the decimal point. */
  readonly fraction: string;
}

function parse(text: string, layout: string): ParsedTime {
  const match = RFC3339.exec(text);
  if (match === null) throw notATime(text, layout);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  if (month < 1 || month > 12) throw outOfRange(text, 'month');
  if (day < 1 || day > daysIn(year, month)) throw outOfRange(text, 'day');
  if (hour > 23) throw outOfRange(text, 'hour');
  if (minute > 59) throw outOfRange(text, 'minute');
  if (second > 59) throw outOfRange(text, 'second');
  const milliseconds = Date.UTC(2000, month - 1, day, hour, minute, second);
  const utc = new Date(milliseconds).setUTCFullYear(year, month - 1, day) / 1000;
  const [fraction = '', zone = 'Z'] = match.slice(7);
  return { seconds: utc - offsetSeconds(zone), fraction };
}

function offsetSeconds(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return (zone.startsWith('-') ? -minutes : minutes) * 60;
}

const daysIn = (year: number, month: number): number => new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();

const outOfRange = (text: string, what: string): DecodeError =>
  new DecodeError(`parsing time ${JSON.stringify(text)}: ${what} out of range`);

/** Names the first element of the layout that the text departs from, as Go's time.Parse does. */
function notATime(text: string, layout: string): DecodeError {
  const elements = [
    [/^\d{4}/, '2006'],
    [/^-/, '-'],
    [/^\d\d/, '01'],
    [/^-/, '-'],
    [/^\d\d/, '02'],
    [/^T/, 'T'],
    [/^\d\d/, '15'],
    [/^:/, ':'],
    [/^\d\d/, '04'],
    [/^:/, ':'],
    [/^\d\d(?:[.,]\d+)?/, '05'],
    [/^(?:Z|[+-]\d\d:\d\d)/, 'Z07:00'],
  ] as const;
  let rest = text;
  for (const [pattern, element] of elements) {
    const match = pattern.exec(rest);
    if (match === null) return cannotParse(text, layout, rest, element);
    rest = rest.slice(match[0].length);
  }
  return new DecodeError(`parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}`);
}

const cannotParse = (text: string, layout: string, rest: string, element: string): DecodeError =>
  new DecodeError(
    `parsing time ${JSON.stringify(text)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(element)}`,
  );
