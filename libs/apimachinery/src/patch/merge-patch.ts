import { StatusError } from '../status-error';
import { isJsonObject, type Json, type JsonObject } from './json';

/**
 * Applies a JSON merge patch (RFC 7396): null deletes, an object merges, anything else replaces.
 * Pure; what the patch does not touch is shared with `target`.
 * @throws StatusError BadRequest (400) if the patch is no object
 */
export function applyMergePatch(target: JsonObject, patch: Json): JsonObject {
  if (!isJsonObject(patch)) throw StatusError.badRequest('Invalid JSON Patch');
  return merge(target, patch);
}

function merge(target: JsonObject, patch: JsonObject): JsonObject {
  const result = new Map(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, isJsonObject(value) ? mergeInto(result.get(name), value) : value);
  }
  return Object.fromEntries(result);
}

/** A patch that meets no object still loses its nulls: it is merged into an empty one. */
function mergeInto(current: Json | undefined, patch: JsonObject): JsonObject {
  return merge(isJsonObject(current) ? current : {}, patch);
}
