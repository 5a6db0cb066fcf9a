/** RFC 3339 in UTC with whole seconds: `metav1.Time`. @param ms milliseconds since the epoch; the fraction of a second is cut off */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** RFC 3339 in UTC with six decimals: `metav1.MicroTime`. @param ms milliseconds since the epoch, with microseconds as its fraction */
export function formatMicroTime(ms: number): string {
  const micros = Math.floor((ms - Math.floor(ms)) * 1000 + 1e-6);
  return `${new Date(Math.floor(ms)).toISOString().slice(0, 23)}${String(micros).padStart(3, '0')}Z`;
}

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})([.,]\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** @returns milliseconds since the epoch, or undefined if `text` is no RFC 3339 time (a date that does not exist included) */
export function parseTime(text: string): number | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day] = match.map(Number) as [number, number, number, number];
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined;
  const ms = Date.parse(text.replace(',', '.'));
  return Number.isNaN(ms) ? undefined : ms;
}
