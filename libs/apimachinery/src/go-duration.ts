const UNIT_MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const TERM = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/**
 * Reads a Go duration such as `1h30m` or `1.5s`: `metav1.Duration`.
 * @returns milliseconds
 * @throws RangeError if `text` is none; the message is Go's
 */
export function parseGoDuration(text: string): number {
  const unsigned = text.replace(/^[+-]/, '');
  if (unsigned === '0') return 0;
  const fail = (): never => {
    throw new RangeError(`time: invalid duration ${JSON.stringify(text)}`);
  };
  let total = 0;
  let position = 0;
  while (position < unsigned.length) {
    TERM.lastIndex = position;
    const match = TERM.exec(unsigned) ?? fail();
    total += Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? fail());
    position = TERM.lastIndex;
  }
  if (position === 0) fail();
  return text.startsWith('-') ? -total : total;
}

/** Writes milliseconds as Go's `Duration.String` does: `1h0m0s`, `1.5s`, `100ms`, `0s`. */
export function formatGoDuration(ms: number): string {
  const nanos = Math.round(Math.abs(ms) * 1e6);
  const sign = ms < 0 && nanos > 0 ? '-' : '';
  return sign + (nanos < 1e9 ? belowOneSecond(nanos) : fromOneSecond(nanos));
}

function belowOneSecond(nanos: number): string {
  if (nanos === 0) return '0s';
  if (nanos < 1e3) return `${nanos}ns`;
  return nanos < 1e6 ? `${nanos / 1e3}µs` : `${nanos / 1e6}ms`;
}

function fromOneSecond(nanos: number): string {
  const whole = Math.floor(nanos / 1e9);
  const seconds = `${(whole % 60) + (nanos % 1e9) / 1e9}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes === 0) return seconds;
  return minutes < 60 ? `${minutes}m${seconds}` : `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}
