import { duplicateFields, jsonSyntaxProblem } from '@keelson/api/server';
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  isJsonObject,
  StatusError,
  type Json,
  type JsonObject,
  type PatchSchema,
} from '@keelson/apimachinery';

/** A patch as it arrived: what it is by its media type, and its parsed document. */
export type PatchDocument =
  | { readonly type: 'json'; readonly document: Json }
  | {
      readonly type: 'merge' | 'strategic';
      readonly document: JsonObject;
      /** The paths of names that it gives twice, of which the last counts. */
      readonly duplicates: readonly string[];
    };

const TYPES: Readonly<Record<string, PatchDocument['type']>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
};
const APPLY = 'application/apply-patch+yaml';

/** @throws StatusError UnsupportedMediaType (415), BadRequest (400) for what is no JSON */
export function parsePatch(body: Buffer, contentType: string | undefined): PatchDocument {
  const mediaType = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const type = TYPES[mediaType];
  if (type === undefined) throw unsupported(mediaType);
  const text = body.toString('utf8');
  const document = parseJson(text, type);
  if (type === 'json') return { type, document };
  if (type === 'strategic' && document === null) return { type, document: {}, duplicates: [] };
  if (!isJsonObject(document)) {
    if (document === null) throw StatusError.badRequest('Invalid JSON Patch');
    throw undecodable(type, `json: cannot unmarshal ${goTypeOf(document)} into Go value of type map[string]interface {}`);
  }
  return { type, document, duplicates: duplicateFields(text, document) };
}

/** Server-side apply is what a client may expect here, so it is told what there is in its place. */
function unsupported(mediaType: string): StatusError {
  if (mediaType !== APPLY) return StatusError.of('UnsupportedMediaType', '415: Unsupported Media Type', {});
  return StatusError.of(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${Object.keys(TYPES).join(', ')}`,
  );
}

function parseJson(text: string, type: PatchDocument['type']): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw undecodable(type, jsonSyntaxProblem(text), cause);
  }
}

/** Upstream says of a strategic merge patch only what is wrong with it. */
function undecodable(type: PatchDocument['type'], why: string, cause?: unknown): StatusError {
  return StatusError.badRequest(type === 'strategic' ? why : `error decoding patch: ${why}`, { cause });
}

function goTypeOf(value: Json): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/**
 * The object that `patch` makes of `current`, which is not written to.
 * @throws StatusError BadRequest for a patch that makes no sense, Invalid (422) for a JSON patch whose test fails or whose path is not there
 */
export function applyPatch(current: object, patch: PatchDocument, schema: PatchSchema): Json {
  const object = current as JsonObject;
  switch (patch.type) {
    case 'json':
      return applyJsonPatch(object, patch.document);
    case 'merge':
      return applyMergePatch(object, patch.document);
    case 'strategic':
      return applyStrategicMergePatch(object, patch.document, schema);
  }
}
