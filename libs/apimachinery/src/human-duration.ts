const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** A span with two or three significant figures, as kubectl shows an age: `5d3h`, `3m12s` (k8s.io/apimachinery/pkg/util/duration). */
export function humanDuration(ms: number): string {
  // Clocks of two machines may differ a little: an age just below zero is no error.
  if (Math.trunc(ms / SECOND) < -1) return '<invalid>';
  if (ms < 0) return '0s';
  if (ms < 2 * MINUTE) return `${count(ms, SECOND)}s`;
  if (ms < 10 * MINUTE) return pair(count(ms, MINUTE), 'm', count(ms, SECOND) % 60, 's');
  if (ms < 3 * HOUR) return `${count(ms, MINUTE)}m`;
  if (ms < 8 * HOUR) return pair(count(ms, HOUR), 'h', count(ms, MINUTE) % 60, 'm');
  if (ms < 2 * DAY) return `${count(ms, HOUR)}h`;
  if (ms < 8 * DAY) return pair(count(ms, DAY), 'd', count(ms, HOUR) % 24, 'h');
  if (ms < 2 * YEAR) return `${count(ms, DAY)}d`;
  if (ms < 8 * YEAR) return pair(count(ms, YEAR), 'y', count(ms, DAY) % 365, 'd');
  return `${count(ms, YEAR)}y`;
}

const count = (ms: number, unit: number): number => Math.floor(ms / unit);
const pair = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  `${large}${largeUnit}${small === 0 ? '' : `${small}${smallUnit}`}`;
