import { semanticEqual } from '../deep-equal';
import { isJsonArray, isJsonObject, without, type Json, type JsonObject } from './json';
import { hasStrategy, schemaless, type PatchField, type PatchSchema } from './patch-schema';

/** The three states that an apply merges. */
export interface ThreeWayMerge {
  /** What was applied last; what is in it and not in `modified` is taken away. */
  readonly original: JsonObject;
  /** What is wanted now. */
  readonly modified: JsonObject;
  /** What there is, with all that the server and others have added, which stays. */
  readonly current: JsonObject;
}

/**
 * What `current` becomes by an apply (kubectl's three-way strategic merge): wanted fields are set, fields that are no longer wanted go, all
 * others stay. Lists merge by element where the schema says so. Pure; what does not change is shared with `current`.
 */
export function threeWayMerge({ original, modified, current }: ThreeWayMerge, schema: PatchSchema): JsonObject {
  const dropped = Object.keys(original).filter((name) => !Object.hasOwn(modified, name));
  const cleared = Object.keys(modified).filter((name) => modified[name] === null);
  const result = new Map(Object.entries(without(current, new Set([...dropped, ...cleared]))));
  for (const [name, value] of Object.entries(modified))
    if (value !== null)
      result.set(name, mergeValue({ original: original[name], modified: value, current: current[name] }, schema.field(name)));
  return Object.fromEntries(result);
}

interface Values {
  readonly original: Json | undefined;
  readonly modified: Json;
  readonly current: Json | undefined;
}

function mergeValue({ original, modified, current }: Values, field: PatchField | undefined): Json {
  if (current === undefined || semanticEqual(modified, current)) return current ?? modified;
  const isMerged = hasStrategy(field, 'merge');
  if (isJsonArray(modified) && isJsonArray(current) && isMerged)
    return mergeLists({ original: isJsonArray(original) ? original : [], modified, current }, field);
  if (!isJsonObject(modified) || !isJsonObject(current) || hasStrategy(field, 'replace')) return modified;
  return mergeObjects({ original: isJsonObject(original) ? original : {}, modified, current }, field);
}

function mergeObjects(objects: ThreeWayMerge, field: PatchField | undefined): JsonObject {
  const merged = threeWayMerge(objects, field?.schema ?? schemaless);
  // Of a union of which one member is set, setting another unsets the first.
  if (!hasStrategy(field, 'retainKeys') || semanticEqual(merged, objects.current)) return merged;
  return without(merged, new Set(Object.keys(merged).filter((name) => !Object.hasOwn(objects.modified, name))));
}

interface Lists {
  readonly original: readonly Json[];
  readonly modified: readonly Json[];
  readonly current: readonly Json[];
}

/** Wanted elements in the order wanted, then those that others have added. */
function mergeLists({ original, modified, current }: Lists, field: PatchField | undefined): readonly Json[] {
  const mergeKey = field?.mergeKey;
  if (mergeKey === undefined || mergeKey === '') {
    const applied = new Set([...original, ...modified]);
    return [...new Set([...modified, ...current.filter((element) => !applied.has(element))])];
  }
  const matches = new Map<Json, Json>();
  for (const element of modified) {
    const free = current.filter((candidate) => ![...matches.values()].includes(candidate));
    const match = elementFor(element, free, mergeKey);
    if (match !== undefined) matches.set(element, match);
  }
  const others = current.filter((element) => ![...matches.values()].includes(element));
  const wanted = modified.map((element) => {
    const values = { original: elementFor(element, original, mergeKey), modified: element, current: matches.get(element) };
    return mergeValue(values, { ...field, patchStrategy: elementStrategy(field) });
  });
  return [...wanted, ...others.filter((element) => elementFor(element, original, mergeKey) === undefined)];
}

/** The elements of a list that retains keys retain theirs; merging and replacing is the list's own matter. */
const elementStrategy = (field: PatchField | undefined): string => (hasStrategy(field, 'retainKeys') ? 'retainKeys' : '');

/**
 * The one of `candidates` that has the key of `element`. Keys may be ambiguous, as the ports of a Service that has one number over UDP and
 * TCP; then it is the one that differs in no plain field.
 */
function elementFor(element: Json, candidates: readonly Json[], mergeKey: string): Json | undefined {
  if (!isJsonObject(element)) return undefined;
  const same = candidates.filter((candidate) => isJsonObject(candidate) && candidate[mergeKey] === element[mergeKey]);
  return same.find((candidate) => agree(element, candidate as JsonObject)) ?? (same.length === 1 ? same[0] : undefined);
}

function agree(a: JsonObject, b: JsonObject): boolean {
  return Object.entries(a).every(([name, value]) => typeof value === 'object' || b[name] === undefined || b[name] === value);
}
