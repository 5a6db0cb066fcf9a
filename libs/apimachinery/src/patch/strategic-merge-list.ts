import { isJsonArray, isJsonObject, type Json, type JsonObject } from './json';
import { badType, failure, listsOfLists, noMergeKey, unknownDirective } from './patch-errors';
import type { PatchSchema } from './patch-schema';

export type MergeObjects = (target: JsonObject, patch: JsonObject, schema: PatchSchema) => JsonObject;

export interface ListMerge {
  readonly mergeKey: string | undefined;
  readonly schema: PatchSchema;
  readonly mergeObjects: MergeObjects;
}

/** What a `$setElementOrder` directive orders by. */
export interface ListOrder {
  readonly order: readonly Json[];
  readonly current: readonly Json[];
  readonly additions: readonly Json[];
}

/** Merges two lists element by element; elements of the patch stand in the patch's order, the others stay between them where they can. */
export function mergeLists(current: readonly Json[], patch: readonly Json[], merge: ListMerge): readonly Json[] {
  if (current.length === 0 && patch.length === 0) return current;
  if (!haveObjects(current, patch)) {
    const both = [...new Set([...current, ...patch])];
    return interleave(both, { byPatch: patch, byCurrent: current, identity: (element) => element });
  }
  const { mergeKey } = merge;
  if (mergeKey === undefined || mergeKey === '') throw failure(`cannot merge lists without merge key for ${merge.schema.name}`);
  const { kept, additions } = applyElementDirectives(objectsOf(current), objectsOf(patch), mergeKey);
  const merged = mergeElements(kept, additions, { ...merge, mergeKey });
  return interleave(merged, { byPatch: additions, byCurrent: kept, identity: (element) => keyOf(element, mergeKey) });
}

/** Puts the elements that `order` names into its order, the others between them as they stood. */
export function orderMerged(merged: readonly Json[], { order, current, additions }: ListOrder, merge: ListMerge): readonly Json[] {
  const { mergeKey } = merge;
  const identity = mergeKey === undefined ? (element: Json) => element : (element: Json) => keyOf(element, mergeKey);
  checkOrder(additions, order, identity);
  return interleave(merged, { byPatch: order, byCurrent: current, identity });
}

export function deleteFromPrimitives(current: readonly Json[], values: readonly Json[]): readonly Json[] {
  const doomed = new Set(values);
  return current.filter((element) => !doomed.has(element));
}

function haveObjects(current: readonly Json[], patch: readonly Json[]): boolean {
  const elements = [...current, ...patch];
  if (elements.some(isJsonArray)) throw listsOfLists();
  const types = new Set(elements.map((element) => (isJsonObject(element) ? 'map' : typeof element)));
  if (types.size > 1) throw failure(`list element types are not identical: ${JSON.stringify([current, patch])}`);
  return types.has('map');
}

function objectsOf(elements: readonly Json[]): readonly JsonObject[] {
  return elements.map((element) => {
    if (!isJsonObject(element)) throw badType('map', element);
    return element;
  });
}

function keyOf(element: Json, mergeKey: string): Json {
  if (!isJsonObject(element)) throw badType('map', element);
  const key = element[mergeKey];
  if (key === undefined) throw noMergeKey(element, mergeKey);
  return key;
}

/** Carries out the elements with a `$patch` directive. @returns the elements that stay, and those of the patch left to merge */
function applyElementDirectives(
  current: readonly JsonObject[],
  patch: readonly JsonObject[],
  mergeKey: string,
): { kept: readonly JsonObject[]; additions: readonly JsonObject[] } {
  const additions = patch.filter((element) => element['$patch'] === undefined);
  let kept = current;
  let replaced = false;
  for (const element of patch) {
    const directive = element['$patch'];
    if (directive === undefined) continue;
    if (directive === 'replace') replaced = true;
    else if (directive === 'delete') {
      const key = keyOf(element, mergeKey);
      kept = kept.filter((candidate) => candidate[mergeKey] !== key);
    } else if (directive === 'merge') throw failure('merging lists cannot yet be specified in the patch');
    else throw unknownDirective(directive, element);
  }
  return replaced ? { kept: additions, additions: [] } : { kept, additions };
}

function mergeElements(
  current: readonly JsonObject[],
  additions: readonly JsonObject[],
  { mergeKey, schema, mergeObjects }: ListMerge & { readonly mergeKey: string },
): readonly JsonObject[] {
  const merged = [...current];
  for (const addition of additions) {
    const key = keyOf(addition, mergeKey);
    const position = merged.findIndex((element) => element[mergeKey] === key);
    const existing = merged[position];
    if (existing === undefined) merged.push(addition);
    else merged[position] = mergeObjects(existing, addition, schema);
  }
  return merged;
}

/** The elements that a patch sets must stand in it as they stand in its order directive. */
function checkOrder(additions: readonly Json[], order: readonly Json[], identity: (element: Json) => Json): void {
  const set = additions.filter((element) => !isJsonObject(element) || element['$patch'] === undefined);
  if (order.length === 0 || set.length === 0) return;
  let next = 0;
  for (const element of order) {
    const wanted = set[next];
    if (wanted !== undefined && identity(wanted) === identity(element)) next++;
  }
  if (next < set.length)
    throw failure(
      `The order in patch list:\n${JSON.stringify(additions)}\n doesn't match $setElementOrder list:\n${JSON.stringify(order)}\n`,
    );
}

interface Interleaving {
  readonly byPatch: readonly Json[];
  readonly byCurrent: readonly Json[];
  readonly identity: (element: Json) => Json;
}

/**
 * Orders `merged`: what `byPatch` names in that order, the rest as in `byCurrent`, and the two interleaved so that an element goes
 * before the first one it preceded in `byCurrent`.
 */
function interleave(merged: readonly Json[], { byPatch, byCurrent, identity }: Interleaving): readonly Json[] {
  const patchPlace = places(byPatch, identity);
  const currentPlace = places(byCurrent, identity);
  const place = (map: ReadonlyMap<Json, number>, element: Json): number | undefined => map.get(identity(element));
  const inPatch = (element: Json): boolean => place(patchPlace, element) !== undefined;
  const sortedBy = (map: ReadonlyMap<Json, number>, elements: readonly Json[]): Json[] =>
    [...elements].sort((a, b) => (place(map, a) ?? 0) - (place(map, b) ?? 0));
  const left = sortedBy(
    currentPlace,
    merged.filter((element) => !inPatch(element)),
  );
  const right = sortedBy(patchPlace, merged.filter(inPatch));

  const result: Json[] = [];
  while (left.length > 0 && right.length > 0) {
    const [fromLeft, fromRight] = [place(currentPlace, left[0] ?? null), place(currentPlace, right[0] ?? null)];
    const leftFirst = fromLeft !== undefined && fromRight !== undefined && fromLeft < fromRight;
    result.push(...(leftFirst ? left : right).splice(0, 1));
  }
  return [...result, ...left, ...right];
}

function places(elements: readonly Json[], identity: (element: Json) => Json): Map<Json, number> {
  const map = new Map<Json, number>();
  elements.forEach((element, position) => {
    const key = identity(element);
    if (!map.has(key)) map.set(key, position);
  });
  return map;
}
