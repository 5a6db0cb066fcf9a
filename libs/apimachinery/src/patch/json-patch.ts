import { applyOperation, JsonPatchError, type Operation } from 'fast-json-patch';
import { STATUS_CODES, StatusError } from '../status-error';
import { isJsonArray, isJsonObject, type Json, type JsonObject } from './json';

/** As upstream: no honest patch is longer, and each operation may copy. */
const MAX_OPERATIONS = 10_000;
const OPERATIONS: readonly Json[] = ['add', 'remove', 'replace', 'move', 'copy', 'test'];

/**
 * Applies a JSON patch (RFC 6902). Pure; what the patch does not touch is shared with `target`.
 * @throws StatusError BadRequest (400) if the patch is malformed, RequestEntityTooLarge (413) if it is too long,
 *   Invalid (422) if it does not fit the target (a path is missing, a `test` fails)
 */
export function applyJsonPatch(target: JsonObject, patch: Json): JsonObject {
  let document: Json = target;
  for (const operation of operationsOf(patch)) document = applyOne(document, operation);
  if (!isJsonObject(document)) throw doesNotFit();
  return document;
}

function operationsOf(patch: Json): Operation[] {
  if (!isJsonArray(patch)) throw StatusError.badRequest('a JSON patch must be a list of operations');
  if (patch.length > MAX_OPERATIONS)
    throw StatusError.of(
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`,
    );
  return patch.map((operation, position) => {
    if (!isJsonObject(operation) || !OPERATIONS.includes(operation['op'] ?? null) || typeof operation['path'] !== 'string')
      throw StatusError.badRequest(`operation ${position} of the JSON patch must have an op and a path: ${JSON.stringify(operation)}`);
    return operation as unknown as Operation;
  });
}

function applyOne(document: Json, operation: Operation): Json {
  const own = [operation.path, ...(operation.op === 'move' ? [operation.from] : [])].reduce(ownPath, document);
  try {
    return applyOperation<Json>(own, operation, true, true).newDocument;
  } catch (error) {
    if (error instanceof JsonPatchError || error instanceof TypeError) throw doesNotFit(error);
    throw error;
  }
}

/** Copies the containers along a JSON pointer, so that the library may write into them without touching what others hold. */
function ownPath(document: Json, pointer: string): Json {
  const [, ...segments] = pointer.split('/');
  return ownSegments(document, segments);
}

function ownSegments(value: Json, [segment, ...rest]: readonly string[]): Json {
  if (segment === undefined) return value;
  const name = segment.replaceAll('~1', '/').replaceAll('~0', '~');
  if (isJsonArray(value)) {
    const copy = [...value];
    const position = Number(name);
    const element = copy[position];
    if (element !== undefined) copy[position] = ownSegments(element, rest);
    return copy;
  }
  if (!isJsonObject(value)) return value;
  const element = Object.hasOwn(value, name) ? value[name] : undefined;
  return element === undefined ? { ...value } : { ...value, [name]: ownSegments(element, rest) };
}

function doesNotFit(cause?: Error): StatusError {
  const message = 'the server rejected our request due to an error in our request';
  return new StatusError({ message, reason: 'Invalid', details: {}, code: STATUS_CODES.Invalid }, { cause });
}
