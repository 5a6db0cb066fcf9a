import { JsonScanner } from './json-scanner';

/**
 * The paths of names that an object gives twice, of which JSON.parse keeps the last and says nothing.
 * Counting names in the text and in what was parsed tells nearly always that there are none; only then is the text read closely.
 * @param parsed what JSON.parse made of `text`, before anything was dropped from it
 */
export function duplicateFields(text: string, parsed: unknown): readonly string[] {
  return namesIn(text) === namesOf(parsed) ? [] : new JsonScanner(text).duplicates();
}

const BACKSLASH = 92;
const COLON = 58;
const SPACE = 32;

/** Strings followed by a colon, in valid JSON. */
function namesIn(text: string): number {
  let names = 0;
  for (let open = text.indexOf('"'); open >= 0; open = text.indexOf('"', open)) {
    const close = closingQuote(text, open);
    let next = close + 1;
    while (text.charCodeAt(next) <= SPACE) next++;
    if (text.charCodeAt(next) === COLON) names++;
    open = next;
  }
  return names;
}

function closingQuote(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (isEscaped(text, close)) close = text.indexOf('"', close + 1);
  return close;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

function namesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let names = 0;
  if (Array.isArray(value)) {
    for (const item of value) names += namesOf(item);
    return names;
  }
  for (const name in value) names += 1 + namesOf((value as Record<string, unknown>)[name]);
  return names;
}
