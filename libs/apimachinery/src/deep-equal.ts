/**
 * Whether two values of JSON are equal. A property that is undefined counts as absent.
 */
export function deepEqual(a: unknown, b: unknown): boolean {
  return equal(a, b, false);
}

/** As {@link deepEqual}, and an empty list or object equals an absent one: `apiequality.Semantic` for objects that went through JSON. */
export function semanticEqual(a: unknown, b: unknown): boolean {
  return equal(a, b, true);
}

function equal(a: unknown, b: unknown, emptyIsAbsent: boolean): boolean {
  if (a === b) return true;
  if (emptyIsAbsent && isAbsent(a) && isAbsent(b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) return equalLists(a, b, emptyIsAbsent);
  return equalObjects(a as Fields, b as Fields, emptyIsAbsent);
}

type Fields = Readonly<Record<string, unknown>>;

function equalLists(a: unknown, b: unknown, emptyIsAbsent: boolean): boolean {
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((element, position) => equal(element, b[position], emptyIsAbsent));
}

function equalObjects(a: Fields, b: Fields, emptyIsAbsent: boolean): boolean {
  for (const name of Object.keys(a)) if (!equal(a[name], ownValue(b, name), emptyIsAbsent)) return false;
  for (const name of Object.keys(b)) if (!Object.hasOwn(a, name) && !equal(undefined, b[name], emptyIsAbsent)) return false;
  return true;
}

const ownValue = (fields: Fields, name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);

function isAbsent(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
