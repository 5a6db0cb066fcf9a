import type { FlagDeclarations } from './flag';
import { FlagError } from './flag-error';

/** What asks for help, declared or not. */
const HELP = new Set(['--help', '-h']);

/**
 * Brings pflag's syntax into the one form that it and commander read alike, `--name=value`: separate values, flags without one, shorthands
 * (`-v=4`, `-v4`, `-v 4`), underscores for hyphens. What is no flag follows after `--`.
 * @throws FlagError on an undeclared flag and on a value that is missing
 */
export function normalizeArguments(flags: FlagDeclarations, args: readonly string[]): string[] {
  const normal: string[] = [];
  const positional: string[] = [];
  const queue = [...args];
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    if (arg === '--') positional.push(...queue.splice(0));
    else if (HELP.has(arg)) normal.push('--help');
    else if (arg.startsWith('--')) normal.push(longFlag(flags, arg, queue));
    else if (arg.startsWith('-') && arg !== '-') normal.push(...shorthandFlags(flags, arg.slice(1), queue));
    else positional.push(arg);
  }
  return positional.length === 0 ? normal : [...normal, '--', ...positional];
}

function longFlag(flags: FlagDeclarations, arg: string, queue: string[]): string {
  if (/^--(-|=|$)/.test(arg)) throw new FlagError(`bad flag syntax: ${arg}`);
  const [given = '', ...value] = arg.slice(2).split('=');
  const name = given.replaceAll('_', '-');
  const declared = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (declared === undefined) throw new FlagError(`unknown flag: --${given}`);
  if (value.length > 0) return `--${name}=${value.join('=')}`;
  const next = declared.type.bare ?? queue.shift();
  if (next === undefined) throw new FlagError(`flag needs an argument: --${given}`);
  return `--${name}=${next}`;
}

/** `letters` may be several flags without values in a row, the last of them with one. */
function shorthandFlags(flags: FlagDeclarations, letters: string, queue: string[]): string[] {
  const normal: string[] = [];
  for (let rest = letters; rest !== '';) {
    const letter = rest.charAt(0);
    rest = rest.slice(1);
    const [name, declared] = Object.entries(flags).find(([, { shorthand }]) => shorthand === letter) ?? [];
    if (name === undefined || declared === undefined) throw new FlagError(`unknown shorthand flag: '${letter}' in -${letters}`);
    if (declared.type.bare !== undefined && !rest.startsWith('=')) {
      normal.push(`--${name}=${declared.type.bare}`);
      continue;
    }
    const value = rest === '' ? queue.shift() : rest.replace(/^=/, '');
    if (value === undefined) throw new FlagError(`flag needs an argument: '${letter}' in -${letters}`);
    return [...normal, `--${name}=${value}`];
  }
  return normal;
}
