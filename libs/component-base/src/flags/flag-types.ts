import { isIP } from 'node:net';
import { formatGoDuration, parseGoDuration } from '../go-duration';
import { joinCommaSeparated, splitCommaSeparated } from './comma-separated';
import { flagOf, flagWithZero, type Declare, type FlagType } from './flag';

/** A range of ports, both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);
const INTEGER = /^[-+]?(0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]+|\d[\d_]*)$/;
const FLOAT = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;
const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };

const bool: FlagType<boolean> = { name: '', bare: 'true', parse: parseBool, format: (value) => (value ? 'true' : '') };

const int = integerType('int', { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });

const string: FlagType<string> = {
  name: 'string',
  parse: (text) => text,
  format: (value) => (value === '' ? '' : JSON.stringify(value)),
};

const float: FlagType<number> = {
  name: 'float',
  parse(text) {
    if (!FLOAT.test(text)) throw syntaxError('ParseFloat', text);
    return Number(text);
  },
  format: (value) => (value === 0 ? '' : String(value)),
};

const duration: FlagType<number> = {
  name: 'duration',
  parse: parseGoDuration,
  format: (value) => (value === 0 ? '' : formatGoDuration(value)),
};

const ip: FlagType<string> = {
  name: 'ip',
  parse(text) {
    const address = text.trim();
    if (isIP(address) === 0) throw new Error(`failed to parse IP: ${JSON.stringify(text)}`);
    return address;
  },
  format: (value) => value,
};

const strings: FlagType<readonly string[]> = {
  name: 'strings',
  parse: splitCommaSeparated,
  format: (value) => (value.length === 0 ? '' : `[${joinCommaSeparated(value)}]`),
  join: (earlier, later) => [...earlier, ...later],
};

const stringArray: FlagType<readonly string[]> = { ...strings, name: 'stringArray', parse: (text) => [text] };

const mapStringString: FlagType<Readonly<Record<string, string>>> = {
  name: 'mapStringString',
  parse: (text) => Object.fromEntries(pairs(text, 'string')),
  format: formatMap,
  join: (earlier, later) => ({ ...earlier, ...later }),
};

const mapStringBool: FlagType<Readonly<Record<string, boolean>>> = {
  name: 'mapStringBool',
  parse: (text) => Object.fromEntries(pairs(text, 'bool').map(([key, value]) => [key, boolOfPair(key, value)])),
  format: formatMap,
  join: (earlier, later) => ({ ...earlier, ...later }),
};

const portRange: FlagType<PortRange> = {
  name: 'portRange',
  parse: parsePortRange,
  format: ({ first, last }) => `${first}-${last}`,
};

/**
 * The types of flags. Each takes the facts of one flag; a `default` makes its value certain.
 * Durations are milliseconds; repeated or comma-separated `strings` and maps add up, and what is given replaces the default.
 */
export const flag = {
  bool: flagWithZero(bool, false),
  int: flagOf(int),
  int32: flagOf(integerType('int32', INT32)),
  float: flagOf(float),
  string: flagOf(string),
  duration: flagOf(duration),
  ip: flagOf(ip),
  portRange: flagOf(portRange),
  strings: flagWithZero(strings, []),
  stringArray: flagWithZero(stringArray, []),
  mapStringString: flagWithZero(mapStringString, {}),
  mapStringBool: flagWithZero(mapStringBool, {}),
  choice,
} as const;

/** One of a few words: `flag.choice(['text', 'json'])({ section, usage, default: 'text' })`. */
function choice<const T extends string>(choices: readonly T[]): Declare<T> {
  return flagOf<T>({
    name: 'string',
    parse(text) {
      const chosen = choices.find((candidate) => candidate === text);
      if (chosen === undefined) throw new Error(`must be one of ${choices.map((candidate) => JSON.stringify(candidate)).join(', ')}`);
      return chosen;
    },
    format: (value) => JSON.stringify(value),
  });
}

function parseBool(text: string): boolean {
  if (TRUE.has(text)) return true;
  if (FALSE.has(text)) return false;
  throw syntaxError('ParseBool', text);
}

function integerType(name: string, { min, max }: { min: number; max: number }): FlagType<number> {
  return {
    name,
    parse(text) {
      if (!INTEGER.test(text)) throw syntaxError('ParseInt', text);
      const value = integerValue(text.replaceAll('_', ''));
      if (value < min || value > max) throw new Error(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
      return value;
    },
    format: (value) => (value === 0 ? '' : String(value)),
  };
}

/** Go reads a leading zero as octal. */
function integerValue(text: string): number {
  const digits = text.replace(/^[-+]/, '').replace(/^0(?=\d)/, '0o');
  return text.startsWith('-') ? -Number(digits) : Number(digits);
}

function syntaxError(parser: string, text: string): Error {
  return new Error(`strconv.${parser}: parsing ${JSON.stringify(text)}: invalid syntax`);
}

function pairs(text: string, valueType: string): [key: string, value: string][] {
  return text
    .split(',')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 0) throw new Error(`malformed pair, expect string=${valueType}`);
      return [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
    });
}

function boolOfPair(key: string, value: string): boolean {
  try {
    return parseBool(value);
  } catch (error) {
    throw new Error(`invalid value of ${key}: ${value}, err: ${(error as Error).message}`, { cause: error });
  }
}

function formatMap(map: Readonly<Record<string, unknown>>): string {
  return Object.entries(map)
    .map(([key, value]) => `${key}=${String(value)}`)
    .sort()
    .join(',');
}

/** `30000-32767`, `30000+100` or a single port. */
function parsePortRange(text: string): PortRange {
  const match = /^\s*(\d+)(?:([-+])(\d+))?\s*$/.exec(text);
  if (match === null) throw new Error(`unable to parse port range: ${text}`);
  const [, from = '', sign, to = ''] = match;
  const first = Number(from);
  const last = sign === '-' ? Number(to) : sign === '+' ? first + Number(to) : first;
  if (first > 65535 || last > 65535) throw new Error(`the port range cannot be greater than 65535: ${text}`);
  if (last < first) throw new Error(`end port cannot be less than start port: ${text}`);
  return { first, last };
}
