import { applyOperation, JsonPatchError, type Operation } from 'fast-json-patch';
import { STATUS_CODES, StatusError } from '../status-error';
import { isJsonArray, isJsonObject, type Json, type JsonObject } from './json';

/** As upstream: no honest patch is longer, and each operation may copy. */
const MAX_OPERATIONS = 10_000;
const OPERATIONS: readonly Json[] = ['add', 'remove', 'replace', 'move', 'copy', 'test'];

/**
 * Applies a JSON patch (RFC 6902). Pure; what the patch does not touch is shared with `target`.
 * @throws StatusError BadRequest (400) if the patch is no list of objects, RequestEntityTooLarge (413) if it is too long,
 *   Invalid (422) if it does not fit the target (a path is missing, a `test` fails, an operation is none)
 */
export function applyJsonPatch(target: JsonObject, patch: Json): JsonObject {
  let document: Json = target;
  for (const operation of patch === null ? [] : operationsOf(patch)) document = applyOne(document, operation);
  if (!isJsonObject(document)) throw doesNotFit();
  return document;
}

function operationsOf(patch: Json): Operation[] {
  if (!isJsonArray(patch)) throw StatusError.badRequest('a JSON patch must be a list of operations');
  if (patch.length > MAX_OPERATIONS)
    throw StatusError.of(
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`,
    );
  return patch.map((operation, position) => {
    if (!isJsonObject(operation))
      throw StatusError.badRequest(`operation ${position} of the JSON patch must have an op and a path: ${JSON.stringify(operation)}`);
    if (!OPERATIONS.includes(operation['op'] ?? null) || typeof operation['path'] !== 'string') throw doesNotFit();
    return withValue(operation) as unknown as Operation;
  });
}

/** Upstream takes an absent value for null. */
function withValue(operation: JsonObject): JsonObject {
  return (operation['op'] === 'add' || operation['op'] === 'replace') && operation['value'] === undefined
    ? { ...operation, value: null }
    : operation;
}

function applyOne(document: Json, operation: Operation): Json {
  const own = [operation.path, ...(operation.op === 'move' ? [operation.from] : [])].reduce(ownPath, document);
  try {
    const applied = operation.op === 'replace' && lacksMember(own, operation.path) ? { ...operation, op: 'add' as const } : operation;
    return applyOperation<Json>(own, applied, true, true).newDocument;
  } catch (error) {
    if (error instanceof JsonPatchError || error instanceof TypeError) throw doesNotFit(error);
    throw error;
  }
}

/** Whether the pointer leads to an object that does not have the member: upstream's library replaces nothing by something there. */
function lacksMember(document: Json, pointer: string): boolean {
  const names = pointer.split('/').slice(1).map(unescaped);
  const member = names.pop();
  let container: Json | undefined = document;
  for (const name of names) container = isJsonObject(container) && Object.hasOwn(container, name) ? container[name] : undefined;
  return member !== undefined && isJsonObject(container) && !Object.hasOwn(container, member);
}

const unescaped = (segment: string): string => segment.replaceAll('~1', '/').replaceAll('~0', '~');

/** Copies the containers along a JSON pointer, so that the library may write into them without touching what others hold. */
function ownPath(document: Json, pointer: string): Json {
  const [, ...segments] = pointer.split('/');
  return ownSegments(document, segments);
}

function ownSegments(value: Json, [segment, ...rest]: readonly string[]): Json {
  if (segment === undefined) return value;
  const name = unescaped(segment);
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
