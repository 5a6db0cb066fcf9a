/**
 * Splits one line of comma-separated values as pflag's string slices do: a value with a comma or a quote in it is quoted, quotes inside doubled.
 * @returns no values for an empty text
 * @throws Error in the words of Go's encoding/csv
 */
export function splitCommaSeparated(text: string): string[] {
  if (text === '') return [];
  const values: string[] = [];
  let rest = text;
  for (;;) {
    const { value, length } = rest.startsWith('"') ? quotedValue(rest) : bareValue(rest);
    values.push(value);
    if (length === rest.length) return values;
    rest = rest.slice(length + 1);
  }
}

function bareValue(rest: string): { value: string; length: number } {
  const comma = rest.indexOf(',');
  const value = comma < 0 ? rest : rest.slice(0, comma);
  if (value.includes('"')) throw new Error(`parse error on line 1: bare " in non-quoted-field`);
  return { value, length: value.length };
}

function quotedValue(rest: string): { value: string; length: number } {
  const match = /^"((?:[^"]|"")*)"(?=,|$)/.exec(rest);
  if (match === null) throw new Error(`parse error on line 1: extraneous or missing " in quoted-field`);
  const [quoted, inner = ''] = match;
  return { value: inner.replaceAll('""', '"'), length: quoted.length };
}

/** The opposite of {@link splitCommaSeparated}. */
export function joinCommaSeparated(values: readonly string[]): string {
  return values.map((value) => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(',');
}
