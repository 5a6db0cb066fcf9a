import { badFormat, badType, unknownDirective } from './patch-errors';
import { isJsonArray, isJsonObject, without, type Json, type JsonObject } from './json';
import { deleteFromPrimitives, mergeLists, orderMerged, type MergeObjects } from './strategic-merge-list';
import { hasStrategy, schemaless, type PatchField, type PatchSchema } from './patch-schema';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_PREFIX = '$deleteFromPrimitiveList/';
const ORDER_PREFIX = '$setElementOrder/';

/**
 * Applies a strategic merge patch: objects merge, and lists merge by element where the schema says so. It may hold the directives
 * `$patch: replace|delete`, `$retainKeys`, `$deleteFromPrimitiveList/LIST` and `$setElementOrder/LIST`.
 * Pure; what the patch does not touch is shared with `target`. Rules and messages are those of
 * k8s.io/apimachinery/pkg/util/strategicpatch.
 * @throws StatusError BadRequest (400) for a malformed directive, 500 for a list element without its merge key (as upstream)
 */
export function applyStrategicMergePatch(target: JsonObject, patch: JsonObject, schema: PatchSchema): JsonObject {
  return mergeObjects(target, patch, schema);
}

const mergeObjects: MergeObjects = (target, patch, schema) => {
  const directive = patch[DIRECTIVE];
  if (directive !== undefined) return applyDirective(directive, patch);
  const retained = retainKeys(target, patch);
  const { merged, handled } = mergeOrderedLists(retained, patch, schema);
  const result = new Map(Object.entries(merged));
  for (const [name, value] of Object.entries(patch)) {
    if (handled.has(name) || name === RETAIN_KEYS || name.startsWith(ORDER_PREFIX)) continue;
    if (name.startsWith(DELETE_PREFIX)) deletePrimitives(result, name.slice(DELETE_PREFIX.length), value);
    else mergeField(result, { name, value, schema });
  }
  return Object.fromEntries(result);
};

function applyDirective(directive: Json, patch: JsonObject): JsonObject {
  if (directive === 'replace') return without(patch, new Set([DIRECTIVE]));
  if (directive === 'delete') return {};
  throw unknownDirective(directive, patch);
}

/** Takes away the fields that `$retainKeys` does not name; every field the patch sets must be named. */
function retainKeys(target: JsonObject, patch: JsonObject): JsonObject {
  const names = patch[RETAIN_KEYS];
  if (names === undefined) return target;
  if (!isJsonArray(names)) throw badFormat('retainKeys');
  const kept = new Set(names);
  for (const [name, value] of Object.entries(patch)) {
    const isDirective = name === RETAIN_KEYS || name.startsWith(DELETE_PREFIX) || name.startsWith(ORDER_PREFIX);
    if (value !== null && !isDirective && !kept.has(name)) throw badFormat('retainKeys');
  }
  return without(target, new Set(Object.keys(target).filter((name) => !kept.has(name))));
}

interface FieldPatch {
  readonly name: string;
  readonly value: Json;
  readonly schema: PatchSchema;
}

function mergeField(result: Map<string, Json>, { name, value, schema }: FieldPatch): void {
  const current = result.get(name);
  if (value === null) result.delete(name);
  else if (isJsonObject(value) && isJsonObject(current)) result.set(name, mergeObjectField(current, value, schema.field(name)));
  else if (isJsonArray(value) && isJsonArray(current)) result.set(name, mergeListField(current, value, schema.field(name)));
  else setOrDrop(result, name, cleaned(value));
}

function mergeObjectField(current: JsonObject, value: JsonObject, field: PatchField | undefined): JsonObject {
  return hasStrategy(field, 'replace') ? value : mergeObjects(current, value, field?.schema ?? schemaless);
}

function mergeListField(current: readonly Json[], value: readonly Json[], field: PatchField | undefined): readonly Json[] {
  if (!hasStrategy(field, 'merge')) return value;
  return mergeLists(current, value, { mergeKey: field?.mergeKey, schema: field?.schema ?? schemaless, mergeObjects });
}

function deletePrimitives(result: Map<string, Json>, name: string, values: Json): void {
  if (!isJsonArray(values)) throw badFormat('primitive list');
  const current = result.get(name);
  if (isJsonArray(current)) result.set(name, deleteFromPrimitives(current, values));
}

/** Merges each list that a `$setElementOrder` directive orders. @returns the target so far, and the patch's fields that are done with */
function mergeOrderedLists(
  target: JsonObject,
  patch: JsonObject,
  schema: PatchSchema,
): { merged: JsonObject; handled: ReadonlySet<string> } {
  const result = new Map(Object.entries(target));
  const handled = new Set<string>();
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith(ORDER_PREFIX)) continue;
    const name = directive.slice(ORDER_PREFIX.length);
    if (!isJsonArray(order)) throw badFormat('setElementOrder list');
    const field = schema.field(name);
    const current = listAt(result.get(name));
    const additions = listAt(patch[name]);
    if (current === undefined && additions === undefined) continue;
    const options = { mergeKey: field?.mergeKey, schema: field?.schema ?? schemaless, mergeObjects };
    const merged = mergeBeforeOrdering(current, additions, field);
    result.set(name, orderMerged(merged, { order, current: current ?? [], additions: additions ?? [] }, options));
    handled.add(name);
  }
  return { merged: handled.size === 0 ? target : Object.fromEntries(result), handled };
}

function mergeBeforeOrdering(
  current: readonly Json[] | undefined,
  additions: readonly Json[] | undefined,
  field: PatchField | undefined,
): readonly Json[] {
  if (current !== undefined && additions !== undefined) return mergeListField(current, additions, field);
  return current ?? listAt(cleaned(additions ?? [])) ?? [];
}

function listAt(value: Json | undefined): readonly Json[] | undefined {
  if (value !== undefined && !isJsonArray(value)) throw badType('list', value);
  return value;
}

function setOrDrop(result: Map<string, Json>, name: string, value: Json | undefined): void {
  if (value === undefined) result.delete(name);
  else result.set(name, value);
}

/** What a patch says of a place where nothing is yet: without nulls, and without objects that carry a directive. */
function cleaned(value: Json): Json | undefined {
  if (isJsonArray(value)) return value.map(cleaned).filter((element) => element !== undefined);
  if (!isJsonObject(value)) return value;
  if (value[DIRECTIVE] !== undefined) return undefined;
  const entries = Object.entries(value).map(([name, inner]) => [name, inner === null ? undefined : cleaned(inner)] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, Json] => entry[1] !== undefined));
}
