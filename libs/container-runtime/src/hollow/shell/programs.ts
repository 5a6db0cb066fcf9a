import { calculate } from './arithmetic';
import { isTrue } from './conditions';
import { CannotTell } from './script';

/** What a program has of the pod it runs in. */
export interface Surroundings {
  /** The paths of the files that scripts of the pod have made; they have names and no content. */
  readonly files: Set<string>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** How a program ended, what it printed, and how long it took. */
export interface Outcome {
  readonly exitCode: number;
  readonly output: string;
  readonly milliseconds: number;
}

type Program = (words: readonly string[], around: Surroundings) => Partial<Outcome>;

const UNIT_MILLISECONDS: Readonly<Record<string, number>> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const PROGRAMS: Readonly<Record<string, Program>> = {
  ':': () => ({}),
  true: () => ({}),
  false: () => ({ exitCode: 1 }),
  echo: ([first, ...rest]) => ({ output: first === '-n' ? rest.join(' ') : `${[first, ...rest].join(' ')}\n` }),
  date: (words, { now }) => {
    if (words.length > 0) throw new CannotTell('the formats of "date" are not simulated');
    return { output: `${new Date(now).toUTCString()}\n` };
  },
  sleep: (words) => ({ milliseconds: words.map(duration).reduce((total, part) => total + part, 0) }),
  expr: (words) => {
    const value = calculate(words.map((word) => (word === '=' ? '==' : word)).join(' '));
    return { output: `${value}\n`, exitCode: value === 0 ? 1 : 0 };
  },
  test: (words, { files }) => verdict(words, files),
  '[': (words, { files }) => verdict(bracketed(words, ']'), files),
  '[[': (words, { files }) => verdict(bracketed(words, ']]'), files),
  touch: (words, { files }) => {
    for (const path of paths(words, [])) files.add(path);
    return {};
  },
  rm: (words, { files }) => {
    const missing = paths(words, ['-f']).filter((path) => !files.delete(path));
    return { exitCode: missing.length > 0 && !words.includes('-f') ? 1 : 0 };
  },
};

/** Runs one of the few programs that are simulated. @throws CannotTell for any other, which may well be a server */
export function runProgram(name: string, words: readonly string[], around: Surroundings): Outcome {
  const base = name.replace(/^(\/usr)?\/bin\//, '');
  const program = Object.hasOwn(PROGRAMS, base) ? PROGRAMS[base] : undefined;
  if (program === undefined) throw new CannotTell(`${JSON.stringify(name)} is not simulated`);
  return { exitCode: 0, output: '', milliseconds: 0, ...program(words, around) };
}

function verdict(words: readonly string[], files: ReadonlySet<string>): Partial<Outcome> {
  return { exitCode: isTrue(words, (path) => files.has(path)) ? 0 : 1 };
}

function bracketed(words: readonly string[], close: string): readonly string[] {
  if (words.at(-1) !== close) throw new CannotTell(`a test without its "${close}"`);
  return words.slice(0, -1);
}

function duration(word: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(word) ?? [];
  if (amount === undefined) throw new CannotTell(`${JSON.stringify(word)} is not a time to sleep`);
  return Number(amount) * (UNIT_MILLISECONDS[unit] ?? 0);
}

function paths(words: readonly string[], options: readonly string[]): readonly string[] {
  const given = words.filter((word) => !options.includes(word));
  const unknown = given.find((word) => word.startsWith('-'));
  if (unknown !== undefined) throw new CannotTell(`the option ${unknown} is not simulated`);
  return given;
}
