import type { Flag, FlagDeclarations } from './flag';

/** Who is asked for help. */
export interface Described {
  readonly name: string;
  /** One paragraph, for `--help`. */
  readonly description: string;
}

/** The text of `--help`: the flags under the headings of their sections, as upstream lays it out. */
export function formatUsage({ name, description }: Described, flags: FlagDeclarations): string {
  const sections = Map.groupBy(
    Object.entries(flags).filter(([, { hidden }]) => hidden !== true),
    ([, { section }]) => section,
  );
  const blocks = [...sections].map(([section, entries]) => `${section} flags:\n\n${formatSection(entries)}`);
  return [description, `Usage:\n  ${name} [flags]`, ...blocks].join('\n\n') + '\n';
}

function formatSection(entries: readonly [string, Flag<unknown>][]): string {
  const rows = entries.map(([name, declared]) => ({ left: formatSynopsis(name, declared), right: formatMeaning(declared) }));
  const width = Math.max(...rows.map(({ left }) => left.length));
  return rows
    .sort((a, b) => (a.left.slice(4) < b.left.slice(4) ? -1 : 1))
    .map(({ left, right }) => `  ${left.padEnd(width)}   ${right}`)
    .join('\n');
}

function formatSynopsis(name: string, { shorthand, type }: Flag<unknown>): string {
  const lead = shorthand === undefined ? '    ' : `-${shorthand}, `;
  return `${lead}--${name}${type.name === '' ? '' : ` ${type.name}`}`;
}

function formatMeaning({ usage, deprecated, type, default: value }: Flag<unknown>): string {
  const shown = value === undefined || value === null ? '' : type.format(value);
  return [usage, shown === '' ? '' : ` (default ${shown})`, deprecated === undefined ? '' : ` (DEPRECATED: ${deprecated})`].join('');
}
