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
  { readonly type: 'json'; readonly document: Json } | { readonly type: 'merge' | 'strategic'; readonly document: JsonObject };

const TYPES: Readonly<Record<string, PatchDocument['type']>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
};

/** @throws StatusError UnsupportedMediaType (415), BadRequest (400) for what is no JSON */
export function parsePatch(body: Buffer, contentType: string | undefined): PatchDocument {
  const type = TYPES[(contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''];
  if (type === undefined)
    throw StatusError.of(
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${Object.keys(TYPES).join(', ')}`,
    );
  const document = parseJson(body);
  if (type === 'json') return { type, document };
  if (!isJsonObject(document))
    throw StatusError.badRequest('error decoding patch: json: cannot unmarshal a value that is no object into a patch of an object');
  return { type, document };
}

function parseJson(body: Buffer): Json {
  try {
    return JSON.parse(body.toString('utf8')) as Json;
  } catch (error) {
    throw StatusError.badRequest(`error decoding patch: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
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
