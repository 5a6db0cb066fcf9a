import { readFileSync } from 'node:fs';

/** The last line of a file that has something on it; undefined if there is none. */
export function lastLine(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .findLast((line) => line.trim() !== '');
  } catch {
    return undefined;
  }
}
