import { CannotTell } from './script';

type Comparison = (left: string, right: string) => boolean;

const numbers =
  (compare: (left: number, right: number) => boolean): Comparison =>
  (left, right) =>
    compare(wholeNumber(left), wholeNumber(right));

const BINARY: Readonly<Record<string, Comparison>> = {
  '=': (left, right) => left === right,
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '-eq': numbers((left, right) => left === right),
  '-ne': numbers((left, right) => left !== right),
  '-lt': numbers((left, right) => left < right),
  '-le': numbers((left, right) => left <= right),
  '-gt': numbers((left, right) => left > right),
  '-ge': numbers((left, right) => left >= right),
};

/** Of files only their names are known: those that are there can be read and written. */
const FILE_TESTS: readonly string[] = ['-e', '-f', '-r', '-w'];

/** What `test` says of its arguments (POSIX.1-2024, XCU test). @throws CannotTell for an operator that isn't simulated, and for what is no number */
export function isTrue(words: readonly string[], hasFile: (path: string) => boolean): boolean {
  const [first = '', second = '', third = ''] = words;
  const comparison = BINARY[second];
  if (words.length === 3 && comparison !== undefined) return comparison(first, third);
  if (first === '!' && words.length > 1) return !isTrue(words.slice(1), hasFile);
  if (words.length <= 1) return first !== '';
  if (words.length === 2 && first === '-n') return second !== '';
  if (words.length === 2 && first === '-z') return second === '';
  if (words.length === 2 && FILE_TESTS.includes(first)) return hasFile(second);
  throw new CannotTell(`the test ${JSON.stringify(words.join(' '))} is not simulated`);
}

function wholeNumber(text: string): number {
  if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new CannotTell(`${JSON.stringify(text)} is not a number`);
  return Number(text);
}
