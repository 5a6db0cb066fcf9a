/** Milliseconds per unit, as Go's `time.ParseDuration` knows them. */
const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Go's durations are 64-bit nanoseconds. */
const MAX_MILLISECONDS = 2 ** 63 / 1e6;

const TERM = /(\d+\.?\d*|\.\d+)([^\d.]*)/y;

/**
 * Reads a duration as Go writes it: `1m30s`, `1.5h`, `-10ms`, `0`.
 * @returns milliseconds, with a fraction where the text says less than one
 * @throws RangeError in the words of Go's `time.ParseDuration`
 */
export function parseGoDuration(text: string): number {
  const invalid = new RangeError(`time: invalid duration ${JSON.stringify(text)}`);
  const unsigned = text.replace(/^[-+]/, '');
  if (unsigned === '0') return 0;
  if (unsigned === '') throw invalid;
  let total = 0;
  let position = 0;
  while (position < unsigned.length) {
    TERM.lastIndex = position;
    const term = TERM.exec(unsigned);
    if (term === null) throw invalid;
    const [whole, digits = '', unit = ''] = term;
    total += Number(digits) * unitOf(unit, text);
    position += whole.length;
  }
  if (total >= MAX_MILLISECONDS) throw invalid;
  return text.startsWith('-') ? -total : total;
}

function unitOf(unit: string, text: string): number {
  if (unit === '') throw new RangeError(`time: missing unit in duration ${JSON.stringify(text)}`);
  const milliseconds = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  if (milliseconds === undefined) throw new RangeError(`time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`);
  return milliseconds;
}

/** Writes a duration as Go's `Duration.String`: `1m30s`, `500ms`, `1h0m0s`, `0s`. @param milliseconds of any sign */
export function formatGoDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  if (milliseconds < 0) return `-${formatGoDuration(-milliseconds)}`;
  if (milliseconds < 1e-3) return `${decimal(milliseconds * 1e6)}ns`;
  if (milliseconds < 1) return `${decimal(milliseconds * 1e3)}µs`;
  if (milliseconds < 1000) return `${decimal(milliseconds)}ms`;
  const hours = Math.floor(milliseconds / 3_600_000);
  const minutes = Math.floor(milliseconds / 60_000) % 60;
  const seconds = `${decimal((milliseconds % 60_000) / 1000)}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

const decimal = (value: number): string => String(Number(value.toFixed(9)));
