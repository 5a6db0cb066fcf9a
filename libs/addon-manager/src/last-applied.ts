import { isJsonObject, type Json, type JsonObject } from '@keelson/apimachinery';

/** kubectl's annotation: what was applied last. What it does not name belongs to others. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** `object` with itself, as kubectl writes it, in the annotation. */
export function withLastApplied(object: JsonObject): JsonObject {
  const bare = withAnnotations(object, ({ [LAST_APPLIED]: _, ...others }) => others);
  const text = `${JSON.stringify(sorted(bare))}\n`;
  return withAnnotations(object, (annotations) => ({ ...annotations, [LAST_APPLIED]: text }));
}

/** What was applied to `object` last; empty if that is not known. */
export function lastApplied(object: JsonObject): JsonObject {
  const text = annotationsOf(object)[LAST_APPLIED];
  if (typeof text !== 'string') return {};
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : {};
  } catch {
    // Somebody has written nonsense there; then nothing is known.
    return {};
  }
}

export const hasLastApplied = (object: JsonObject): boolean => typeof annotationsOf(object)[LAST_APPLIED] === 'string';

function annotationsOf({ metadata }: JsonObject): JsonObject {
  const annotations = isJsonObject(metadata) ? metadata['annotations'] : undefined;
  return isJsonObject(annotations) ? annotations : {};
}

function withAnnotations(object: JsonObject, change: (annotations: JsonObject) => JsonObject): JsonObject {
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {};
  return { ...object, metadata: { ...metadata, annotations: change(annotationsOf(object)) } };
}

/** As Go writes objects: by name. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(sorted);
  if (!isJsonObject(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name] ?? null)]));
}
